/* The same drawing as vectors: pages for paper, one file for saving. The period is the one in the window, the rows are all that are open. */
import { draw, HEAD, type Palette, type View } from './draw';
import { COLUMNS } from './columns';
import { SvgPainter } from './painter';

const NAMES = 300, MOST = 4000;

export function pages(v: View, colours: Palette, perPage: number): string[] {
  const out: string[] = [], rows = Math.min(MOST, v.vis.length), w = Math.max(600, v.w);
  for (let a = 0; a < rows || a === 0; a += perPage) {
    const n = Math.max(1, Math.min(perPage, rows - a)), h = HEAD + n * v.row, k = new SvgPainter();
    draw(k, { ...v, vis: v.vis.slice(a, a + n), rowOf: v.rowOf.map((r) => (r >= a && r < a + n ? r - a : -1)), sy: 0, w, h, strip: 0, focus: -1, colours, moves: new Map(), chips: [], drag: null });
    const chart = k.out;
    k.out = [];
    k.rect(0, 0, NAMES, h, colours.bg);
    for (let r = 0; r < n; r++) {
      const i = v.vis[a + r], y = HEAD + r * v.row + v.row / 2, x = 6 + v.plan.depth[i] * 12, room = NAMES - 92 - x;
      let name = v.plan.name[i];
      while (name.length > 2 && k.width(name) > room) name = `${name.slice(0, -2)}…`;
      k.text(name, x, y, colours.ink, v.plan.isParent(i));
      k.text(COLUMNS.finish.text(v.plan, i), NAMES - 10, y, colours.ink2, false, true);
      k.line([0, HEAD + (r + 1) * v.row - .5, NAMES, HEAD + (r + 1) * v.row - .5], colours.grid);
    }
    k.line([NAMES - .5, 0, NAMES - .5, h], colours.grid2);
    const side = k.out;
    k.out = [`<svg x="${NAMES}" y="0" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}">`, ...chart, '</svg>', ...side];
    out.push(k.svg(NAMES + w, h));
  }
  return out;
}

export function saveSvg(svg: string, name: string): void {
  const a = document.createElement('a');
  a.href = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  a.download = `${name.replace(/[^\p{L}\p{N}]+/gu, '-').toLowerCase() || 'plan'}.svg`;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
}
