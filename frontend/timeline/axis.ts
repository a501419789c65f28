/* The time axis: two lines whose units follow the zoom; words by Intl. */
import { locale } from '../shared/words';
import { HEAD, xOf, type View } from './draw';
import type { Painter } from './painter';

interface Step { label: (d: Date) => string; next: (d: Date) => Date; floor: (d: Date) => Date }
const utc = (y: number, m: number, d = 1): Date => new Date(Date.UTC(y, m, d));
const made = new Map<string, Intl.DateTimeFormat>();
function fmt(o: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(o);
  let f = made.get(key);
  if (!f) made.set(key, (f = new Intl.DateTimeFormat(locale(), { ...o, timeZone: 'UTC' })));
  return f;
}
export const shortDate = (d: Date): string => fmt({ month: 'short', day: 'numeric' }).format(d).replace('Sept', 'Sep');
export const isoDate = (d: Date): string => d.toISOString().slice(0, 10);

const year: Step = { label: (d) => fmt({ year: 'numeric' }).format(d), floor: (d) => utc(d.getUTCFullYear(), 0), next: (d) => utc(d.getUTCFullYear() + 1, 0) };
const quarter: Step = { label: (d) => `Q${Math.floor(d.getUTCMonth() / 3) + 1}`, floor: (d) => utc(d.getUTCFullYear(), d.getUTCMonth() - (d.getUTCMonth() % 3)), next: (d) => utc(d.getUTCFullYear(), d.getUTCMonth() + 3) };
const month: Step = { label: (d) => fmt({ month: 'short' }).format(d).replace('Sept', 'Sep'), floor: (d) => utc(d.getUTCFullYear(), d.getUTCMonth()), next: (d) => utc(d.getUTCFullYear(), d.getUTCMonth() + 1) };
const monthYear: Step = { ...month, label: (d) => fmt({ year: 'numeric', month: 'short' }).format(d).replace('Sept', 'Sep') };
const week: Step = { label: (d) => String(d.getUTCDate()), floor: (d) => utc(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate() - ((d.getUTCDay() + 6) % 7)), next: (d) => utc(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate() + 7) };
const day: Step = { label: (d) => String(d.getUTCDate()), floor: (d) => utc(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate()), next: (d) => utc(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate() + 1) };

const units = (px: number): [Step, Step] => (px < 1 ? [year, quarter] : px < 3.2 ? [year, month] : px < 16 ? [monthYear, week] : [monthYear, day]);

function each(v: View, s: Step, f: (x: number, end: number, d: Date) => void): void {
  const end = v.plan.dateOf(v.plan.t0 + (v.sx + v.w) / v.px);
  for (let d = s.floor(v.plan.dateOf(v.plan.t0 + Math.floor(v.sx / v.px))); d <= end; d = s.next(d)) {
    const n = s.next(d);
    f(xOf(v, d.getTime() / 864e5), xOf(v, n.getTime() / 864e5), d);
  }
}

/** Two passes: the grid lies under the bars, the head above them. */
export function axis(k: Painter, v: View, body: number, pass: 'lines' | 'head'): void {
  const C = v.colours, [big, small] = units(v.px);
  if (pass === 'lines') {
    each(v, small, (x) => { if (v.px < 16 || small !== day) k.line([x + .5, HEAD, x + .5, body], C.grid); });
    each(v, big, (x) => k.line([x + .5, HEAD, x + .5, body], C.grid2));
    return;
  }
  each(v, small, (x, e, d) => {
    k.line([x + .5, 24, x + .5, HEAD], C.grid);
    const s = small.label(d), ends = x + 6 + k.width(s), bigEnds = xOf(v, big.next(big.floor(d)).getTime() / 864e5);
    if (e >= ends && (small !== week || bigEnds >= ends)) k.text(s, x + 5, 34, C.ink2);   // the line of a month would strike through a week's day
  });
  const today = Number.isNaN(v.plan.today) ? null : { x: xOf(v, v.plan.today), s: v.short(v.plan.today), w: k.width(v.short(v.plan.today)) + 10 };
  each(v, big, (x, e, d) => {
    k.line([x + .5, 0, x + .5, HEAD], C.grid2);
    const s = big.label(d), w = k.width(s) * 1.1;   // it is bold
    let at = Math.max(0, x) + 6;                     // the unit that began before the window keeps its name
    if (today && at < today.x + today.w / 2 && at + w > today.x - today.w / 2) at = today.x + today.w / 2 + 6;   // beside the day of today, not below it
    if (e - at > w + 4) k.text(s, at, 13, C.ink, true);
  });
  const done = v.shown.forecast ? v.plan.allDone : null;
  if (done) {   // when everything will be done, from the pace of the history
    const a = xOf(v, done.p50), b = xOf(v, done.p80), c = xOf(v, done.p95);
    k.line([b, HEAD - 2.5, c, HEAD - 2.5], C['bar-edge'], 1.5);
    k.rect(a, HEAD - 5, Math.max(3, b - a), 4, C.done, 1);
    k.frame(a, HEAD - 5, Math.max(3, b - a), 4, C['bar-edge'], 1, 1);
  }
  k.line([0, HEAD - .5, v.w, HEAD - .5], C.grid2);
  if (today && today.x > -today.w / 2 && today.x < v.w + today.w / 2) { k.rect(today.x - today.w / 2, 3, today.w, 17, C.today, 3); k.text(today.s, today.x - today.w / 2 + 5, 12, C.bg, true); }
}
