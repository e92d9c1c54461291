// input[data-filter=#id]: shows only the rows that hold every word typed, accents or not.
import { fresh, type Starter } from "./dom";
import { fold } from "./fold";
import { say } from "./texts";

function items(target: Element): HTMLElement[] {
  const marked = [...target.querySelectorAll<HTMLElement>("[data-filter-item]")];
  return marked.length ? marked : [...target.querySelectorAll<HTMLElement>("tbody > tr")];
}

function start(input: HTMLInputElement): void {
  const selector = input.dataset["filter"] ?? "";
  const target = document.querySelector(selector);
  if (!target) return;
  const bar = input.closest<HTMLElement>("[data-filter-bar]");
  if (bar) bar.hidden = false;
  const rows = items(target).map((row) => ({ row, text: fold(row.textContent ?? "") }));
  const counts = [...document.querySelectorAll<HTMLElement>("[data-filter-count]")].filter((one) => one.dataset["filterCount"] === selector);
  const apply = (): void => {
    const words = fold(input.value).split(" ").filter(Boolean);
    let shown = 0;
    for (const { row, text } of rows) {
      const fits = words.every((word) => text.includes(word));
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const count of counts) count.textContent = say("filterCount", { shown, all: rows.length });
  };
  input.addEventListener("input", apply);
  // Enter in a search box that stands inside a form must not send that form.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  apply();
}

export const startFilters: Starter = (root) => {
  for (const input of fresh<HTMLInputElement>(root, "input[data-filter]", "filter")) start(input);
};
