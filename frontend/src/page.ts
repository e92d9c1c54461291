// Small habits of every page: menus that close, copying, printing, character counts, the error summary.
import { fresh, make, type Starter } from "./dom";
import { say } from "./texts";

function closeMenus(except: Element | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

async function copy(button: HTMLElement): Promise<void> {
  await navigator.clipboard.writeText(button.dataset["copy"] ?? "");
  const before = [...button.childNodes];
  button.replaceChildren(say("copied"));
  window.setTimeout(() => button.replaceChildren(...before), 1800);
}

export function startPage(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    closeMenus(target?.closest("details[data-menu]") ?? null);
    const copier = target?.closest<HTMLElement>("[data-copy]");
    if (copier) void copy(copier);
    if (target?.closest("[data-print]")) window.print();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector<HTMLDetailsElement>("details[data-menu][open]");
    if (open) {
      open.open = false;
      open.querySelector("summary")?.focus();
    }
  });
}

function startCounter(area: HTMLTextAreaElement): void {
  const max = Number(area.dataset["count"]);
  const place = make("span", { class: "counter" });
  const refresh = (): void => {
    const n = [...area.value.normalize("NFC")].length;
    place.textContent = say("charsLeft", { n: n.toLocaleString("vi"), max: max.toLocaleString("vi") });
    place.classList.toggle("over", n > max);
  };
  area.after(place);
  area.addEventListener("input", refresh);
  refresh();
}

// Thumbs mistype on a phone: who is alone may look.
function startReveal(label: HTMLElement): void {
  const field = document.querySelector<HTMLInputElement>(`#${label.dataset["reveal"] ?? ""}`);
  const box = label.querySelector("input");
  if (!field || !box) return;
  label.hidden = false;
  box.addEventListener("change", () => (field.type = box.checked ? "text" : "password"));
  // Sent as a password again, so that no browser remembers it as a text.
  field.form?.addEventListener("submit", () => (field.type = "password"));
}

export const startHabits: Starter = (root) => {
  for (const label of fresh<HTMLElement>(root, "[data-reveal]", "reveal")) startReveal(label);
  for (const area of fresh<HTMLTextAreaElement>(root, "textarea[data-count]", "count")) startCounter(area);
  // Copying and printing need the script, so their buttons wait for it.
  if ("clipboard" in navigator) for (const button of fresh<HTMLElement>(root, "[data-copy]", "copy")) button.hidden = false;
  for (const button of fresh<HTMLElement>(root, "[data-print]", "print")) button.hidden = false;
  const summary = fresh<HTMLElement>(root, "[data-error-summary]", "summary")[0];
  summary?.focus();
};
