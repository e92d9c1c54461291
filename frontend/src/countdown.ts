// time[data-until][data-now]: counts down by the clock of the server; that of an old computer may be wrong.
import { fresh, type Starter } from "./dom";
import { say, saySpan } from "./texts";

function start(place: HTMLElement): void {
  const until = Date.parse(place.dataset["until"] ?? "");
  const now = Date.parse(place.dataset["now"] ?? "");
  if (Number.isNaN(until) || Number.isNaN(now)) return;
  const began = performance.now();
  const tick = (): void => {
    const left = (until - now - (performance.now() - began)) / 1000;
    place.textContent = left > 0 ? say("left", { time: saySpan(left < 3600 ? left : Math.floor(left / 60) * 60) }) : say("over");
    if (left > 0 && place.isConnected) window.setTimeout(tick, left < 3600 ? 1000 : 30000);
  };
  tick();
}

export const startCountdowns: Starter = (root) => {
  for (const place of fresh<HTMLElement>(root, "[data-until][data-now]", "countdown")) start(place);
};
