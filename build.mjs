// Bundles the pages into src/cordboard/web/dist, from where the hub serves them and the wheel takes them. No network.
//
//   src/cordboard/web/page/<name>/main.ts       -> <name>.js, with <name>.js.map
//   src/cordboard/web/page/<name>/index.html    -> <name>.html
//   src/cordboard/web/page/**/<other>.{html,css}  -> <other>.{html,css}
//   src/cordboard/protocols/<protocol>/page/<file>.ts          -> <protocol>-<file>.js
//   src/cordboard/protocols/<protocol>/page/<file>.{html,css}  -> <protocol>-<file>.{html,css}
//
// A folder without main.ts is shared code: imported by others, no page of its own.
// Two sources for one name end the build: a page that overwrites another would be found late.

import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const pages = join(root, "src/cordboard/web/page");
const protocols = join(root, "src/cordboard/protocols");
const dist = join(root, "src/cordboard/web/dist");
const fresh = `${dist}.fresh`;

const bundles = new Map(); // name without extension -> source
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

async function bundle() {
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(bundles),
    outdir: fresh,
    bundle: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    minify: true,
    sourcemap: true,
    legalComments: "inline",
    logLevel: "warning",
  });
}

collectPages();
collectProtocols();
rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });
if (bundles.size > 0) await bundle();
for (const [name, source] of copies) {
  if (existsSync(join(fresh, name))) throw new Error(`${source} would overwrite ${name}, which the bundler wrote`);
  cpSync(source, join(fresh, name));
}
// A hub that runs from this tree sees the old pages or the new ones, and a failed build leaves the old ones.
rmSync(dist, { recursive: true, force: true });
renameSync(fresh, dist);
console.log(`pages: ${bundles.size} bundled, ${copies.size} copied`);
