// Builds the browser bundle:  node build.mjs OUTDIR   (TANDEM_DEV=1: readable, with source maps).
// Only app.js, app.css and theme.js have fixed names (Django hashes them); islands are chunks with a hash in their name.
import { build } from 'esbuild';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
await build({
  ...common, entryPoints: ['app.ts', 'app.css'], outdir: out, format: 'esm', splitting: true,
  chunkNames: '[name]-[hash]', assetNames: '[name]-[hash]', loader: { '.woff2': 'file', '.svg': 'dataurl' }, legalComments: 'linked',
});
await build({ ...common, entryPoints: ['theme.ts'], outfile: join(out, 'theme.js'), format: 'iife' });

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
