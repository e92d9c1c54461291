// What a form lacks is said beside the field in the site's language, not in a bubble in the browser's.
import { type Control, isControl, make } from "./dom";
import { setFieldError } from "./errors";
import { say } from "./texts";

function lack(control: Control): string {
  const { validity } = control;
  if (control.required && control instanceof HTMLInputElement && control.type === "radio") return validity.valueMissing ? say("chooseOne") : "";
  if (control.required && control instanceof HTMLInputElement && control.type === "file") return validity.valueMissing ? say("chooseFile") : "";
  if (validity.valueMissing || (control.required && control.value.trim() === "")) return say("required");
  if (control instanceof HTMLInputElement) {
    // Not tooShort: browsers know it only of what was typed by hand.
    if (control.minLength > 0 && control.value !== "" && control.value.length < control.minLength) return say("tooShort", { n: control.minLength });
    if (validity.rangeUnderflow) return say("tooLow", { min: control.min });
    if (validity.rangeOverflow) return say("tooHigh", { max: control.max });
  }
  return validity.valid ? "" : say("invalid");
}

// What is told here is taken back as soon as the field is filled; what the server said stays until it is asked again.
const told = new WeakMap<HTMLFormElement, Set<string>>();

function tell(form: HTMLFormElement, control: Control, text: string): void {
  told.set(form, (told.get(form) ?? new Set<string>()).add(control.name));
  if (setFieldError(form, control.name, text)) return;
  // Some small forms have no place for a sentence.
  const slot = make("p", { class: "field-error", id: `${control.id || control.name}-lack`, "data-error-for": control.name }, make("span"));
  control.after(slot);
  setFieldError(form, control.name, text);
}

function controlsOf(form: HTMLFormElement): Control[] {
  return [...form.elements].filter((one): one is Control => isControl(one) && one.name !== "" && one.willValidate);
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (event.submitter instanceof HTMLButtonElement && event.submitter.formNoValidate) return;
  const faults = new Map<string, [Control, string]>();
  for (const control of controlsOf(form)) {
    const text = lack(control);
    if (text && !faults.has(control.name)) faults.set(control.name, [control, text]);
  }
  if (!faults.size) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  for (const [control, text] of faults.values()) tell(form, control, text);
  const [first] = faults.values();
  first?.[0].focus();
}

function onInput(event: Event): void {
  const control = event.target;
  if (!isControl(control) || !control.form || lack(control)) return;
  if (told.get(control.form)?.delete(control.name)) setFieldError(control.form, control.name, "");
}

/** Before every other listener of «submit»: nobody is asked to confirm what is not complete. */
export function startRequired(): void {
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("input", onInput);
}

/** The browser's own bubbles are off wherever the script is there to speak. */
export function quietBubbles(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>('form[method="post"]')) form.noValidate = true;
}
