/* The bar above the plan: what is shown, and how much time. */
import { icon, make } from '../shared/dom';
import { say } from '../shared/words';
import type { Shown } from './draw';

export interface Tools { shown: Shown; toggle: (k: keyof Shown) => void; zoom: (d: number) => void; fit: () => void; today: () => void; fold: (open: boolean) => void; save: () => void; left: (keyof Shown)[] }

function plain(name: string, word: string, run: () => void, key?: string): HTMLElement {
  const b = make('button', { type: 'button', class: 'btn btn-sm btn-icon', 'aria-label': say(word), title: key ? `${say(word)} (${key})` : say(word) }, icon(name));
  b.addEventListener('click', run);
  return b;
}

export function toolbar(t: Tools): HTMLElement {
  const bar = make('div', { class: 'tl-bar', role: 'toolbar', 'aria-label': say('tl_label') });
  for (const k of t.left) {
    const b = make('button', { type: 'button', class: 'btn btn-sm', 'aria-pressed': String(t.shown[k]) }, say(`tl_${k}`));
    b.addEventListener('click', () => { t.toggle(k); b.setAttribute('aria-pressed', String(t.shown[k])); });
    bar.append(b);
  }
  const today = make('button', { type: 'button', class: 'btn btn-sm' }, say('tl_today'));
  today.addEventListener('click', t.today);
  bar.append(make('span', { class: 'push' }), plain('list-tree', 'tl_expand', () => t.fold(true)), plain('layout-list', 'tl_collapse', () => t.fold(false)), today,
    plain('minus', 'tl_zoom_out', () => t.zoom(-1), '−'), plain('plus', 'tl_zoom_in', () => t.zoom(1), '+'), plain('arrows-maximize', 'tl_fit', t.fit), plain('download', 'tl_svg', t.save));
  return bar;
}
