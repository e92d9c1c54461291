// [data-rows=authors]: rows that can be added, removed and ordered; one of them represents the group.
import { fresh, isControl, type Starter } from "./dom";

const named = ["name", "id", "for", "aria-describedby", "data-error-for", "aria-labelledby", "href"];

class Rows {
  private readonly prefix: string;
  private readonly min: number;
  private readonly max: number;
  private readonly template: HTMLTemplateElement | null;

  constructor(private readonly box: HTMLElement) {
    this.prefix = box.dataset["rows"] ?? "";
    this.min = Number(box.dataset["rowsMin"] ?? 1);
    this.max = Number(box.dataset["rowsMax"] ?? 100);
    this.template = box.querySelector<HTMLTemplateElement>("template[data-row-template]");
    box.addEventListener("click", (event) => this.onClick(event));
    box.addEventListener("change", (event) => this.onChange(event));
    this.renumber();
  }

  private rows(): HTMLElement[] {
    return [...this.box.querySelectorAll<HTMLElement>("[data-row]")];
  }

  private onClick(event: MouseEvent): void {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("button") : null;
    if (!button) return;
    const row = button.closest<HTMLElement>("[data-row]");
    if (button.hasAttribute("data-row-add")) this.act(event, () => this.add());
    else if (row && button.hasAttribute("data-row-remove")) this.act(event, () => this.remove(row));
    else if (row && button.hasAttribute("data-row-up")) this.act(event, () => this.move(row, button, -1));
    else if (row && button.hasAttribute("data-row-down")) this.act(event, () => this.move(row, button, 1));
  }

  private act(event: MouseEvent, change: () => void): void {
    event.preventDefault();
    change();
    this.renumber();
    this.box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  private add(): void {
    const rows = this.rows();
    const row = this.template?.content.firstElementChild?.cloneNode(true);
    if (!(row instanceof HTMLElement) || rows.length >= this.max) return;
    const last = rows[rows.length - 1];
    if (last) last.after(row);
    else this.template?.before(row);
    this.renumber();
    row.querySelector<HTMLElement>("input:not([type=hidden]):not([type=radio]), select, textarea")?.focus();
  }

  private remove(row: HTMLElement): void {
    const rows = this.rows();
    if (rows.length <= this.min) return;
    const at = rows.indexOf(row);
    row.remove();
    (rows[at + 1] ?? rows[at - 1])?.querySelector<HTMLElement>("[data-row-remove]")?.focus();
  }

  private move(row: HTMLElement, button: HTMLElement, by: -1 | 1): void {
    const rows = this.rows();
    const other = rows[rows.indexOf(row) + by];
    if (!other) return;
    if (by < 0) other.before(row);
    else other.after(row);
    button.focus();
  }

  private onChange(event: Event): void {
    const chosen = event.target;
    if (!(chosen instanceof HTMLInputElement) || !chosen.hasAttribute("data-representative")) return;
    for (const one of this.representatives()) if (one !== chosen && chosen.checked) one.checked = false;
    this.markRepresentative();
  }

  private representatives(): HTMLInputElement[] {
    return [...this.box.querySelectorAll<HTMLInputElement>("[data-representative]")];
  }

  private markRepresentative(): void {
    const all = this.representatives();
    if (all.length && !all.some((one) => one.checked)) all[0]!.checked = true;
    for (const one of all) one.closest("[data-row]")?.classList.toggle("is-representative", one.checked);
  }

  private renumber(): void {
    const rows = this.rows();
    // Renaming one radio of a group can uncheck another: remember who was chosen.
    const chosen = this.representatives().find((one) => one.checked);
    rows.forEach((row, index) => this.number(row, index));
    if (chosen?.isConnected) chosen.checked = true;
    rows.forEach((row, index) => this.setTools(row, index, rows.length));
    for (const add of this.box.querySelectorAll<HTMLButtonElement>("[data-row-add]")) add.disabled = rows.length >= this.max;
    this.markRepresentative();
  }

  private number(row: HTMLElement, index: number): void {
    const place = new RegExp(`(${this.prefix}[.-])(?:\\d+|__i__)(?=[.-]|$)`, "g");
    for (const element of [row, ...row.querySelectorAll<HTMLElement>("*")]) {
      for (const attribute of named) {
        const value = element.getAttribute(attribute);
        if (value) element.setAttribute(attribute, value.replace(place, `$1${index}`));
      }
      if (isControl(element) && element.hasAttribute("data-representative") && /^(\d+|__i__)$/.test(element.value)) element.value = String(index);
    }
    for (const label of row.querySelectorAll("[data-row-number]")) label.textContent = String(index + 1);
  }

  private setTools(row: HTMLElement, index: number, count: number): void {
    const set = (selector: string, off: boolean): void => {
      for (const button of row.querySelectorAll<HTMLButtonElement>(selector)) {
        button.hidden = false;
        button.disabled = off;
      }
    };
    set("[data-row-remove]", count <= this.min);
    set("[data-row-up]", index === 0);
    set("[data-row-down]", index === count - 1);
  }
}

export const startRows: Starter = (root) => {
  for (const box of fresh<HTMLElement>(root, "[data-rows]", "rows")) new Rows(box);
};
