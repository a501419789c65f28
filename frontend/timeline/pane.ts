/* The left side: a treegrid of pooled rows, only what is on the screen. One row has the focus; the arrows are the element's. */
import { make } from '../shared/dom';
import { say } from '../shared/words';
import { COLUMNS } from './columns';
import { HEAD } from './draw';
import type { Plan } from './plan';

export class Pane {
  readonly el = make('div', { class: 'tl-pane', role: 'treegrid' });
  private pool: HTMLElement[] = [];
  private head = make('div', { class: 'tl-row tl-head', role: 'row', 'aria-rowindex': '1' });
  private stamp = 0;

  columns: string[] = [];
  constructor(columns: string[], label: string) {
    this.el.setAttribute('aria-label', label);
    this.el.append(this.head);
    this.setColumns(columns);
  }
  /** Other columns: the pooled rows are built anew. */
  setColumns(columns: string[]): void {
    this.columns = columns;
    this.el.setAttribute('aria-colcount', String(columns.length + 1));
    this.head.replaceChildren(make('span', { role: 'columnheader', class: 'tl-n' }, say('tl_name')), ...columns.map((c) => make('span', { role: 'columnheader', class: COLUMNS[c].num ? 'tl-c n' : 'tl-c', title: say(COLUMNS[c].word) }, say(COLUMNS[c].word))));
    this.el.style.setProperty('--tl-cols', `minmax(120px,1fr) ${columns.map((c) => `${COLUMNS[c].width}px`).join(' ')}`);
    this.pool.forEach((r) => r.remove());
    this.pool = [];
  }
  cell(v: number, column: string): HTMLElement | undefined { return this.rowAt(v)?.children[column === 'name' ? 0 : this.columns.indexOf(column) + 1] as HTMLElement | undefined; }
  /** The column of a cell that was pressed. */
  columnOf(cell: Element | null, row: Element): string { const n = cell ? [...row.children].indexOf(cell) : -1; return n === 0 ? 'name' : this.columns[n - 1] ?? ''; }
  natural(): number { return 250 + this.columns.reduce((s, c) => s + COLUMNS[c].width, 0); }
  /** Everything must be written anew: a patch came in. */
  stale(): void { this.stamp++; }

  rows(plan: Plan, vis: Int32Array, shut: Set<number>, top: number, height: number, row: number, focus: number): void {
    const a = Math.max(0, Math.floor(top / row)), need = Math.max(0, Math.min(vis.length, Math.ceil((top + height - HEAD) / row) + 1) - a);
    while (this.pool.length < need) this.pool.push(this.build());
    const size = this.pool.length, last = a + need;
    for (let k = 0; k < size; k++) {             // a line keeps its row while it is on the screen: scrolling fills only the new ones
      const v = a + (((k - a) % size) + size) % size, r = this.pool[k];
      if (v >= last) { r.hidden = true; continue; }
      const i = vis[v], mark = `${v}.${i}.${this.stamp}.${shut.has(i) ? 1 : 0}`;
      if (r.hidden) r.hidden = false;
      r.style.transform = `translateY(${HEAD + v * row - top}px)`;
      if (r.dataset.mark !== mark) { r.dataset.mark = mark; this.fill(r, plan, i, v, shut.has(i)); }
      const tab = v === focus ? 0 : -1;
      if (r.tabIndex !== tab) r.tabIndex = tab;
      r.classList.toggle('tl-f', v === focus);
    }
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
    r.classList.toggle('tl-h', plan.isHead(i));
    r.classList.toggle('tl-d', plan.status[i] === 'done');
    tw.textContent = parent ? (shut ? '▸' : '▾') : '';
    sh.className = `sh sh-${plan.status[i] || 'none'}`;
    sh.hidden = !plan.status[i] || plan.status[i] === 'none';
    name.style.paddingInlineStart = `${6 + plan.depth[i] * 14}px`;
    text.textContent = plan.name[i];
    this.columns.forEach((c, n) => { cells[n].textContent = COLUMNS[c].text(plan, i); cells[n].classList.toggle('t-off', !!COLUMNS[c].off?.(plan, i)); });
  }
}
