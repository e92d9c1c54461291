// form[data-autosave-url]: saves by itself and never says «Đã lưu» before the server has answered that it did.
import { showConflict } from "./conflict";
import { fresh, make, type Starter } from "./dom";
import { type Fields, DraftStore, readFields, sameFields, writeFields } from "./drafts";
import { clearFieldErrors, focusFirstError, readRefusal, showFieldErrors } from "./errors";
import { askToSignIn } from "./login";
import { say, sayClock } from "./texts";

type State = "idle" | "unsaved" | "saving" | "saved" | "offline" | "error" | "conflict";

interface Saved {
  saved_at: string;
  version: number | string;
  total?: string;
}

interface Clash {
  mine?: Record<string, unknown>;
  theirs: Record<string, unknown>;
  version?: number | string;
}

const debounceMs = 900;
const longestWaitMs = 5000;
const timeoutMs = 20000;
const retryMs = [2000, 4000, 8000, 15000, 30000];

const asFields = (values: Record<string, unknown>): Fields =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, (Array.isArray(value) ? value : [value]).map((one) => (one === null || one === undefined ? "" : String(one)))]),
  );

class AutoSave {
  private edits = 0;
  private savedEdits = 0;
  private running: Promise<void> | null = null;
  private timer = 0;
  private waitingSince = 0;
  private failures = 0;
  private blocked = false;
  private leaving = false;
  private seen: Fields;
  private readonly url: string;
  private readonly store: DraftStore;
  private readonly versionInput: HTMLInputElement | null;

  constructor(private readonly form: HTMLFormElement) {
    this.url = form.dataset["autosaveUrl"] ?? location.href;
    this.store = new DraftStore(`${form.dataset["autosaveOwner"] ?? ""}:${this.url}`);
    this.versionInput = form.querySelector<HTMLInputElement>('input[name="version"]');
    this.seen = readFields(form);
    form.addEventListener("input", () => this.touched());
    form.addEventListener("change", () => this.touched());
    form.addEventListener("fields:replaced", () => (this.seen = readFields(form)));
    form.addEventListener("submit", (event) => void this.onSubmit(event));
    window.addEventListener("online", () => this.retryNow());
    window.addEventListener("beforeunload", (event) => {
      if (this.unsaved() && !this.leaving) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.unsaved()) void this.save();
    });
    this.restore();
    this.watchOtherTabs();
  }

  private unsaved(): boolean {
    return this.form.isConnected && this.edits !== this.savedEdits;
  }

  private version(): string {
    return this.versionInput?.value ?? "";
  }

  private show(state: State, text: string): void {
    const roots: ParentNode[] = [this.form, document];
    const place = roots.map((root) => root.querySelector<HTMLElement>("[data-autosave-status]")).find(Boolean);
    if (!place) return;
    place.dataset["state"] = state;
    if (place.textContent !== text) place.textContent = text;
  }

  // Leaving a box tells of a change that its typing told of already.
  private touched(): void {
    const fields = readFields(this.form);
    if (sameFields(fields, this.seen)) return;
    this.seen = fields;
    this.edited();
  }

  private edited(): void {
    this.edits += 1;
    this.store.write({ version: this.version(), at: Date.now(), fields: readFields(this.form) });
    if (this.blocked) return;
    if (!this.running) this.show("unsaved", say("unsaved"));
    this.schedule();
  }

  private schedule(): void {
    const now = Date.now();
    this.waitingSince ||= now;
    const wait = Math.min(debounceMs, Math.max(0, this.waitingSince + longestWaitMs - now));
    this.later(wait);
  }

  private later(ms: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), ms);
  }

  private retryNow(): void {
    if (this.unsaved() && !this.blocked) this.later(0);
  }

  /** One save at a time; an edit made meanwhile is saved by the next one. */
  private async save(): Promise<void> {
    if (this.running) return this.running;
    if (this.blocked || !this.unsaved()) return;
    window.clearTimeout(this.timer);
    this.waitingSince = 0;
    this.running = this.send().finally(() => {
      this.running = null;
    });
    await this.running;
  }

  private async send(): Promise<void> {
    const edits = this.edits;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) if (typeof value === "string") body.append(name, value);
    this.show("saving", say("saving"));
    const stopper = new AbortController();
    const alarm = window.setTimeout(() => stopper.abort(), timeoutMs);
    try {
      const response = await fetch(this.url, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        signal: stopper.signal,
        keepalive: document.visibilityState === "hidden" && body.toString().length < 60000,
      });
      await this.onAnswer(response, edits);
    } catch {
      this.failed(navigator.onLine && stopper.signal.aborted ? "serverSilent" : "offline");
    } finally {
      window.clearTimeout(alarm);
    }
  }

  private async onAnswer(response: Response, edits: number): Promise<void> {
    const type = response.headers.get("Content-Type") ?? "";
    const body = await response.text();
    const { status } = response;
    if (response.ok && type.includes("json")) return this.saved(JSON.parse(body) as Saved, edits);
    if (status === 401 || response.redirected) return this.signedOut();
    if (status === 409 && type.includes("json")) {
      const clash = JSON.parse(body) as Partial<Clash>;
      if (clash.theirs) return this.clashed(clash as Clash);
    }
    if (status === 408 || status === 429 || status >= 500 || response.ok) return this.failed("serverSilent");
    return this.refused(body, type, status);
  }

  private saved(answer: Saved, edits: number): void {
    this.failures = 0;
    this.savedEdits = edits;
    if (this.versionInput) this.versionInput.value = String(answer.version);
    clearFieldErrors(this.form);
    if (this.unsaved()) {
      this.store.write({ version: this.version(), at: Date.now(), fields: readFields(this.form) });
      this.show("unsaved", say("unsaved"));
      return this.schedule();
    }
    this.store.drop();
    this.show("saved", say("saved", { time: answer.saved_at }));
    if (answer.total) this.showTotal(answer.total);
  }

  private showTotal(total: string): void {
    const place = this.form.querySelector<HTMLElement>("[data-score-total]") ?? document.querySelector<HTMLElement>("[data-score-total]");
    if (place) place.textContent = total;
  }

  private failed(why: "offline" | "serverSilent"): void {
    this.show("offline", say(why));
    this.later(retryMs[Math.min(this.failures, retryMs.length - 1)] ?? 30000);
    this.failures += 1;
  }

  private signedOut(): void {
    this.show("error", say("signedOut"));
    askToSignIn(() => void this.save());
  }

  private refused(body: string, type: string, status: number): void {
    const refusal = readRefusal(body, type);
    const homeless = showFieldErrors(this.form, refusal.errors);
    const hasFields = Object.keys(refusal.errors).length > homeless.length;
    const reason = homeless[0] ?? refusal.message;
    this.show("error", hasFields || !reason ? say("saveErrors") : say("saveRefused", { reason }));
    // A closed round or a recusal will not change by asking again.
    if (status !== 422) this.blocked = true;
  }

  private clashed(clash: Clash): void {
    this.ask(clash.mine ? asFields(clash.mine) : readFields(this.form), asFields(clash.theirs), String(clash.version ?? clash.theirs["version"] ?? ""));
  }

  private ask(mine: Fields, theirs: Fields, version: string): void {
    this.blocked = true;
    this.show("conflict", say("conflictState"));
    const settle = (): void => {
      this.blocked = false;
      if (this.versionInput && version) this.versionInput.value = version;
    };
    showConflict(this.form, {
      mine,
      theirs,
      keepMine: () => {
        settle();
        writeFields(this.form, { ...readFields(this.form), ...mine });
        this.edited();
        void this.save();
      },
      useTheirs: () => {
        settle();
        writeFields(this.form, { ...readFields(this.form), ...theirs });
        this.savedEdits = this.edits;
        this.store.drop();
        clearFieldErrors(this.form);
        this.show("idle", "");
      },
    });
  }

  private restore(): void {
    const draft = this.store.read();
    if (!draft) return;
    const onPage = readFields(this.form);
    if (sameFields(draft.fields, onPage)) return this.store.drop();
    this.edits += 1;
    if (draft.version !== this.version()) return this.ask(draft.fields, onPage, this.version());
    writeFields(this.form, draft.fields);
    this.note(say("restored", { time: sayClock(new Date(draft.at)) }));
    this.show("unsaved", say("unsaved"));
    void this.save();
  }

  private note(text: string): void {
    this.form.prepend(make("div", { class: "alert alert-warning", role: "status" }, make("div", {}, make("p", {}, text))));
  }

  private watchOtherTabs(): void {
    if (!("BroadcastChannel" in window)) return;
    const channel = new BroadcastChannel(`chamthi:${this.url}`);
    let told = false;
    channel.onmessage = (event: MessageEvent<string>) => {
      if (!this.form.isConnected) return;
      if (event.data === "opened") channel.postMessage("also");
      if (!told) this.note(say("otherTab"));
      told = true;
    };
    channel.postMessage("opened");
  }

  // The final submission leaves only after the draft is safe: whatever happens to it, nothing typed is lost.
  private async onSubmit(event: SubmitEvent): Promise<void> {
    if (event.defaultPrevented) return;
    if (!this.unsaved() && !this.running) {
      this.leaving = true;
      return;
    }
    event.preventDefault();
    for (let turn = 0; turn < 3 && (this.unsaved() || this.running); turn += 1) await this.save();
    if (!this.unsaved()) {
      this.leaving = true;
      this.form.requestSubmit(event.submitter);
      return;
    }
    const choice = this.form.querySelector<HTMLElement>(".conflict-panel");
    const invalid = this.form.querySelector('[aria-invalid="true"]');
    if (choice) choice.focus();
    else if (invalid) focusFirstError(this.form);
    else if (!this.blocked) this.show("offline", say("submitWaits"));
  }
}

export const startAutosave: Starter = (root) => {
  for (const form of fresh<HTMLFormElement>(root, "form[data-autosave-url]", "autosave")) new AutoSave(form);
};
