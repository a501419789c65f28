// Builds the browser bundle:  node build.mjs OUTDIR   (TANDEM_DEV=1: readable, with source maps).
// Only app.js, app.css and theme.js have fixed names (Django hashes them); islands are chunks with a hash in their name.
import { build } from 'esbuild';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (!out) { console.error('usage: node build.mjs OUTDIR'); process.exit(2); }
mkdirSync(out, { recursive: true });
const dev = process.env.TANDEM_DEV === '1';
const common = {
  absWorkingDir: here, bundle: true, minify: !dev, sourcemap: dev ? 'inline' : false, logLevel: 'warning',
  // the oldest browsers with light-dark(), which all colours stand on
  target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
};
const { metafile } = await build({
  ...common, entryPoints: ['app.ts', 'app.css'], outdir: out, metafile: true, format: 'esm', splitting: true,
  chunkNames: '[name]-[hash]', assetNames: '[name]-[hash]', loader: { '.woff2': 'file', '.svg': 'dataurl' }, legalComments: 'linked',
});
await build({ ...common, entryPoints: ['theme.ts'], outfile: join(out, 'theme.js'), format: 'iife' });

// What a reader fetches for every page (app) and besides for each island, in kB after gzip: a heavier one fails the build.
const budgets = { 'app.ts': 25, 'backlog/backlog.ts': 19, 'board/board.ts': 22, 'calendar/calendar.ts': 16, 'checklist/checklist.ts': 15, 'hours/hours.ts': 2, 'palette/palette.ts': 3, 'passages/passages.ts': 2, 'sheet/sheet.ts': 125, 'timeline/timeline.ts': 24 };
const entries = Object.fromEntries(Object.entries(metafile.outputs).filter(([, o]) => o.entryPoint?.endsWith('.ts')).map(([file, o]) => [o.entryPoint, file]));
function fetched(file, known, kinds) { // the file and what it imports, without what is there already
  if (known.has(file)) return known;
  known.add(file);
  for (const i of metafile.outputs[file].imports) if (!i.external && kinds.includes(i.kind)) fetched(i.path, known, kinds);
  return known;
}
const shell = fetched(entries['app.ts'], new Set(), ['import-statement']);
for (const [name, file] of dev ? [] : Object.entries(entries)) {
  const all = name === 'app.ts' ? shell : fetched(file, new Set(shell), ['import-statement', 'dynamic-import']);
  const kB = [...all].filter((one) => name === 'app.ts' || !shell.has(one)).reduce((sum, one) => sum + gzipSync(readFileSync(join(here, one))).length, 0) / 1000;
  if (!(kB <= budgets[name])) { console.error(`${name} has ${kB.toFixed(1)} kB after gzip, its budget in build.mjs is ${budgets[name] ?? 'missing'}`); process.exitCode = 1; }
}

// One sprite of the icons in use: the set is far too large to ship.
const names = readFileSync(join(here, 'icons.txt'), 'utf8').split(/\s+/).filter(Boolean).sort();
const symbols = names.map((name) => {
  const file = join(here, 'node_modules/@tabler/icons/icons/outline', `${name}.svg`);
  if (!existsSync(file)) { console.error(`icons.txt names "${name}", which the icon set does not have`); process.exit(1); }
  const svg = readFileSync(file, 'utf8');
  const inner = svg.replace(/<!--[\s\S]*?-->/g, '').replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '').replace(/\s+/g, ' ').trim();
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`;
});
writeFileSync(join(out, 'icons.svg'), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`);
copyFileSync(join(here, 'mark.svg'), join(out, 'mark.svg'));
