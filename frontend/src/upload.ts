// form[data-upload]: sent by XMLHttpRequest, the one way to show progress; whatever happens the form stays as it is.
import { fresh, type Starter } from "./dom";
import { focusFirstError, readRefusal, setFieldError, showFieldErrors } from "./errors";
import { askToSignIn } from "./login";
import { say, saySize, saySpan } from "./texts";

export type ShowPage = (html: string, url: string) => void;

class Upload {
  private xhr: XMLHttpRequest | null = null;
  private began = 0;
  private spoke = 0;
  private readonly region: HTMLElement | null;
  private readonly bar: HTMLProgressElement | null;
  private readonly words: HTMLElement | null;

  constructor(private readonly form: HTMLFormElement, private readonly showPage: ShowPage) {
    this.region = form.querySelector<HTMLElement>("[data-upload-status]");
    this.bar = this.region?.querySelector("progress") ?? null;
    this.words = this.region?.querySelector<HTMLElement>("[data-upload-text]") ?? null;
    form.addEventListener("submit", (event) => this.onSubmit(event));
    form.querySelector("[data-upload-cancel]")?.addEventListener("click", () => this.cancel());
    window.addEventListener("beforeunload", (event) => {
      if (this.xhr) event.preventDefault();
    });
  }

  private inputs(): HTMLInputElement[] {
    return [...this.form.querySelectorAll<HTMLInputElement>('input[type="file"]')];
  }

  private onSubmit(event: SubmitEvent): void {
    if (event.defaultPrevented) return;
    if (this.xhr) return event.preventDefault();
    if (!this.inputs().some((input) => input.files?.length)) return;
    event.preventDefault();
    if (this.fitsLimits()) this.send(event.submitter);
  }

  private fitsLimits(): boolean {
    let fits = true;
    for (const input of this.inputs()) {
      const limit = Number(input.dataset["maxBytes"] ?? Infinity);
      const big = [...(input.files ?? [])].find((file) => file.size > limit);
      const text = big ? say("uploadTooLarge", { name: big.name, size: saySize(big.size), limit: saySize(limit) }) : "";
      setFieldError(this.form, input.name, text);
      fits = fits && !big;
    }
    if (!fits) focusFirstError(this.form);
    return fits;
  }

  // Text first: the server can then refuse before the long part arrives.
  private body(submitter: HTMLElement | null): FormData {
    const all = [...new FormData(this.form)];
    const ordered = new FormData();
    if (submitter instanceof HTMLButtonElement && submitter.name) ordered.append(submitter.name, submitter.value);
    for (const [name, value] of all) if (typeof value === "string") ordered.append(name, value);
    for (const [name, value] of all) if (value instanceof File && value.name) ordered.append(name, value, value.name);
    return ordered;
  }

  private send(submitter: HTMLElement | null): void {
    // Asked again after a sign-in, when the person has sent it by hand already.
    if (this.xhr || !this.form.isConnected) return;
    const xhr = new XMLHttpRequest();
    // Read as an attribute: a control named "action" hides the property.
    const action = submitter?.getAttribute("formaction") ?? this.form.getAttribute("action") ?? location.href;
    xhr.open("POST", action);
    xhr.setRequestHeader("Accept", "application/json, text/html;q=0.9");
    xhr.upload.onprogress = (event) => this.onProgress(event);
    xhr.upload.onload = () => this.tell(say("uploadChecking"));
    xhr.onload = () => this.onAnswer(xhr, submitter);
    xhr.onerror = () => this.stop(say("uploadLost"));
    xhr.onabort = () => this.stop(say("uploadCancelled"));
    this.xhr = xhr;
    this.began = performance.now();
    this.busy(true);
    this.onProgress(null);
    xhr.send(this.body(submitter));
  }

  private onProgress(event: ProgressEvent | null): void {
    const done = event?.loaded ?? 0;
    const total = event?.lengthComputable ? event.total : this.inputs().flatMap((i) => [...(i.files ?? [])]).reduce((sum, f) => sum + f.size, 0);
    const percent = total ? Math.min(100, Math.floor((done / total) * 100)) : 0;
    if (this.bar) this.bar.value = percent;
    const now = performance.now();
    if (event && now - this.spoke < 1500) return;
    this.spoke = now;
    const elapsed = (now - this.began) / 1000;
    const left = done && elapsed > 3 ? say("uploadLeft", { time: saySpan(((total - done) / done) * elapsed) }) : "";
    this.tell(say("uploading", { done: saySize(done), total: saySize(total), percent, left }));
  }

  private onAnswer(xhr: XMLHttpRequest, submitter: HTMLElement | null): void {
    const type = xhr.getResponseHeader("Content-Type") ?? "";
    if (xhr.status === 401) {
      this.stop(say("uploadSignedOut"));
      askToSignIn(() => this.send(submitter));
    } else if (xhr.status >= 400) {
      this.refused(xhr, type);
    } else {
      this.xhr = null;
      this.arrived(xhr, type);
    }
  }

  private arrived(xhr: XMLHttpRequest, type: string): void {
    if (type.includes("html")) return this.showPage(xhr.responseText, xhr.responseURL);
    const answer = type.includes("json") ? (JSON.parse(xhr.responseText) as { location?: string }) : {};
    if (answer.location) window.location.assign(answer.location);
    else window.location.reload();
  }

  private refused(xhr: XMLHttpRequest, type: string): void {
    const refusal = readRefusal(xhr.responseText, type);
    const homeless = showFieldErrors(this.form, refusal.errors);
    // What stands beside a field already is not said twice.
    const placed = Object.values(refusal.errors).filter((text) => !homeless.includes(text));
    const general = [refusal.message, ...homeless].filter((text) => text && !placed.includes(text)).join(" ");
    this.stop(general || (placed.length ? "" : say("uploadRefused", { status: xhr.status })));
    focusFirstError(this.form);
  }

  private cancel(): void {
    this.xhr?.abort();
  }

  private stop(text: string): void {
    this.xhr = null;
    this.busy(false);
    this.tell(text);
  }

  private busy(on: boolean): void {
    if (this.region) this.region.hidden = false;
    this.form.setAttribute("aria-busy", String(on));
    this.region?.querySelector(".upload-row")?.classList.toggle("d-none", !on);
    for (const button of this.form.querySelectorAll<HTMLButtonElement>('button:not([type="button"])')) button.disabled = on;
  }

  private tell(text: string): void {
    if (this.words) this.words.textContent = text;
    if (this.region) this.region.hidden = text === "";
  }
}

function startDrop(area: HTMLElement): void {
  const input = area.querySelector<HTMLInputElement>('input[type="file"]');
  if (!input) return;
  const mark = (on: boolean) => area.classList.toggle("over", on);
  area.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  area.addEventListener("dragleave", () => mark(false));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    const files = event.dataTransfer?.files;
    if (!files?.length || (files.length > 1 && !input.multiple)) return;
    input.files = files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

export function uploads(showPage: ShowPage): Starter {
  return (root) => {
    for (const form of fresh<HTMLFormElement>(root, "form[data-upload]", "upload")) new Upload(form, showPage);
    for (const area of fresh<HTMLElement>(root, "[data-upload-drop]", "drop")) startDrop(area);
  };
}
