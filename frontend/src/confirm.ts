// data-confirm on a form, a submit button or a link: ask first, in a real dialog.
import { make } from "./dom";
import { say } from "./texts";

const agreed = new WeakSet<HTMLElement>();

export function askFirst(source: HTMLElement): Promise<boolean> {
  const { confirm, confirmTitle, confirmOk, confirmKind } = source.dataset;
  const danger = confirmKind === "danger";
  const box = make("dialog", { class: danger ? "danger" : "", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" });
  const no = make("button", { type: "button", class: "btn btn-quiet" }, say("cancel"));
  const yes = make("button", { type: "button", class: `btn btn-${danger ? "danger" : "primary"}` }, confirmOk ?? say("goOn"));
  box.append(make("h2", { id: "confirm-title" }, confirmTitle ?? say("confirm")));
  box.append(make("p", { id: "confirm-text" }, confirm ?? ""), make("div", { class: "dialog-actions" }, no, yes));
  document.body.append(box);
  return new Promise((resolve) => {
    let answer = false;
    yes.addEventListener("click", () => {
      answer = true;
      box.close();
    });
    no.addEventListener("click", () => box.close());
    box.addEventListener("close", () => {
      box.remove();
      resolve(answer);
    });
    box.showModal();
    // The safe answer has the focus: a stray Enter destroys nothing.
    no.focus();
  });
}

async function onSubmit(event: SubmitEvent): Promise<void> {
  const form = event.target as HTMLFormElement;
  const source = [event.submitter, form].find((one): one is HTMLElement => one instanceof HTMLElement && one.dataset["confirm"] !== undefined);
  if (!source || agreed.delete(source)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const submitter = event.submitter;
  if (!(await askFirst(source))) return;
  agreed.add(source);
  form.requestSubmit(submitter);
}

async function onClick(event: MouseEvent): Promise<void> {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-confirm]") : null;
  if (!link) return;
  event.preventDefault();
  if (await askFirst(link)) window.location.assign(link.href);
}

export function startConfirm(): void {
  document.addEventListener("submit", (event) => void onSubmit(event), true);
  document.addEventListener("click", (event) => void onClick(event));
}
