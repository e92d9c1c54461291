// Refusals shown where they belong: beside the fields, as the server's own macros do.
import { isControl } from "./dom";

export interface Refusal {
  message: string;
  errors: Record<string, string>;
}

function slots(form: HTMLFormElement): HTMLElement[] {
  return [...form.querySelectorAll<HTMLElement>("[data-error-for]")];
}

export function setFieldError(form: HTMLFormElement, name: string, text: string): boolean {
  const slot = slots(form).find((one) => one.dataset["errorFor"] === name);
  if (!slot) return false;
  const words = slot.querySelector("span:last-child") ?? slot;
  if (words.textContent !== text) words.textContent = text;
  slot.hidden = text === "";
  slot.closest(".form-block")?.classList.toggle("has-error", text !== "");
  const control = form.elements.namedItem(name);
  if (isControl(control)) {
    if (text) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
    describe(control, slot.id, text !== "");
  }
  return true;
}

function describe(control: Element, id: string, on: boolean): void {
  const ids = new Set((control.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean));
  if (on) ids.add(id);
  else ids.delete(id);
  if (ids.size) control.setAttribute("aria-describedby", [...ids].join(" "));
  else control.removeAttribute("aria-describedby");
}

export function clearFieldErrors(form: HTMLFormElement): void {
  for (const slot of slots(form)) setFieldError(form, slot.dataset["errorFor"] ?? "", "");
}

/** Show each sentence beside its field; give back those that have no place of their own. */
export function showFieldErrors(form: HTMLFormElement, errors: Record<string, string>): string[] {
  clearFieldErrors(form);
  return Object.entries(errors)
    .filter(([name, text]) => !setFieldError(form, name, text))
    .map(([, text]) => text);
}

export function focusFirstError(form: HTMLFormElement): void {
  form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

/** Read what the server said, whether it answered a program or a browser. */
export function readRefusal(body: string, contentType: string): Refusal {
  if (contentType.includes("json")) return readJson(body);
  if (contentType.includes("html")) return readPage(body);
  return { message: "", errors: {} };
}

function readJson(body: string): Refusal {
  try {
    const data = JSON.parse(body) as { message?: unknown; errors?: unknown };
    const errors = data.errors && typeof data.errors === "object" ? (data.errors as Record<string, unknown>) : {};
    return {
      message: typeof data.message === "string" ? data.message : "",
      errors: Object.fromEntries(Object.entries(errors).map(([name, text]) => [name, String(text)])),
    };
  } catch {
    return { message: "", errors: {} };
  }
}

function readPage(body: string): Refusal {
  const page = new DOMParser().parseFromString(body, "text/html");
  const errors: Record<string, string> = {};
  for (const slot of page.querySelectorAll<HTMLElement>("[data-error-for]:not([hidden])")) {
    errors[slot.dataset["errorFor"] ?? ""] = slot.textContent?.trim() ?? "";
  }
  const sentence = page.querySelector(".error-page .lead, [data-error-summary] li, .alert-danger p");
  return { message: sentence?.textContent?.trim() ?? "", errors };
}
