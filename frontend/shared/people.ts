/* Choosing people: a list to tick beside the cell, found by name or pinyin. The names are asked for once, when first wanted. */
import { make } from './dom';
import { send } from './http';
import { complain } from './toast';
import { say } from './words';

export interface Person { id: number; name: string; pinyin: string }

let known: Person[] = [];
let asked: Promise<void> | undefined;
/** Fills `known`; asked again when the answer did not come. */
function meet(): Promise<void> {
  return (asked ??= send('GET', document.body.dataset.people ?? '').then((answer) => { known = answer.people as Person[]; }, (e) => { asked = undefined; throw e; }));
}
export const initials = (name: string): string => { const w = name.split(/\s+/).filter(Boolean); return w.length > 1 ? (w[0][0] + w[w.length - 1][0]).toUpperCase() : name.slice(0, 2); };

/** By a part of the name, or the beginning of its pinyin. */
export function matches(p: Person, text: string): boolean {
  const q = text.trim().toLocaleLowerCase();
  return !q || p.name.toLocaleLowerCase().includes(q) || p.pinyin.split(' ').some((w) => w.startsWith(q));
}

/** The chosen people as the cell shows them: marks, with their names where the cell says so. */
export function showPeople(cell: HTMLElement, ids: string, named = cell.matches('.named'), among: { id: number | string; name: string }[] = known): Node[] {
  const chosen = ids.split(',').filter(Boolean).map((id) => among.find((p) => String(p.id) === id)).filter((p) => !!p);
  if (!chosen.length) return [make('span', { class: 'sub' }, '–')];
  return chosen.flatMap((p): Node[] => {
    const mark = make('span', { class: 'av', title: p.name, role: 'img', 'aria-label': p.name }, initials(p.name));
    return named ? [make('span', { class: 'st' }, mark, p.name), document.createTextNode(' ')] : [mark];
  });
}

/** A form's <select multiple data-people-field> becomes the same list. */
export function dressPeople(root: ParentNode): void {
  root.querySelectorAll<HTMLSelectElement>('select[multiple][data-people-field]:not([hidden])').forEach((s) => {
    const cell = make('button', { type: 'button', class: 'in-td named people-b', 'aria-label': s.labels?.[0]?.textContent ?? '' });
    const draw = () => { cell.dataset.value = [...s.selectedOptions].map((o) => o.value).join(','); cell.replaceChildren(...showPeople(cell, cell.dataset.value, true, [...s.options].map((o) => ({ id: o.value, name: o.text })))); };
    cell.addEventListener('click', () => pickPeople(cell, (ids) => { const chosen = ids.split(','); for (const o of s.options) o.selected = chosen.includes(o.value); draw(); }));
    s.hidden = true;
    s.after(cell);
    draw();
  });
}

/** The same list for a field that takes several choices: `data-options` holds them, `data-value` those that stand there. */
export function pickSeveral(cell: HTMLElement, done: (chosen: string[]) => void): void {
  const all = (JSON.parse(cell.dataset.options ?? '[]') as [string, string][]).map(([value]) => value), now = JSON.parse(cell.dataset.value || '[]') as string[];
  const among = all.map((name, id) => ({ id, name, pinyin: '' }));
  pickPeople(cell, (ids) => done(ids.split(',').filter(Boolean).map((n) => all[Number(n)]).filter((one) => one !== undefined)), undefined, { among, chosen: now.map((one) => String(all.indexOf(one))) });
}

/** A menu's list of people, found by name: `<div data-people-list data-value="assignee:">`, filled when its menu is first opened. Each is
    a button `do` of the form around it. */
export function startPeopleLists(): void {
  document.addEventListener('toggle', (e) => {
    const m = e.target as HTMLDetailsElement, list = m.open ? m.querySelector<HTMLElement>('[data-people-list]') : null;
    if (!list) return;
    const input = list.querySelector('input') ?? make('input', { class: 'in-td', type: 'text', autocomplete: 'off', placeholder: say('find_person'), 'aria-label': say('find_person') });
    const rows = make('div', {});
    const draw = () => rows.replaceChildren(...known.filter((p) => matches(p, input.value)).slice(0, 50).map((p) => make('button', { name: 'do', value: `${list.dataset.value}${p.id}` }, p.name)));
    if (!list.childElementCount) {
      list.append(input, rows);
      input.addEventListener('input', draw);
      let here = false, early = false; // who presses Enter before the names are there means the first of them all the same
      input.addEventListener('keydown', (e) => { if (e.key === 'Enter' && !e.isComposing && !here) { e.preventDefault(); e.stopPropagation(); early = true; } });
      meet().then(() => { here = true; draw(); if (early) rows.querySelector('button')?.click(); }, complain);
    }
    input.focus({ preventScroll: true });
  }, true);
}

export function pickPeople(cell: HTMLElement, done: (ids: string, shown: Node[]) => void, gone?: () => void, of?: { among: Person[]; chosen: string[] }): void {
  document.querySelector('.who-pick')?.remove();
  const chosen = new Set(of?.chosen ?? (cell.dataset.value ?? '').split(',').filter(Boolean)), find = say(of ? 'find_choice' : 'find_person'), before = [...chosen].sort().join();
  const input = make('input', { class: 'in-td', type: 'text', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'td-pick', autocomplete: 'off', placeholder: find, 'aria-label': find });
  const list = make('div', { role: 'listbox', id: 'td-pick', 'aria-multiselectable': 'true', 'aria-label': cell.getAttribute('aria-label') ?? '' });
  const box = make('div', { class: 'menu-l who-pick' }, input, list);
  let at = 0, shown: Person[] = [], over = false;
  const draw = () => {
    const q = input.value;
    const found = (of?.among ?? known).filter((p) => matches(p, q));
    shown = [...found.filter((p) => chosen.has(String(p.id))), ...found.filter((p) => !chosen.has(String(p.id)))].slice(0, 50);
    at = Math.max(0, Math.min(at, shown.length - 1));
    list.replaceChildren(...shown.map((p, n) => make('div', { class: 'pal-o', role: 'option', id: `td-pick-${n}`, 'data-id': String(p.id), 'aria-selected': String(chosen.has(String(p.id))), 'data-at': n === at }, ...(of ? [] : [make('span', { class: 'av' }, initials(p.name))]), make('span', { class: 'cut' }, p.name), make('span', { class: 'push', 'aria-hidden': 'true' }, chosen.has(String(p.id)) ? '✓' : ''))));
    input.setAttribute('aria-activedescendant', shown.length ? `td-pick-${at}` : '');
    list.querySelector('[data-at]')?.scrollIntoView({ block: 'nearest' });
  };
  const toggle = (id: string) => { if (!chosen.delete(id)) { if (cell.dataset.name === 'owner') chosen.clear(); chosen.add(id); } draw(); };
  const end = (save: boolean) => {
    if (over) return;
    over = true;
    box.remove();
    gone?.();
    removeEventListener('pointerdown', outside, true);
    cell.focus({ preventScroll: true });
    const ids = [...chosen].join(',');
    if (save && [...chosen].sort().join() !== before) done(ids, showPeople(cell, ids));
  };
  const outside = (e: Event) => { if (!box.contains(e.target as Node)) end(true); };
  input.addEventListener('input', () => { at = 0; draw(); });
  const act = (key: string, whole: boolean) => {
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
    if (step && shown.length) { at = (at + step + shown.length) % shown.length; draw(); }
    else if (key === 'Enter' && !whole) { if (shown[at]) { toggle(String(shown[at].id)); input.select(); } }
    else end(key !== 'Escape');
  };
  let early: [string, boolean][] | undefined = []; // who types faster than the names arrive means the names all the same
  box.addEventListener('keydown', (e) => {
    if (e.isComposing) return;
    e.stopPropagation();
    if (!['ArrowDown', 'ArrowUp', 'Enter', 'Escape', 'Tab'].includes(e.key)) return;
    e.preventDefault();
    const whole = e.ctrlKey || e.metaKey;
    if (early && e.key !== 'Escape') early.push([e.key, whole]);
    else act(e.key, whole);
  });
  list.addEventListener('click', (e) => { const o = (e.target as HTMLElement).closest<HTMLElement>('[data-id]'); if (o) { at = shown.findIndex((p) => String(p.id) === o.dataset.id); toggle(o.dataset.id!); input.focus(); } });
  const place = () => {
    const r = cell.getBoundingClientRect(), size = box.getBoundingClientRect();
    box.style.inset = `${Math.max(8, r.bottom + 4 + size.height > innerHeight ? innerHeight - size.height - 8 : r.bottom + 4)}px auto auto ${Math.max(8, Math.min(r.left, innerWidth - 268))}px`;
  };
  box.style.position = 'fixed';
  document.body.append(box);
  const show = () => { if (over) return; draw(); place(); };
  show();
  (of ? Promise.resolve() : meet()).then(() => { show(); const keys = early ?? []; early = undefined; keys.forEach(([key, whole]) => act(key, whole)); }, (e) => { end(false); complain(e); });
  input.focus();
  setTimeout(() => addEventListener('pointerdown', outside, true));
}
