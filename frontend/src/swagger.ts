// The API page: the explorer started from a file, because the site's policy forbids scripts in the page.
export {};

interface Explorer {
  (options: Record<string, unknown>): unknown;
}

declare const SwaggerUIBundle: Explorer;

const place = document.querySelector<HTMLElement>("#swagger-ui");
if (place) {
  SwaggerUIBundle({
    url: place.dataset["url"] ?? "/openapi.json",
    domNode: place,
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: false,
    validatorUrl: null,
  });
}
