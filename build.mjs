// Bundles the pages into src/cordboard/web/dist, from where the hub serves them and the wheel takes them. No network.
//
//   src/cordboard/web/page/<name>/main.ts       -> <name>.js, with <name>.js.map
//   src/cordboard/web/page/<name>/script.ts     -> <name>.js, as a classic script that leaves nothing behind but what it says
//   src/cordboard/web/page/<name>/index.html    -> <name>.html
//   src/cordboard/web/page/**/<other>.{html,css}  -> <other>.{html,css}
//   src/cordboard/protocols/<protocol>/page/<file>.ts          -> <protocol>-<file>.js
//   src/cordboard/protocols/<protocol>/page/<file>.{html,css}  -> <protocol>-<file>.{html,css}
//   sdk/js/src/classic.ts                       -> cordboard.js, with its map: the client, as any page loads it
//   examples/crm/**                             -> crm/**, with the library of amazon-connect-streams: the demo's CRM
//
// The client's own package is built beside it, into sdk/js/dist. A folder without main.ts is shared code: imported by others, no page of its own.
// Two sources for one name end the build: a page that overwrites another would be found late.

import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const pages = join(root, "src/cordboard/web/page");
const protocols = join(root, "src/cordboard/protocols");
const sdk = join(root, "sdk/js");
const crm = join(root, "examples/crm");
const streams = join(root, "node_modules/streams-2.28.2");
const dist = join(root, "src/cordboard/web/dist");
const fresh = `${dist}.fresh`;

const bundles = new Map(); // name without extension -> source
const scripts = new Map(); // the same, of classic scripts
const copies = new Map(); // file name -> source

function claim(map, name, source) {
  const other = map.get(name);
  if (other !== undefined) throw new Error(`${source} and ${other} both want to be ${name}`);
  map.set(name, source);
}

function names(folder) {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function isFolder(path) {
  return existsSync(path) && statSync(path).isDirectory();
}

function isCopied(file) {
  return [".html", ".css", ".svg"].includes(extname(file));
}

function isEntry(file) {
  return file.endsWith(".ts") && !file.endsWith(".d.ts") && !file.endsWith(".test.ts");
}

function collectPages() {
  for (const name of names(pages)) {
    const path = join(pages, name);
    if (!isFolder(path)) {
      if (isCopied(name)) claim(copies, name, path);
      continue;
    }
    if (existsSync(join(path, "main.ts"))) claim(bundles, name, join(path, "main.ts"));
    if (existsSync(join(path, "script.ts"))) claim(scripts, name, join(path, "script.ts"));
    for (const file of names(path).filter(isCopied)) {
      claim(copies, file === "index.html" ? `${name}.html` : file, join(path, file));
    }
  }
}

function collectProtocols() {
  for (const protocol of names(protocols)) {
    const folder = join(protocols, protocol, "page");
    if (!isFolder(folder)) continue;
    for (const file of names(folder)) {
      const source = join(folder, file);
      if (isEntry(file)) claim(bundles, `${protocol}-${basename(file, ".ts")}`, source);
      else if (isCopied(file)) claim(copies, `${protocol}-${file}`, source);
    }
  }
}

const common = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  minify: true,
  sourcemap: true,
  legalComments: "inline",
  logLevel: "warning",
};

async function bundle() {
  await build({ ...common, entryPoints: Object.fromEntries(bundles), outdir: fresh });
  await build({ ...common, entryPoints: Object.fromEntries(scripts), outdir: fresh, format: "iife" });
}

async function buildSdk() {
  const out = join(sdk, "dist");
  rmSync(out, { recursive: true, force: true });
  await build({ ...common, entryPoints: [join(sdk, "src/index.ts")], outfile: join(out, "cordboard.mjs") });
  await build({
    ...common,
    entryPoints: [join(sdk, "src/classic.ts")],
    outfile: join(out, "cordboard.js"),
    format: "iife",
    globalName: "Cordboard",
  });
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", sdk], { stdio: "inherit" });
  appendFileSync(join(out, "types/index.d.ts"), "export as namespace Cordboard;\n"); // for pages that load the classic script
  for (const name of ["cordboard.js", "cordboard.js.map"]) claim(copies, name, join(out, name));
}

function copyCrm() {
  const out = join(fresh, "crm");
  cpSync(crm, out, { recursive: true, filter: (source) => extname(source) !== ".md" });
  cpSync(join(streams, "release/connect-streams-min.js"), join(out, "streams/connect-streams-min.js"));
  cpSync(join(streams, "LICENSE.txt"), join(out, "streams/connect-streams.LICENSE.txt"));
}

collectPages();
collectProtocols();
rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });
await buildSdk();
if (bundles.size > 0) await bundle();
for (const [name, source] of copies) {
  if (existsSync(join(fresh, name))) throw new Error(`${source} would overwrite ${name}, which the bundler wrote`);
  cpSync(source, join(fresh, name));
}
copyCrm();
// A hub that runs from this tree sees the old pages or the new ones, and a failed build leaves the old ones.
rmSync(dist, { recursive: true, force: true });
renameSync(fresh, dist);
console.log(`pages: ${bundles.size + scripts.size} bundled, ${copies.size} copied`);
