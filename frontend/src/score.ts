// form[data-score-sheet]: the running total, steppers, quick picks and keys of a score sheet.
import { announce, fresh, isControl, type Starter } from "./dom";
import { setFieldError } from "./errors";
import { formatMark, parseMark, parseWeight, weightedTotal } from "./marks";
import { say } from "./texts";

class Criterion {
  readonly max: number;
  readonly step: number;
  readonly weight: number;

  constructor(readonly box: HTMLElement, readonly input: HTMLInputElement) {
    this.max = parseMark(input.dataset["max"] ?? "") ?? Infinity;
    this.step = parseMark(input.dataset["step"] ?? "") || 1;
    this.weight = parseWeight(input.dataset["weight"] ?? "1") ?? 0;
  }

  mark(): number | null {
    return parseMark(this.input.value);
  }

  refusal(): string {
    if (this.input.value.trim() === "") return "";
    const mark = this.mark();
    if (mark === null) return say("markInvalid");
    if (mark > this.max) return say("markTooHigh", { max: formatMark(this.max) });
    if (mark % this.step !== 0) return say("markStep", { step: formatMark(this.step) });
    return "";
  }

  set(hundredths: number): void {
    this.input.value = formatMark(Math.min(this.max, Math.max(0, hundredths)));
    announce(this.input);
  }

  // From an empty box the first step up is one step, the first step down is the highest mark.
  move(steps: number): void {
    const mark = this.mark();
    if (mark === null) return this.set(steps > 0 ? this.step : this.max);
    const onGrid = steps > 0 ? Math.floor(mark / this.step) : Math.ceil(mark / this.step);
    this.set((onGrid + steps) * this.step);
  }

  picks(): HTMLButtonElement[] {
    return [...this.box.querySelectorAll<HTMLButtonElement>("[data-pick]")];
  }

  pick(button: HTMLButtonElement): void {
    const mark = parseMark(button.dataset["pick"] ?? "");
    if (mark !== null) this.set(mark);
  }

  showPicked(): void {
    const mark = this.mark();
    for (const button of this.picks()) {
      button.setAttribute("aria-pressed", String(mark !== null && parseMark(button.dataset["pick"] ?? "") === mark));
    }
  }
}

class ScoreSheet {
  private readonly criteria: Criterion[] = [];
  private current: Criterion | null = null;

  constructor(private readonly form: HTMLFormElement) {
    for (const box of form.querySelectorAll<HTMLElement>("[data-criterion]")) this.add(box);
    form.addEventListener("input", () => this.refresh());
    form.addEventListener("fields:replaced", () => this.refresh());
    form.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("keydown", (event) => {
      if (this.form.isConnected && event.target === document.body) this.onKey(event);
    });
    this.refresh();
  }

  private add(box: HTMLElement): void {
    const input = box.querySelector<HTMLInputElement>("[data-mark]");
    if (!input) return;
    const criterion = new Criterion(box, input);
    this.criteria.push(criterion);
    for (const hidden of box.querySelectorAll<HTMLElement>("[data-step-by][hidden], [data-picks][hidden]")) hidden.hidden = false;
    box.addEventListener("focusin", () => (this.current = criterion));
    box.addEventListener("click", (event) => this.onClick(criterion, event));
    input.addEventListener("change", () => this.onChange(criterion));
  }

  private onClick(criterion: Criterion, event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    const step = target?.closest<HTMLElement>("[data-step-by]");
    const pick = target?.closest<HTMLButtonElement>("[data-pick]");
    if (step) criterion.move(Number(step.dataset["stepBy"]));
    if (pick) criterion.pick(pick);
  }

  private onChange(criterion: Criterion): void {
    const mark = criterion.mark();
    const refusal = criterion.refusal();
    if (mark !== null && !refusal) criterion.input.value = formatMark(mark);
    setFieldError(this.form, criterion.input.name, refusal);
  }

  private refresh(): void {
    const valid = this.criteria.filter((criterion) => criterion.mark() !== null && !criterion.refusal());
    for (const criterion of valid) setFieldError(this.form, criterion.input.name, "");
    for (const criterion of this.criteria) criterion.showPicked();
    const total = weightedTotal(valid.map((criterion) => ({ mark: criterion.mark() ?? 0, weight: criterion.weight })));
    const missing = this.criteria.length - valid.length;
    this.write("[data-score-total]", valid.length ? formatMark(total) : "–");
    this.write("[data-score-missing]", missing ? say("missing", { n: missing }) : "");
  }

  private write(selector: string, text: string): void {
    const place = this.form.querySelector(selector) ?? document.querySelector(selector);
    if (place && place.textContent !== text) place.textContent = text;
  }

  private onKey(event: KeyboardEvent): void {
    const inMark = event.target instanceof HTMLInputElement && event.target.hasAttribute("data-mark");
    if (event.isComposing || event.altKey) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.take(event, () => this.submit());
    else if (event.ctrlKey || event.metaKey) return;
    else if (event.key === "Enter" && inMark) this.take(event, () => this.next());
    else if (inMark && event.key === "ArrowUp") this.take(event, () => this.current?.move(1));
    else if (inMark && event.key === "ArrowDown") this.take(event, () => this.current?.move(-1));
    else if (/^[0-9]$/.test(event.key) && !isControl(event.target)) this.pickByNumber(event);
  }

  private take(event: KeyboardEvent, act: () => void): void {
    event.preventDefault();
    act();
  }

  private pickByNumber(event: KeyboardEvent): void {
    const criterion = this.current ?? this.criteria.find((one) => one.mark() === null);
    const button = criterion?.picks()[Number(event.key)];
    if (!criterion || !button) return;
    this.take(event, () => {
      criterion.pick(button);
      button.focus();
    });
  }

  private next(): void {
    const at = this.current ? this.criteria.indexOf(this.current) : -1;
    const following = this.criteria[at + 1];
    if (following) {
      following.input.focus();
      following.input.select();
    } else {
      (this.form.querySelector<HTMLElement>("textarea:not([data-mark])") ?? this.submitter())?.focus();
    }
  }

  private submitter(): HTMLButtonElement | null {
    return this.form.querySelector<HTMLButtonElement>("[data-score-submit], .form-actions .btn-primary:not([type=button])");
  }

  private submit(): void {
    this.form.requestSubmit(this.submitter());
  }
}

export const startScore: Starter = (root) => {
  for (const form of fresh<HTMLFormElement>(root, "form[data-score-sheet]", "score")) new ScoreSheet(form);
};
