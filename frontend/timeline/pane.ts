/* The left side: a treegrid of pooled rows, only what is on the screen. One row has the focus; the arrows are the element's. */
import { make } from '../shared/dom';
import { locale, say, signed } from '../shared/words';
import { isoDate } from './axis';
import { HEAD } from './draw';
import { MILESTONE, type Plan } from './plan';

export const COLUMNS: Record<string, { word: string; width: number; num: boolean; text: (p: Plan, i: number) => string; off?: (p: Plan, i: number) => boolean }> = {
  key: { word: 'tl_key', width: 72, num: false, text: (p, i) => p.key[i] ?? '' },
  start: { word: 'tl_start', width: 94, num: true, text: (p, i) => date(p, p.time.start[i]) },
  finish: { word: 'tl_finish', width: 94, num: true, text: (p, i) => date(p, lastDay(p, i)) },
  slack: { word: 'tl_slack', width: 58, num: true, text: (p, i) => (Number.isNaN(p.slack[i]) ? '' : say('tl_days', { n: round(p.slack[i]) })) },
  percent: { word: 'tl_percent', width: 52, num: true, text: (p, i) => percent(p.percent[i]) },
  slip: { word: 'tl_slip', width: 58, num: true, text: (p, i) => { const d = Math.round(p.time.p80[i] - p.time.promise[i]); return Number.isNaN(d) ? '' : say('tl_days', { n: signed(d) }); }, off: (p, i) => p.status[i] === 'off' },
};
export const round = (n: number): string => String(Math.round(n * 10) / 10).replace('-', '−');
export const percent = (n: number): string => (Number.isNaN(n) ? '' : new Intl.NumberFormat(locale(), { style: 'percent' }).format(n / 100));
const date = (p: Plan, day: number): string => (Number.isNaN(day) ? '' : isoDate(p.dateOf(day)));
/** The finish is the end of the last day: people read the day itself. */
export const lastDay = (p: Plan, i: number): number => {
  const f = p.time.finish[i];
  return p.kind[i] !== MILESTONE && f > p.time.start[i] && Number.isInteger(f) ? f - 1 : f;
};

export class Pane {
  readonly el = make('div', { class: 'tl-pane', role: 'treegrid' });
  private pool: HTMLElement[] = [];
  private head = make('div', { class: 'tl-row tl-head', role: 'row', 'aria-rowindex': '1' });
  private stamp = 0;

  constructor(public columns: string[], label: string) {
    this.el.setAttribute('aria-label', label);
    this.el.setAttribute('aria-colcount', String(columns.length + 1));
    this.head.append(make('span', { role: 'columnheader', class: 'tl-n' }, say('tl_name')), ...columns.map((c) => make('span', { role: 'columnheader', class: COLUMNS[c].num ? 'tl-c n' : 'tl-c' }, say(COLUMNS[c].word))));
    this.el.append(this.head);
    this.el.style.setProperty('--tl-cols', `minmax(90px,1fr) ${columns.map((c) => `${COLUMNS[c].width}px`).join(' ')}`);
  }
  natural(): number { return 210 + this.columns.reduce((s, c) => s + COLUMNS[c].width, 0); }
  /** Everything must be written anew: a patch came in. */
  stale(): void { this.stamp++; }

  rows(plan: Plan, vis: Int32Array, shut: Set<number>, top: number, height: number, row: number, focus: number): void {
    const a = Math.max(0, Math.floor(top / row)), need = Math.max(0, Math.min(vis.length, Math.ceil((top + height - HEAD) / row) + 1) - a);
    while (this.pool.length < need) this.pool.push(this.build());
    this.pool.forEach((r, k) => {
      if (k >= need) { r.hidden = true; return; }
      const v = a + k, i = vis[v];
      r.hidden = false;
      r.style.transform = `translateY(${HEAD + v * row - top}px)`;
      const mark = `${v}.${i}.${this.stamp}.${shut.has(i) ? 1 : 0}`;
      if (r.dataset.mark !== mark) { r.dataset.mark = mark; this.fill(r, plan, i, v, shut.has(i)); }
      r.tabIndex = v === focus ? 0 : -1;
      r.classList.toggle('tl-f', v === focus);
    });
  }
  rowAt(v: number): HTMLElement | undefined { return this.pool.find((r) => !r.hidden && r.dataset.v === String(v)); }

  private build(): HTMLElement {
    const r = make('div', { class: 'tl-row', role: 'row' }, make('span', { role: 'gridcell', class: 'tl-n' }, make('span', { class: 'tl-tw', 'aria-hidden': 'true' }), make('i', { class: 'sh', 'aria-hidden': 'true' }), make('span', { class: 'tl-t' })), ...this.columns.map((c) => make('span', { role: 'gridcell', class: COLUMNS[c].num ? 'tl-c n' : 'tl-c' })));
    this.el.append(r);
    return r;
  }
  private fill(r: HTMLElement, plan: Plan, i: number, v: number, shut: boolean): void {
    const parent = plan.isParent(i), [name, ...cells] = [...r.children] as HTMLElement[], [tw, sh, text] = [...name.children] as HTMLElement[];
    r.dataset.v = String(v);
    r.setAttribute('aria-rowindex', String(v + 2));
    r.setAttribute('aria-level', String(plan.depth[i] + 1));
    if (parent) r.setAttribute('aria-expanded', String(!shut)); else r.removeAttribute('aria-expanded');
    r.classList.toggle('tl-b', parent);
    tw.textContent = parent ? (shut ? '▸' : '▾') : '';
    sh.className = `sh sh-${plan.status[i] || 'none'}`;
    sh.hidden = !plan.status[i] || plan.status[i] === 'none';
    name.style.paddingInlineStart = `${6 + plan.depth[i] * 14}px`;
    text.textContent = plan.name[i];
    this.columns.forEach((c, n) => { cells[n].textContent = COLUMNS[c].text(plan, i); cells[n].classList.toggle('t-off', !!COLUMNS[c].off?.(plan, i)); });
  }
}
