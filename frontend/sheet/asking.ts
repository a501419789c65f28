/* What the sheet asks and tells: a choice before new items are made, and the list of what could not be taken. */
import { make } from '../shared/dom';

/** Buttons, the first of them the usual one; null when the question is left. */
export function choose(title: string, text: string, buttons: [value: string, label: string][]): Promise<string | null> {
  const back = document.activeElement as HTMLElement | null;
  const row = make('div', { class: 'form-f' }, ...buttons.map(([value, label], n) => make('button', { type: 'submit', value, class: n ? 'btn btn-bare' : 'btn btn-ink', autofocus: n === 0 }, label)));
  const box = make('dialog', { class: 'ask', 'aria-label': title }, make('form', { class: 'stack', method: 'dialog' }, make('h2', { class: 'h-sec' }, title), make('p', { class: 'ink2' }, text), row));
  document.body.append(box);
  return new Promise((done) => {
    box.addEventListener('keydown', (e) => e.stopPropagation());
    box.addEventListener('close', () => { box.remove(); back?.focus?.({ preventScroll: true }); done(box.returnValue || null); });
    box.showModal();
  });
}

export interface Told { place: string; text: string; go: () => void }

/** The panel above the grid: what was refused, cell by cell, each leading there, and what can be done. */
export function panel(head: string, how: string, told: Told[], more: string, ...actions: [label: string, act: () => void][]): HTMLElement {
  const list = make('ul', {}, ...told.map((t) => {
    const go = make('button', { type: 'button', class: 'lnk' }, t.place);
    go.addEventListener('click', t.go);
    return make('li', {}, go, ` ${t.text}`);
  }));
  const buttons = actions.map(([label, act]) => { const b = make('button', { type: 'button', class: 'btn btn-sm' }, label); b.addEventListener('click', act); return b; });
  return make('div', { class: 'sheet-told', role: 'alert' }, make('b', {}, head), ' ', how, list, ...(more ? [make('p', { class: 'sub' }, more)] : []), make('div', { class: 'form-f' }, ...buttons));
}
