import htmx from "htmx.org";

(window as unknown as { htmx: typeof htmx }).htmx = htmx;
