// form[data-guard]: much is typed into it. It warns before it is left, and it is not sent into a network that is gone.
import { fresh, make, type Starter } from "./dom";
import { say } from "./texts";

const patienceMs = 8000;

async function serverAnswers(): Promise<boolean> {
  const stopper = new AbortController();
  const alarm = window.setTimeout(() => stopper.abort(), patienceMs);
  try {
    const answer = await fetch("/healthz", { cache: "no-store", signal: stopper.signal });
    // A proxy answers too while the site behind it is down, and its page would take the place of what was typed.
    return answer.status < 500;
  } catch {
    return false;
  } finally {
    window.clearTimeout(alarm);
  }
}

class Guard {
  private changed: boolean;
  private asking = false;
  private leaving = false;
  private readonly words = make("p", { class: "field-error", role: "alert" });

  constructor(private readonly form: HTMLFormElement) {
    this.changed = form.dataset["guard"] === "unsent";
    form.addEventListener("input", () => (this.changed = true));
    form.addEventListener("submit", (event) => void this.onSubmit(event));
    window.addEventListener("beforeunload", (event) => {
      if (this.changed && !this.leaving && form.isConnected) event.preventDefault();
    });
    // Come back to from the browser's memory, it may be typed into and sent again.
    window.addEventListener("pageshow", () => (this.leaving = false));
  }

  private async onSubmit(event: SubmitEvent): Promise<void> {
    if (event.defaultPrevented || this.leaving) return;
    event.preventDefault();
    if (this.asking) return;
    this.wait(true);
    const reachable = await serverAnswers();
    this.wait(false);
    if (reachable) {
      this.words.remove();
      this.leaving = true;
      this.form.requestSubmit(event.submitter);
      return;
    }
    const place = event.submitter?.closest(".form-actions") ?? event.submitter ?? this.form.lastElementChild;
    place?.after(this.words);
    this.words.textContent = say("notSent");
  }

  private wait(on: boolean): void {
    this.asking = on;
    this.form.setAttribute("aria-busy", String(on));
    // Emptied first, so that the same words are announced again.
    if (on) this.words.textContent = "";
  }
}

export const startGuards: Starter = (root) => {
  for (const form of fresh<HTMLFormElement>(root, "form[data-guard]", "guard")) new Guard(form);
};
