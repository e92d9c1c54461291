// The few things every module needs of the page.

export type Starter = (root: ParentNode) => void;

const begun = new WeakMap<Element, Set<string>>();

/** Every element under `root` (itself included) that matches and that `purpose` has not seen yet. */
export function fresh<T extends Element>(root: ParentNode, selector: string, purpose: string): T[] {
  const found = [...root.querySelectorAll<T>(selector)];
  if (root instanceof Element && root.matches(selector)) found.unshift(root as unknown as T);
  return found.filter((element) => {
    const seen = begun.get(element) ?? new Set<string>();
    if (seen.has(purpose)) return false;
    begun.set(element, seen.add(purpose));
    return true;
  });
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export function isControl(target: unknown): target is Control {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}

/** Tell the other modules that a script changed a control, as typing would. */
export function announce(control: Control): void {
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}
