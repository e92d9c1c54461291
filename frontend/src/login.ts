// An expired sign-in while somebody works: the page stays, they sign in beside it, and the work goes on.

let pending: (() => void) | null = null;

function dialog(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>("#dialog-login");
}

function goOn(): void {
  const retry = pending;
  pending = null;
  dialog()?.close();
  retry?.();
}

/** Ask to sign in again; `retry` runs when the person comes back to this tab or says so. */
export function askToSignIn(retry: () => void): void {
  pending = retry;
  const box = dialog();
  if (!box || box.open) return;
  box.showModal();
  box.querySelector("a")?.focus();
}

export function startLogin(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-login-retry]")) goOn();
    if (target?.closest("[data-dialog-close]")) target.closest("dialog")?.close();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && pending) goOn();
  });
}
