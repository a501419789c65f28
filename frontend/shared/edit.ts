/* Inline cells ([data-edit]): click, e or Enter opens; Enter saves, Esc reverts, Tab goes to the next cell. Optimistic; an error stands
   at the cell; a stale version shows the other person's value. PATCH data-url {name: value}, If-Match: data-version. */
import { make } from './dom';
import { Refusal, send } from './http';
import { say } from './words';

type Option = [value: string, label: string];

function control(cell: HTMLElement): HTMLInputElement | HTMLSelectElement {
  const { kind = 'text', value = '', options } = cell.dataset;
  if (kind === 'select' && options) {
    const s = make('select', { class: 'cell-in' });
    for (const [v, label] of JSON.parse(options) as Option[]) s.append(make('option', { value: v, selected: String(v) === value }, label));
    return s;
  }
  const i = make('input', { class: 'cell-in', type: kind });
  i.value = value;
  return i;
}

function start(cell: HTMLElement): void {
  if (cell.querySelector('.cell-in')) return;
  const was = cell.textContent ?? '', input = control(cell);
  let over = false;
  const end = (save: boolean, next = 0) => {
    if (over) return;
    over = true;
    const text = input instanceof HTMLSelectElement ? (input.selectedOptions[0]?.textContent ?? '') : input.value;
    const changed = save && input.value !== (cell.dataset.value ?? '');
    cell.textContent = changed ? text || '–' : was;
    if (changed) void put(cell, input.value, was);
    const cells = [...document.querySelectorAll<HTMLElement>('#main [data-edit]')];
    if (next) { const n = cells[cells.indexOf(cell) + next]; if (n) start(n); } else cell.focus({ preventScroll: true });
  };
  input.setAttribute('aria-label', cell.getAttribute('aria-label') ?? '');
  input.addEventListener('keydown', (ev) => {
    const e = ev as KeyboardEvent;
    if (e.isComposing) return;
    if (e.key === 'Enter') { e.preventDefault(); e.stopPropagation(); end(true); }
    else if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); end(false); }
    else if (e.key === 'Tab') { e.preventDefault(); end(true, e.shiftKey ? -1 : 1); }
  });
  input.addEventListener('blur', () => end(true));
  if (input instanceof HTMLSelectElement) input.addEventListener('change', () => end(true));
  clearError(cell);
  cell.replaceChildren(input);
  input.focus();
  if (input instanceof HTMLInputElement && cell.dataset.kind !== 'date') input.select();
}

const clearError = (cell: HTMLElement): void => { const n = cell.nextElementSibling; if (n?.matches('.cell-err')) n.remove(); };

function fail(cell: HTMLElement, text: string): void {
  clearError(cell);
  cell.after(make('span', { class: 'cell-err', role: 'alert' }, text));
}

async function put(cell: HTMLElement, value: string, was: string): Promise<void> {
  const { url, name = 'value', version } = cell.dataset;
  cell.setAttribute('aria-busy', 'true');
  try {
    const answer = await send('PATCH', url!, { [name]: value }, version);
    cell.dataset.value = String(answer.value ?? value);
    if (answer.shown !== undefined) cell.textContent = String(answer.shown) || '–';
    if (answer.version !== undefined) setVersion(url!, String(answer.version));
    document.dispatchEvent(new CustomEvent('td:changed', { detail: answer }));
  } catch (e) {
    const body = e instanceof Refusal ? e.body : {};
    if (body.theirs !== undefined) {
      cell.dataset.value = String(body.theirs);
      cell.textContent = String(body.shown ?? body.theirs) || '–';
      if (body.version !== undefined) setVersion(url!, String(body.version));
      fail(cell, say('stale', { theirs: String(body.shown ?? body.theirs) }));
    } else { cell.textContent = was; fail(cell, (e as Error).message); }
  } finally { cell.removeAttribute('aria-busy'); }
}

/** All cells of one row carry the row's version. */
function setVersion(url: string, version: string): void {
  document.querySelectorAll<HTMLElement>('[data-edit]').forEach((c) => { if (c.dataset.url === url) c.dataset.version = version; });
}

export function startEdit(): void {
  document.addEventListener('click', (e) => { const c = (e.target as HTMLElement).closest<HTMLElement>('[data-edit]'); if (c) start(c); });
  document.addEventListener('keydown', (e) => {
    const c = e.target as HTMLElement;
    if ((e.key === 'Enter' || e.key === 'F2') && c.matches?.('[data-edit]') && !e.isComposing) { e.preventDefault(); start(c); }
  });
}
