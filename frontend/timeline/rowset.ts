/* Which rows are shown: folded parts are not, nor what a search or a filter leaves out (but the rows above a hit are). */
import { SUMMARY, type Plan } from './plan';

export interface Filter { text: string; only: '' | 'open' | 'critical' | 'late' | 'milestones' }
export const isFilter = (f: Filter): boolean => f.text !== '' || f.only !== '';

export function hits(p: Plan, f: Filter): (i: number) => boolean {
  const words = f.text.toLowerCase().split(/\s+/).filter(Boolean);
  return (i) => {
    if (f.only === 'open' && p.status[i] === 'done') return false;
    if (f.only === 'critical' && !(p.critical[i] === 1 && p.kind[i] !== SUMMARY)) return false;
    if (f.only === 'late' && !p.late(i)) return false;
    if (f.only === 'milestones' && p.kind[i] !== 2) return false;
    const text = `${p.key[i] ?? ''} ${p.name[i]} ${(p.people[i] ?? []).map((k) => p.persons[k]).join(' ')}`.toLowerCase();
    return words.every((w) => text.includes(w));
  };
}

/** The rows to show, in order; a search opens what is folded. */
export function rowsOf(p: Plan, shut: Set<number>, f: Filter): number[] {
  const out: number[] = [];
  if (!isFilter(f)) {
    let cut = 999;
    for (let i = 0; i < p.n; i++) { if (p.depth[i] > cut) continue; cut = shut.has(i) ? p.depth[i] : 999; out.push(i); }
    return out;
  }
  const hit = hits(p, f), keep = new Uint8Array(p.n);
  for (let i = p.n - 1; i >= 0; i--) if (keep[i] || hit(i)) { keep[i] = 1; if (p.parent[i] >= 0) keep[p.parent[i]] = 1; }
  for (let i = 0; i < p.n; i++) if (keep[i]) out.push(i);
  return out;
}
