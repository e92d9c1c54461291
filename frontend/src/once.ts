// A form is sent once: the second of two clicks on a slow connection would send it again and be told of a clash.
const patienceMs = 10_000;

export function startOnce(): void {
  const sent = new WeakSet<HTMLFormElement>();
  let forget: number[] = [];
  // On the document, after the form's own listeners: what one of them holds back has not been sent.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.method !== "post") return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    // A lost connection must not leave a dead button behind.
    forget.push(window.setTimeout(() => sent.delete(form), patienceMs));
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) sent.delete(form);
    forget.forEach((timer) => window.clearTimeout(timer));
    forget = [];
  });
}
