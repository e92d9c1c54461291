// The one entry of the site's scripts. Each module improves what it finds; every page works without any of them.
import { startRows } from "./authors";
import { startAutosave } from "./autosave";
import { startChecks } from "./checks";
import { startConfirm } from "./confirm";
import { startCountdowns } from "./countdown";
import type { Starter } from "./dom";
import { startFilters } from "./filter";
import { startGuards } from "./guard";
import { startLogin } from "./login";
import { startNames } from "./names";
import { startOnce } from "./once";
import { startHabits, startPage } from "./page";
import { quietBubbles, startRequired } from "./required";
import { startScore } from "./score";
import { uploads } from "./upload";
import { startVideos } from "./videos";

let shownUrl: string | null = null;

// A finished upload brings its page with it: fetching it a second time would lose the sentence it says only once.
function showPage(html: string, url: string): void {
  const next = new DOMParser().parseFromString(html, "text/html");
  document.title = next.title;
  document.body.replaceWith(document.adoptNode(next.body));
  history.pushState(null, "", url);
  shownUrl = location.pathname + location.search;
  window.scrollTo(0, 0);
  start(document);
  document.querySelector<HTMLElement>("main")?.focus();
}

// Score before autosave: a restored draft then finds its total listening.
const starters: Starter[] = [quietBubbles, startRows, startNames, startScore, startAutosave, uploads(showPage), startGuards, startFilters, startChecks, startVideos, startCountdowns, startHabits];

function start(root: ParentNode): void {
  for (const one of starters) one(root);
}

startRequired();
startConfirm();
startLogin();
startOnce();
startPage();
start(document);

// «Back» from such a page must fetch the earlier one; a jump within a page must not.
window.addEventListener("popstate", () => {
  if (shownUrl !== null && location.pathname + location.search !== shownUrl) window.location.reload();
});
