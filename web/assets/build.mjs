// Builds what the browser gets, from source/ into ../static/, with the hash of each file in its name.
// manifest.json says which file is the current one; licences.txt names everybody else's work in it.

import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "static");
const modules = join(here, "node_modules");
// One a page: what the editors need is loaded on their own pages and on no other.
const ENTRIES = ["app.js", "viewer.js", "text_editor.js", "compare.js", "modeler.js", "decision.js", "steps.js"];

const styles = () => {
  const built = sass.compile(join(here, "source/app.scss"), {
    loadPaths: [modules],
    style: "compressed",
    quietDeps: true,
  });
  const hash = createHash("sha256").update(built.css).digest("hex").slice(0, 8);
  return { name: `app-${hash}.css`, css: built.css };
};

const scripts = () =>
  esbuild.build({
    absWorkingDir: here,
    entryPoints: ENTRIES.map((name) => `source/${name}`),
    outdir: target,
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".eot": "empty", ".svg": "empty", ".ttf": "empty", ".woff": "empty", ".woff2": "file" },
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    target: "es2020",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });

const manifestOf = (outputs) => {
  const manifest = {};
  for (const [file, output] of Object.entries(outputs)) {
    if (!output.entryPoint) continue;
    const entry = basename(output.entryPoint);
    manifest[entry] = basename(file);
    if (output.cssBundle) manifest[entry.replace(/js$/, "css")] = basename(output.cssBundle);
  }
  return manifest;
};

const packagesOf = (inputs) => {
  const found = new Set(["govuk-frontend"]);
  for (const input of Object.keys(inputs)) {
    const [, name] = input.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//) ?? [];
    if (name) found.add(name);
  }
  return [...found].sort();
};

const licenceOf = async (name) => {
  const folder = join(modules, name);
  const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(folder, file), "utf8") : "";
  return `${about.name} ${about.version} (${about.license})\n\n${text.trim()}\n`;
};

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
await cp(join(here, "images"), join(target, "images"), { recursive: true });

const { metafile } = await scripts();
const app = styles();
const manifest = { ...manifestOf(metafile.outputs), "app.css": app.name };
const licences = await Promise.all(packagesOf(metafile.inputs).map(licenceOf));
const rule = `\n${"-".repeat(80)}\n\n`;

await writeFile(join(target, app.name), app.css);
await writeFile(join(target, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
await writeFile(join(target, "licences.txt"), licences.join(rule));

// What a browser has to fetch for each entry, with the parts it shares with others.
const sizeOf = async (file) => gzipSync(await readFile(join(target, file)), { level: 9 }).length;
const neededBy = (file, seen = new Set()) => {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { path, kind } of metafile.outputs[file].imports) {
    if (kind === "import-statement") neededBy(path, seen);
  }
  return seen;
};
const sizes = { "app.css": await sizeOf(app.name) };
for (const [file, { entryPoint, cssBundle }] of Object.entries(metafile.outputs)) {
  if (!entryPoint) continue;
  const entry = basename(entryPoint);
  const parts = await Promise.all([...neededBy(file)].map((one) => sizeOf(basename(one))));
  sizes[entry] = parts.reduce((sum, one) => sum + one, 0);
  if (cssBundle) sizes[entry.replace(/js$/, "css")] = await sizeOf(basename(cssBundle));
}
await writeFile(join(target, "sizes.json"), JSON.stringify(sizes, null, 2) + "\n");
for (const [name, size] of Object.entries(sizes)) {
  console.log(`${name.padEnd(14)} ${(size / 1024).toFixed(1).padStart(7)} KiB gzip`);
}
