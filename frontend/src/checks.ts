// input[data-check-all=name[]]: one box for all; [data-check-count] tells how many are ticked.
import { fresh, type Starter } from "./dom";
import { say } from "./texts";

function boxes(name: string): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>('input[type="checkbox"]')].filter((box) => box.name === name && !box.disabled);
}

// A row that the filter hides is not ticked behind the person's back.
function visible(box: HTMLInputElement): boolean {
  return box.closest("[hidden]") === null;
}

function refresh(name: string): void {
  const all = boxes(name);
  const ticked = all.filter((box) => box.checked).length;
  for (const master of document.querySelectorAll<HTMLInputElement>("input[data-check-all]")) {
    if (master.dataset["checkAll"] !== name) continue;
    master.checked = ticked > 0 && ticked === all.length;
    master.indeterminate = ticked > 0 && ticked < all.length;
  }
  for (const count of document.querySelectorAll<HTMLElement>("[data-check-count]")) {
    if (count.dataset["checkCount"] === name) count.textContent = say("ticked", { n: ticked });
  }
}

export const startChecks: Starter = (root) => {
  for (const master of fresh<HTMLInputElement>(root, "input[data-check-all]", "checks")) {
    const name = master.dataset["checkAll"] ?? "";
    master.addEventListener("change", () => {
      for (const box of boxes(name).filter(visible)) box.checked = master.checked;
      refresh(name);
    });
    document.addEventListener("change", (event) => {
      if (event.target instanceof HTMLInputElement && event.target.name === name) refresh(name);
    });
    refresh(name);
  }
};
