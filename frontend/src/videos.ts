// video[data-resume=key]: a juror who stops in the middle goes on there, on this device.
import { fresh, type Starter } from "./dom";

const everySeconds = 5;

function remember(key: string, seconds: number | null): void {
  try {
    if (seconds === null) localStorage.removeItem(key);
    else localStorage.setItem(key, String(Math.floor(seconds)));
  } catch {
    /* without a store the film starts at the beginning */
  }
}

function recall(key: string): number {
  try {
    return Number(localStorage.getItem(key) ?? 0) || 0;
  } catch {
    return 0;
  }
}

function start(video: HTMLVideoElement): void {
  const key = `chamthi:video:${video.dataset["resume"] ?? ""}`;
  let last = 0;
  const resume = (): void => {
    const at = recall(key);
    if (at > everySeconds && at < video.duration - everySeconds) video.currentTime = at;
  };
  if (video.readyState >= HTMLMediaElement.HAVE_METADATA) resume();
  else video.addEventListener("loadedmetadata", resume, { once: true });
  video.addEventListener("timeupdate", () => {
    if (video.seeking || Math.abs(video.currentTime - last) < everySeconds) return;
    last = video.currentTime;
    remember(key, last);
  });
  video.addEventListener("pause", () => remember(key, video.currentTime));
  video.addEventListener("ended", () => remember(key, null));
}

export const startVideos: Starter = (root) => {
  for (const video of fresh<HTMLVideoElement>(root, "video[data-resume]", "resume")) start(video);
};
