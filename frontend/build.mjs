// Builds frontend/dist: one script, one stylesheet, the fonts, the API explorer, and manifest.json,
// which maps the name a template asks for to the hashed name on disk.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const src = join(here, "src");
const dist = join(here, "dist");
const fresh = join(here, "dist.new");
const require = createRequire(import.meta.url);
const packageFolder = (name) => dirname(require.resolve(`${name}/package.json`));
const manifest = {};

function put(name, bytes) {
  const sum = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const extension = extname(name);
  const hashed = join(dirname(name), `${basename(name, extension)}.${sum}${extension}`);
  mkdirSync(dirname(join(fresh, hashed)), { recursive: true });
  writeFileSync(join(fresh, hashed), bytes);
  manifest[name] = hashed;
  return hashed;
}

// Vietnamese letters sit in their own subset; a page loads only the files whose letters it shows.
function fontFaces() {
  const folder = packageFolder("@fontsource/be-vietnam-pro");
  const ranges = JSON.parse(readFileSync(join(folder, "unicode.json"), "utf8"));
  const faces = [["400", "normal"], ["400", "italic"], ["500", "normal"], ["600", "normal"], ["700", "normal"]];
  const rules = [];
  for (const [weight, style] of faces) {
    for (const [subset, range] of Object.entries(ranges)) {
      const file = `be-vietnam-pro-${subset}-${weight}-${style}.woff2`;
      const url = put(`fonts/${file}`, readFileSync(join(folder, "files", file)));
      rules.push(
        `@font-face{font-family:"Be Vietnam Pro";font-style:${style};font-weight:${weight};` +
          `font-display:swap;src:url("${url}") format("woff2");unicode-range:${range}}`,
      );
    }
  }
  return rules.join("\n");
}

// The papers are typeset in Tinos, whose widths are those of Times New Roman.
function paperFonts() {
  const folder = packageFolder("@expo-google-fonts/tinos");
  mkdirSync(join(fresh, "fonts", "tinos"), { recursive: true });
  for (const style of ["400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic"]) {
    const file = `Tinos_${style}.ttf`;
    cpSync(join(folder, style, file), join(fresh, "fonts", "tinos", file));
    manifest[`fonts/tinos/${file}`] = `fonts/tinos/${file}`;
  }
  cpSync(join(folder, "LICENSE_FONT"), join(fresh, "fonts", "tinos", "OFL.txt"));
}

async function minify(contents, loader, outfile) {
  const result = await build({
    stdin: { contents, loader, resolveDir: src },
    bundle: true,
    minify: true,
    write: false,
    outfile,
    target: ["es2021", "chrome90", "firefox90", "safari15"],
    external: ["fonts/*"],
    legalComments: "none",
    logLevel: "warning",
  });
  return result.outputFiles[0].contents;
}

async function styles() {
  const { css } = compile(join(src, "app.scss"), {
    loadPaths: [join(here, "node_modules")],
    charset: false,
    quietDeps: true,
    // Bootstrap 5.3 is written with @import; its next major version leaves it.
    silenceDeprecations: ["import"],
  });
  put("app.css", await minify(`${fontFaces()}\n${css}`, "css", "app.css"));
}

async function scripts() {
  put("app.js", await minify('import "./app.ts";', "ts", "app.js"));
}

async function apiExplorer() {
  const folder = packageFolder("swagger-ui-dist");
  for (const file of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
    put(`swagger/${file}`, readFileSync(join(folder, file)));
  }
  put("swagger/start.js", await minify('import "./swagger.ts";', "ts", "start.js"));
}

rmSync(fresh, { recursive: true, force: true });
await styles();
await scripts();
await apiExplorer();
paperFonts();
put("favicon.svg", readFileSync(join(src, "favicon.svg")));
writeFileSync(join(fresh, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
// A running server keeps serving the old set until the new one is whole.
rmSync(dist, { recursive: true, force: true });
cpSync(fresh, dist, { recursive: true });
rmSync(fresh, { recursive: true, force: true });
console.log(`dist: ${Object.keys(manifest).length} files`);
