// The copy of unsaved work that survives a closed tab: it exists only while the server has not confirmed it.

export type Fields = Record<string, string[]>;

export interface Draft {
  version: string;
  at: number;
  fields: Fields;
}

const prefix = "chamthi:draft:";

function isDraft(value: unknown): value is Draft {
  const draft = value as Partial<Draft> | null;
  return typeof draft?.version === "string" && typeof draft.at === "number" && typeof draft.fields === "object" && draft.fields !== null;
}

export class DraftStore {
  constructor(private readonly key: string) {}

  read(): Draft | null {
    try {
      const value: unknown = JSON.parse(localStorage.getItem(prefix + this.key) ?? "null");
      return isDraft(value) ? value : null;
    } catch {
      return null;
    }
  }

  // A full or forbidden store must not stop the saving to the server.
  write(draft: Draft): void {
    try {
      localStorage.setItem(prefix + this.key, JSON.stringify(draft));
    } catch {
      /* the server copy remains */
    }
  }

  drop(): void {
    try {
      localStorage.removeItem(prefix + this.key);
    } catch {
      /* nothing was stored */
    }
  }
}

export function readFields(form: HTMLFormElement): Fields {
  const fields: Fields = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && name !== "version") (fields[name] ??= []).push(value);
  }
  return fields;
}

export function writeFields(form: HTMLFormElement, fields: Fields): void {
  for (const control of form.elements) {
    if (control instanceof HTMLInputElement && (control.type === "radio" || control.type === "checkbox")) {
      control.checked = (fields[control.name] ?? []).includes(control.value);
    } else if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement) {
      if (!control.name || control.name === "version" || (control instanceof HTMLInputElement && control.type === "file")) continue;
      const value = fields[control.name]?.[0];
      if (value !== undefined) control.value = value;
    }
  }
  form.dispatchEvent(new CustomEvent("fields:replaced"));
}

const plain = (values: string[] | undefined): string => (values ?? []).map((value) => value.replace(/\r\n/g, "\n").trim()).join("\u0000");

export function sameFields(a: Fields, b: Fields): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => plain(a[name]) === plain(b[name]));
}
