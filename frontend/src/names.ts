// input[data-name-case]: a name all in small or all in capital letters is asked about, never changed.
import { fresh, type Starter } from "./dom";

function isOneCase(name: string): boolean {
  return name !== "" && name.toLowerCase() !== name.toUpperCase() && (name === name.toLowerCase() || name === name.toUpperCase());
}

export const startNames: Starter = (root) => {
  for (const box of fresh<HTMLElement>(root, "[data-rows]", "names")) {
    box.addEventListener("change", (event) => {
      const input = event.target;
      if (!(input instanceof HTMLInputElement) || input.dataset["nameCase"] === undefined) return;
      const hint = input.closest("[data-row]")?.querySelector<HTMLElement>("[data-name-hint]");
      if (hint) hint.hidden = !isOneCase(input.value.trim());
    });
  }
};
