/* The way of a dependency line: out of the bar's lower edge, so that it hides no whisker. Types 0 FS, 1 SS, 2 FF, 3 SF. */
import { say, signed } from '../shared/words';
import { xOf, yOf, type View } from './draw';

export interface Route { points: number[]; head: number[]; lag: string; at: [number, number] }

export function route(v: View, n: number): Route | null {
  const [f, t, type, lag] = v.plan.links[n], rf = v.rowOf[f], rt = v.rowOf[t];
  if (rf < 0 || rt < 0 || !v.plan.has(f) || !v.plan.has(t)) return null;
  const T = v.plan.time, fromEnd = type === 0 || type === 2, toStart = type === 0 || type === 1;
  const x1 = xOf(v, fromEnd ? T.finish[f] : T.start[f]), x2 = xOf(v, toStart ? T.start[t] : T.finish[t]);
  if (Math.max(x1, x2) < -60 || Math.min(x1, x2) > v.w + 60) return null;
  const half = v.row / 2 - 1, y1 = yOf(v, rf) + half + 3, y2 = yOf(v, rt) + half, down = rt > rf ? 1 : -1, gap = 7;
  const out = fromEnd ? gap : -gap, into = toStart ? -gap : gap, edge = y2 - down * (half - 2);
  let points: number[];
  if (fromEnd && toStart && x2 >= x1 + 2 * gap) points = [x1, y1, x1 + gap, y1, x1 + gap, y2, x2 - 5, y2];
  else if (fromEnd !== toStart) { const m = fromEnd ? Math.max(x1, x2) + gap : Math.min(x1, x2) - gap; points = [x1, y1, m, y1, m, y2, x2 + (toStart ? -5 : 5), y2]; }
  else points = [x1, y1, x1 + out, y1, x1 + out, edge, x2 + into, edge, x2 + into, y2, x2 + (toStart ? -5 : 5), y2];
  const d = toStart ? -6 : 6;
  return { points, head: [x2, y2, x2 + d, y2 - 3.5, x2 + d, y2 + 3.5], lag: lag && v.px > 8 ? say('tl_days', { n: signed(v.plan.lagDays(lag)) }) : '', at: [x1 + out + 4, (y1 + y2) / 2] };
}
