/* The bar above the plan: what is shown, how much time, and what can be done with the row. */
import { icon, make } from '../shared/dom';
import { say } from '../shared/words';
import { COLUMNS } from './columns';
import type { Shown } from './draw';
import type { Plan } from './plan';
import type { Filter } from './rowset';

export const SCALES: [string, number][] = [['tl_scale_day', 28], ['tl_scale_week', 10], ['tl_scale_month', 2.5], ['tl_scale_quarter', .8], ['tl_scale_year', .3]];   // pixels per day
export interface Tools {
  outlines: boolean;
  shown: Shown; left: (keyof Shown)[]; columns: () => string[]; plan: () => Plan | null; legend: () => HTMLElement; editable: boolean;
  toggle: (k: keyof Shown) => void; zoom: (d: number) => void; scale: (px: number) => void; fit: () => void; today: () => void; fold: (open: boolean) => void; save: () => void; print: () => void;
  filter: (f: Partial<Filter>) => void; jump: () => void; setColumns: (c: string[]) => void;
  add: () => void; remove: () => void; indent: () => void; outdent: () => void; link: () => void; undo: () => void;
}

function plain(name: string, word: string, run: () => void, key?: string): HTMLButtonElement {
  const b = make('button', { type: 'button', class: 'btn btn-sm btn-icon', 'aria-label': say(word), title: key ? `${say(word)} (${key})` : say(word) }, icon(name));
  b.addEventListener('click', run);
  return b;
}
function entry(name: string, word: string, run: () => void): HTMLButtonElement {
  const b = make('button', { type: 'button' }, icon(name), say(word));
  b.addEventListener('click', run);
  return b;
}
function menu(name: string, word: string, fill: (list: HTMLElement) => void): HTMLElement {
  const list = make('div', { class: 'menu-l' }), box = make('details', { class: 'menu end', 'data-menu': true }, make('summary', { class: 'btn btn-sm btn-icon', 'aria-label': say(word), title: say(word) }, icon(name)), list);
  box.addEventListener('toggle', () => { if (box.open) { list.replaceChildren(); fill(list); } });
  return box;
}

export function toolbar(t: Tools): HTMLElement {
  const bar = make('div', { class: 'tl-bar', role: 'toolbar', 'aria-label': say('tl_label') });
  if (t.editable) {
    const undo = plain('arrow-back-up', 'undo', t.undo, 'Ctrl Z');
    undo.dataset.tlUndo = '';
    undo.disabled = true;
    bar.append(!t.outlines ? make('span', { class: 'tl-g' }, undo) : make('span', { class: 'tl-g' }, plain('plus', 'tl_add', t.add, 'N'), plain('arrow-narrow-left', 'tl_outdent', t.outdent, '['), plain('arrow-narrow-right', 'tl_indent', t.indent, ']'), plain('link', 'tl_link', t.link, 'L'), plain('trash', 'tl_remove', t.remove, 'Del'), undo));
  }
  for (const k of t.left) {
    const b = make('button', { type: 'button', class: 'btn btn-sm', 'aria-pressed': String(t.shown[k]) }, say(`tl_${k}`));
    b.addEventListener('click', () => { t.toggle(k); b.setAttribute('aria-pressed', String(t.shown[k])); });
    bar.append(b);
  }
  const search = make('input', { class: 'in-td tl-search', type: 'search', placeholder: say('tl_search'), 'aria-label': say('tl_search'), 'data-hotkey': '/' });
  search.addEventListener('input', () => t.filter({ text: search.value.trim() }));
  search.addEventListener('keydown', (e) => { if (e.isComposing) return; if (e.key === 'Enter') { e.preventDefault(); t.jump(); } else if (e.key === 'Escape') { e.stopPropagation(); search.value = ''; t.filter({ text: '' }); t.jump(); } });
  const only = make('select', { class: 'in-td tl-pick', 'aria-label': say('tl_filter') }, ...(['', 'open', 'critical', 'late', 'milestones'] as const).map((v) => make('option', { value: v }, say(`tl_only_${v || 'all'}`))));
  only.addEventListener('change', () => t.filter({ only: only.value as Filter['only'] }));
  const scale = make('select', { class: 'in-td tl-pick', 'data-tl-scale': true, 'aria-label': say('tl_scale') }, make('option', { value: '', hidden: true }, say('tl_fit')), ...SCALES.map(([word, px]) => make('option', { value: String(px) }, say(word))));
  scale.addEventListener('change', () => { if (scale.value) t.scale(Number(scale.value)); });
  const today = make('button', { type: 'button', class: 'btn btn-sm' }, say('tl_today'));
  today.addEventListener('click', t.today);
  bar.append(search, only, make('span', { class: 'push' }), today, scale,
    make('span', { class: 'tl-g' }, plain('minus', 'tl_zoom_out', () => t.zoom(-1), '−'), plain('plus', 'tl_zoom_in', () => t.zoom(1), '+'), plain('arrows-maximize', 'tl_fit', t.fit)),
    menu('columns', 'tl_columns', (list) => columnList(list, t)), menu('info-circle', 'tl_legend', (list) => list.append(t.legend())),
    menu('dots', 'tl_more', (list) => list.append(entry('list-tree', 'tl_expand', () => t.fold(true)), entry('layout-list', 'tl_collapse', () => t.fold(false)), make('hr'), entry('printer', 'tl_print', t.print), entry('download', 'tl_svg', t.save))));
  return bar;
}

function columnList(list: HTMLElement, t: Tools): void {
  const plan = t.plan();
  for (const [key, column] of Object.entries(COLUMNS)) {
    if (plan && column.has && !column.has(plan)) continue;
    const box = make('input', { type: 'checkbox' });
    box.checked = t.columns().includes(key);
    box.addEventListener('change', () => t.setColumns(Object.keys(COLUMNS).filter((c) => (c === key ? box.checked : t.columns().includes(c)))));
    list.append(make('label', { class: 'tl-check' }, box, say(column.word)));
  }
}
