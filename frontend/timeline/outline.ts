/* The order and depth of rows: indent, outdent, up, down, new, remove. The server decides; the plan comes back. */
import { say } from '../shared/words';
import type { TandemTimeline } from './timeline';

/** The row before it on the same level, or −1. */
function sibling(t: TandemTimeline, i: number, step: 1 | -1): number {
  const p = t.plan!;
  for (let k = i + step; k >= 0 && k < p.n; k += step) {
    if (p.parent[k] === p.parent[i]) return k;
    if (k === p.parent[i] || (step > 0 && p.depth[k] < p.depth[i])) return -1;
  }
  return -1;
}
/** Heads (features) are no work items: what lies below them has no parent. */
const idOf = (t: TandemTimeline, i: number): number | null => (i < 0 || t.plan!.isHead(i) ? null : Number(t.plan!.ids[i]));
/** Rows come, go and change places only where the page says how. */
const may = (t: TandemTimeline, i: number): boolean => i !== undefined && t.hasAttribute('rows') && t.plan!.editable && !t.plan!.isHead(i);

export function indent(t: TandemTimeline, i: number): void {
  if (!may(t, i)) return;
  const above = sibling(t, i, -1);
  if (above < 0 || t.plan!.isHead(above)) { t.say(say('tl_no_indent'), true); return; }
  let last = -1;
  for (let k = above + 1; k < t.plan!.n && t.plan!.depth[k] > t.plan!.depth[above]; k++) if (t.plan!.parent[k] === above) last = k;
  t.shut.delete(above);
  t.changes.patch(i, { parent: idOf(t, above), ...(last >= 0 ? { after: idOf(t, last) } : {}) });
}
export function outdent(t: TandemTimeline, i: number): void {
  const p = t.plan!;
  if (!may(t, i) || p.parent[i] < 0 || p.isHead(p.parent[i])) return;
  t.changes.patch(i, { parent: idOf(t, p.parent[p.parent[i]]), after: idOf(t, p.parent[i]) });
}
export function shift(t: TandemTimeline, i: number, step: 1 | -1): void {
  if (!may(t, i)) return;
  const next = sibling(t, i, step);
  if (next < 0 || t.plan!.isHead(next)) return;
  if (step > 0) { t.changes.patch(i, { after: idOf(t, next) }); return; }
  const before = sibling(t, next, -1);
  t.changes.patch(i, { after: before >= 0 && !t.plan!.isHead(before) ? idOf(t, before) : null });
}
/** A new row below this one, on its level; its name is asked at once. */
export function add(t: TandemTimeline, i: number): void {
  const url = t.getAttribute('rows'), p = t.plan;
  if (!url || !p?.editable) return;
  const here = i === undefined || p.isHead(i) ? null : i;
  t.changes.post(url, { name: say('tl_new_row'), parent: here === null ? null : idOf(t, p.parent[here]), after: here === null ? null : idOf(t, here) });
}
export function remove(t: TandemTimeline, i: number): void { if (may(t, i)) t.changes.patch(i, { removed: true }); }
