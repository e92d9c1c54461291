// Two versions of one sheet, side by side; a person chooses.
import { make } from "./dom";
import type { Fields } from "./drafts";
import { say } from "./texts";

export interface Choice {
  mine: Fields;
  theirs: Fields;
  keepMine: () => void;
  useTheirs: () => void;
}

function labelOf(form: HTMLFormElement, name: string): string {
  const item = form.elements.namedItem(name);
  const control = item instanceof RadioNodeList ? item[0] : item;
  if (!(control instanceof HTMLElement)) return name;
  const legend = item instanceof RadioNodeList ? control.closest("fieldset")?.querySelector("legend") : null;
  const label = legend ?? (control as HTMLInputElement).labels?.[0];
  return label?.textContent?.replace(/\*$/, "").trim() || name;
}

// Hidden fields are the form's own business.
function shown(form: HTMLFormElement, name: string): boolean {
  const item = form.elements.namedItem(name);
  return item !== null && !(item instanceof HTMLInputElement && item.type === "hidden");
}

function comparison(form: HTMLFormElement, mine: Fields, theirs: Fields): HTMLTableElement {
  const head = make("tr", {}, ...["conflictItem", "conflictMine", "conflictTheirs"].map((key) => make("th", { scope: "col" }, say(key as "conflictItem"))));
  const body = make("tbody");
  // What is the same in both is nothing to choose between, and a phone has no room for it.
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const here = (mine[name] ?? []).join(", ");
    const there = (theirs[name] ?? []).join(", ");
    if (!shown(form, name) || here === there) continue;
    const row = make("tr", {}, make("th", { scope: "row" }, labelOf(form, name)));
    row.append(make("td", {}, here || "–"), make("td", {}, there || "–"));
    body.append(row);
  }
  return make("table", {}, make("thead", {}, head), body);
}

export function showConflict(form: HTMLFormElement, choice: Choice): void {
  form.querySelector(".conflict-panel")?.remove();
  const panel = make("section", { class: "conflict-panel", tabindex: "-1", role: "alert" });
  const mine = make("button", { type: "button", class: "btn btn-primary" }, say("keepMine"));
  const theirs = make("button", { type: "button", class: "btn btn-quiet" }, say("useTheirs"));
  const close = (then: () => void) => () => {
    panel.remove();
    then();
  };
  mine.addEventListener("click", close(choice.keepMine));
  theirs.addEventListener("click", close(choice.useTheirs));
  panel.append(make("h2", {}, say("conflictTitle")), make("p", {}, say("conflictText")));
  panel.append(comparison(form, choice.mine, choice.theirs), make("div", { class: "form-actions" }, mine, theirs));
  form.prepend(panel);
  panel.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "start" });
}
