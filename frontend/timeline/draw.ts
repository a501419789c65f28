/* Draws a stretch of the plan. What people said is ink (promise, baseline); what was computed is colour (bar, forecast). */
import { say, signed } from '../shared/words';
import { axis } from './axis';
import { route } from './links';
import type { Painter } from './painter';
import { MILESTONE, PLANNED, Plan, SUMMARY } from './plan';

export const HEAD = 44, STRIP = 56;
export const COLOURS = ['bg', 'ink', 'ink2', 'ink3', 'grid', 'grid2', 'off', 'row-tint', 'bar', 'bar-edge', 'done', 'base', 'today', 'sel', 'link', 'on', 'on-edge', 'risk', 'risk-edge', 'late', 'late-edge', 'kept', 'none', 'none-edge', 'load', 'over', 'chip'] as const;
export type Palette = Record<(typeof COLOURS)[number], string>;
export interface Shown { critical: boolean; baseline: boolean; forecast: boolean; links: boolean }
export interface View {
  plan: Plan; vis: Int32Array; rowOf: Int32Array; px: number; row: number; sx: number; sy: number; w: number; h: number; strip: number;
  focus: number; shown: Shown; colours: Palette; moves: Map<number, { was: [number, number]; since: number }>; now: number; short: (day: number) => string;
  chips: { x: number; y: number; w: number; day: number }[]; drag?: { points: number[] } | null; linkFrom: number; chain: Set<number>;
}
type Tone = 'on' | 'risk' | 'late' | 'none';
const tone = (s: string | undefined): Tone => (s === 'on' ? 'on' : s === 'risk' ? 'risk' : s === 'off' ? 'late' : 'none');
const edge = (t: Tone): keyof Palette => (t === 'on' ? 'on-edge' : t === 'risk' ? 'risk-edge' : t === 'late' ? 'late-edge' : 'none-edge');

export const xOf = (v: View, day: number): number => (day - v.plan.t0) * v.px - v.sx;
export const yOf = (v: View, row: number): number => HEAD + row * v.row - v.sy;

/** Where a bar is drawn now: after a recompute it slides once from its old place. */
function span(v: View, i: number): [number, number] {
  const { start, finish } = v.plan.time, m = v.moves.get(i);
  const s = start[i], e = Number.isNaN(finish[i]) ? Math.max(s + .5, v.plan.today) : finish[i];
  if (!m || Number.isNaN(m.was[0])) return [s, e];
  const t = Math.min(1, (v.now - m.since) / 400), k = 1 - (1 - t) ** 3;
  return [m.was[0] + (s - m.was[0]) * k, m.was[1] + (e - m.was[1]) * k];
}

function shade(k: Painter, v: View, a: number, b: number, body: number): void {
  const { plan, colours: C, px } = v, d0 = Math.max(0, Math.floor(v.sx / px)), d1 = Math.min(plan.span, Math.ceil((v.sx + v.w) / px));
  if (px < 3) return;
  const run = (off: Uint8Array, y: number, h: number) => {
    for (let d = d0; d < d1; d++) { if (!off[d]) continue; let e = d + 1; while (e < d1 && off[e]) e++; k.rect(d * px - v.sx, y, (e - d) * px, h, C.off); d = e; }
  };
  run(plan.off(0), HEAD, body - HEAD);
  for (let r = a; r < b; r++) {                       // rows with another calendar show their own days off
    const cal = plan.calendar[v.vis[r]];
    if (!cal) continue;
    k.rect(0, yOf(v, r), v.w, v.row, C.bg);
    run(plan.off(cal), yOf(v, r), v.row);
  }
}

function bar(k: Painter, v: View, i: number, y: number): void {
  const { plan, colours: C, px } = v, [s, e] = span(v, i), x1 = xOf(v, s), x2 = xOf(v, e), crit = v.shown.critical && plan.critical[i] === 1, mid = y + v.row / 2 - 1;
  const m = v.moves.get(i);
  if (m && !Number.isNaN(m.was[0]) && plan.kind[i] !== MILESTONE) k.frame(xOf(v, m.was[0]), mid - 6, (m.was[1] - m.was[0]) * px, 10, C.ink3);
  if (plan.kind[i] === SUMMARY) {
    k.rect(x1, mid - 5, Math.max(2, x2 - x1), 5, crit ? C.ink : C.ink2);
    k.poly([x1, mid, x1 + 5, mid, x1, mid + 5], crit ? C.ink : C.ink2);
    if (!plan.isOpen(i)) k.poly([x2, mid, x2 - 5, mid, x2, mid + 5], crit ? C.ink : C.ink2);
    return;
  }
  if (plan.kind[i] === MILESTONE) {
    const full = plan.percent[i] >= 100, r = 6;
    k.poly([x1, mid - r - 1, x1 + r, mid - 1, x1, mid + r - 1, x1 - r, mid - 1], full ? C.kept : C.bg, full ? C.kept : C.ink);
    if (crit && !full) k.line([x1 - r + 1, mid - 1, x1 + r - 1, mid - 1], C.ink, 2);
    return;
  }
  const w = Math.max(3, x2 - x1), q = plan.percent[i];
  if (plan.origin[i] === PLANNED) { k.rect(x1, mid - 6, w, 11, C.bg); k.line([x1, mid - 5.5, x1 + w, mid - 5.5, x1 + w, mid + 4.5, x1, mid + 4.5, x1, mid - 5.5], C.ink2, 1, true); return; }   // said, not computed: ink
  if (plan.isOpen(i)) { k.rect(x1, mid - 6, w, 11, C.bar); k.line([x1 + w, mid - 5.5, x1 + .5, mid - 5.5, x1 + .5, mid + 4.5, x1 + w, mid + 4.5], C['bar-edge'], 1); return; }   // goes on: no end
  k.rect(x1, mid - 6, w, 11, C.bar, 2);
  if (q > 0) k.rect(x1, mid - 6, w * Math.min(100, q) / 100, 11, q >= 100 ? C.kept : C.done, 2);
  k.frame(x1, mid - 6, w, 11, crit ? C.ink : q >= 100 ? C.kept : C['bar-edge'], crit ? 2 : 1);
}

function row(k: Painter, v: View, r: number): void {
  const { plan, colours: C, px } = v, i = v.vis[r], y = yOf(v, r), T = plan.time, mid = y + v.row / 2 - 1;
  if (v.shown.baseline && T.base_finish[i] >= T.base_start[i]) {
    const x = xOf(v, T.base_start[i]), w = (T.base_finish[i] - T.base_start[i]) * px;
    if (w > 0) k.rect(x, mid + 8, Math.max(2, w), 3, C.base, 1);
    else k.poly([x, mid + 6, x + 4, mid + 9.5, x, mid + 13, x - 4, mid + 9.5], C.base);
  }
  if (v.shown.critical && plan.slack[i] > 0 && plan.kind[i] !== SUMMARY && plan.has(i) && !(plan.percent[i] >= 100)) {
    const e = xOf(v, T.finish[i]), z = xOf(v, plan.later(T.finish[i], plan.slack[i], plan.calendar[i]));
    if (z > 0 && e < v.w) { k.line([e, mid, z, mid], C.ink3, 1, true); k.line([z, mid - 3, z, mid + 3], C.ink3, 1); }
  }
  if (plan.has(i) || plan.isOpen(i)) bar(k, v, i, y);
  const t = tone(plan.status[i]);
  if (v.shown.forecast && T.p80[i] >= T.p50[i] && !(plan.percent[i] >= 100)) {
    const a = xOf(v, T.p50[i]), b = xOf(v, T.p80[i]), c = xOf(v, T.p95[i]);
    if (c > b) { k.line([b, mid, c, mid], C[edge(t)], 1.5); k.line([c, mid - 4, c, mid + 4], C[edge(t)], 1.5); }
    k.rect(a, mid - 4, Math.max(3, b - a), 7, C[t], 1);
    k.frame(a, mid - 4, Math.max(3, b - a), 7, C[edge(t)], 1, 1);
    k.rect(a, mid - 4, 2.5, 7, C[edge(t)]);
  }
  if (!Number.isNaN(T.deadline[i])) { const x = xOf(v, T.deadline[i]); const over = T.finish[i] > T.deadline[i] && plan.status[i] !== 'done'; k.poly([x - 5, y + 3, x + 5, y + 3, x, y + 11], over ? C.late : C.bg, over ? C['late-edge'] : C.ink2); }
  if (!Number.isNaN(T.promise[i])) {
    const x = xOf(v, T.promise[i]), top = y + 6;
    k.line([x, top, x, mid + 11], C.ink, 1.5);
    k.poly([x, top - 5, x + 5, top, x, top + 5, x - 5, top], C.ink);
    if (px >= 1.2 && (t === 'late' || t === 'risk') && !Number.isNaN(T.p80[i])) {
      const end = Math.max(T.p95[i] || 0, T.p80[i], T.finish[i] || 0), slip = Math.round(T.p80[i] - T.promise[i]);
      if (slip > 0) k.text(say('tl_days', { n: signed(slip) }), xOf(v, end) + 7, mid, C[edge(t)], true);
    }
  }
}

/** A bar left or right of the window is announced by a chip that leads to it. */
function chip(k: Painter, v: View, r: number): void {
  const i = v.vis[r], T = v.plan.time, C = v.colours;
  if (!v.plan.has(i)) return;
  const first = Math.min(T.start[i], T.promise[i] || Infinity), last = Math.max(T.finish[i], T.p95[i] || 0, T.promise[i] || 0);
  const left = xOf(v, last) < 0, right = xOf(v, first) > v.w;
  if (!left && !right) return;
  const day = left ? T.finish[i] : T.start[i], s = left ? `◂ ${v.short(day)}` : `${v.short(day)} ▸`, w = k.width(s) + 10, x = left ? 4 : v.w - w - 4, y = yOf(v, r) + v.row / 2 - 9;
  k.rect(x, y, w, 17, C.chip, 4);
  k.text(s, x + 5, y + 9, C.ink2);
  v.chips.push({ x, y, w, day });
}

function strip(k: Painter, v: View): void {
  const L = v.plan.load, { colours: C, px } = v, top = v.h - STRIP;
  k.rect(0, top, v.w, STRIP, C.bg);
  k.line([0, top + .5, v.w, top + .5], C.grid2);
  if (!L) return;
  const caps = (n: number) => (Array.isArray(L.capacity) ? L.capacity[n] ?? 0 : L.capacity), most = Math.max(1e-9, ...L.values.map((x, n) => Math.max(x ?? 0, caps(n)))), H = STRIP - 12;
  L.values.forEach((value, n) => {
    const x = xOf(v, L.from + n * L.step), w = L.step * px;
    if (x > v.w || x + w < 0 || value === null) return;
    const cap = caps(n), h = value / most * H, c = Math.min(h, cap / most * H), gap = w > 6 ? 1 : 0;
    k.rect(x + gap, v.h - c, w - 2 * gap, c, C.load);
    if (h > c) k.rect(x + gap, v.h - h, w - 2 * gap, h - c, C.over);
    if (w > 34 && cap > 0) { const p = Math.round(value / cap * 100); k.text(p > 100 ? `▲ ${p}` : String(p), x + 4, v.h - 8, C.ink, p > 100); }
    k.line([x, v.h - cap / most * H, x + w, v.h - cap / most * H], C.ink2, 1, true);
  });
}

export function draw(k: Painter, v: View): void {
  const { plan, colours: C } = v, body = v.h - v.strip;
  const a = Math.max(0, Math.floor(v.sy / v.row)), b = Math.min(v.vis.length, Math.ceil((v.sy + body - HEAD) / v.row) + 1);
  k.rect(0, 0, v.w, v.h, C.bg);
  shade(k, v, a, b, body);
  if (v.focus >= a && v.focus < b) k.rect(0, yOf(v, v.focus), v.w, v.row, C['row-tint']);
  axis(k, v, body, 'lines');
  for (let r = a; r < b; r++) k.line([0, yOf(v, r + 1) - .5, v.w, yOf(v, r + 1) - .5], C.grid);
  if (v.shown.links) {
    const one = (n: number) => { const p = route(v, n); if (p) { const [f, t] = plan.links[n], crit = v.shown.critical && plan.critical[f] && plan.critical[t], drives = v.chain.has(t) && plan.driver[t] === plan.ids[f], tint = drives ? C.sel : crit ? C.ink : C.link; k.line(p.points, tint, drives ? 2 : crit ? 1.8 : 1.1); k.poly(p.head, tint); if (p.lag) k.text(p.lag, p.at[0], p.at[1], C.ink3); } };
    for (let r = a; r < b; r++) {
      for (const n of plan.out[v.vis[r]] ?? []) one(n);                                                       // links that leave a row in the window …
      for (const n of plan.inn[v.vis[r]] ?? []) { const from = v.rowOf[plan.links[n][0]]; if (from >= 0 && (from < a || from >= b)) one(n); }   // … or enter it from outside
    }
  }
  for (let r = a; r < b; r++) row(k, v, r);
  if (v.shown.forecast && plan.allDone) for (const p of ['p50', 'p80'] as const) { const x = xOf(v, plan.allDone[p]); if (x >= 0 && x <= v.w) k.line([x, HEAD, x, body], C['bar-edge'], 1, true); }
  if (!Number.isNaN(plan.today)) { const x = xOf(v, plan.today); if (x >= 0 && x <= v.w) k.line([x, HEAD, x, body], C.today, 1.5); }
  v.chips.length = 0;
  for (let r = a; r < b; r++) chip(k, v, r);
  if (v.drag) k.line(v.drag.points, C.sel, 2, true);
  k.rect(0, 0, v.w, HEAD, C.bg);
  axis(k, v, body, 'head');
  if (v.strip) strip(k, v);
}
