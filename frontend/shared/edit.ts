/* Inline cells ([data-edit]): click, e or Enter opens; Enter saves, Esc reverts, Tab goes to the next cell. Optimistic; an error stands
   at the cell; a stale version shows both values and lets the writer choose. PATCH data-url {name: value, was}, If-Match: data-version.
   data-kind: text number date select, labels (between commas), item (a key), people and several (lists to tick), markdown (a text area).
   data-of names the element beside the cell whose text is edited. */
import { reasonFor } from './ask';
import { make } from './dom';
import { both, hold, watch } from './editing';
import { Refusal, send } from './http';
import { pickPeople, pickSeveral, showPeople } from './people';
import { complain, toast } from './toast';
import { say } from './words';

type Option = [value: string, label: string];
type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function control(cell: HTMLElement): Control {
  const { kind = 'text', value = '', options } = cell.dataset;
  if (kind === 'select' && options) {
    const s = make('select', { class: 'cell-in' });
    for (const [v, label] of JSON.parse(options) as Option[]) s.append(make('option', { value: v, selected: String(v) === value }, label));
    return s;
  }
  if (kind === 'markdown') {
    const t = make('textarea', { class: 'cell-in', rows: String(Math.min(24, Math.max(6, value.split('\n').length + 2))) });
    t.value = value;
    return t;
  }
  const i = make('input', { class: 'cell-in', type: /^(number|date)$/.test(kind) ? kind : 'text', step: kind === 'number' ? 'any' : undefined, placeholder: kind === 'labels' ? say('labels_hint') : kind === 'item' ? 'POR-12' : undefined });
  i.value = value;
  return i;
}

const target = (cell: HTMLElement): HTMLElement => (cell.dataset.of && cell.parentElement?.querySelector<HTMLElement>(cell.dataset.of)) || cell;

/** Opens the cell; `text` is what one had written and did not get saved, `theirs` what stands there instead. */
export function start(cell: HTMLElement, text?: string, theirs?: Record<string, unknown>): void {
  if (cell.dataset.open || cell.getAttribute('aria-busy')) return;
  if (cell.dataset.kind === 'people') { pickPeople(cell, (ids, html) => { const was = [...cell.childNodes]; cell.replaceChildren(...html); void put(cell, ids, was); }, hold(cell.dataset.url ?? '', cell.dataset.name ?? '')); return; }
  if (cell.dataset.kind === 'several') { pickSeveral(cell, (chosen) => { const was = [...cell.childNodes]; cell.replaceChildren(chosen.join(', ') || '–'); void put(cell, JSON.stringify(chosen), was); }); return; }
  const shown = target(cell), was = [...shown.childNodes], input = control(cell), long = input instanceof HTMLTextAreaElement;
  let over = false, release: () => void = () => undefined;
  if (text !== undefined) input.value = text;
  cell.dataset.open = '1';
  const end = (save: boolean, next = 0) => {
    if (over) return;
    over = true;
    delete cell.dataset.open;
    release();
    const text = input instanceof HTMLSelectElement ? (input.selectedOptions[0]?.textContent ?? '') : input.value;
    const changed = save && input.value !== (cell.dataset.value ?? '');
    foot?.remove();
    input.parentElement?.querySelector('.cell-both')?.remove();
    if (shown === cell) cell.replaceChildren(...(changed ? [text || '–'] : was)); else { input.remove(); shown.hidden = false; if (changed && text) shown.textContent = text; }
    if (changed) void put(cell, input.value, was);
    const cells = [...document.querySelectorAll<HTMLElement>(cell.closest('#peek') ? '#peek [data-edit]' : '#main [data-edit]')];
    if (next) { const n = cells[cells.indexOf(cell) + next]; if (n) start(n); } else if (shown === cell) cell.focus({ preventScroll: true }); else shown.focus({ preventScroll: true });
  };
  const foot = long ? make('span', { class: 'form-f' }, make('button', { type: 'button', class: 'btn btn-sm btn-ink' }, say('save')), make('button', { type: 'button', class: 'btn btn-sm btn-bare' }, say('cancel')), make('span', { class: 'sub' }, say('markdown_hint'))) : undefined;
  if (foot) {
    const [save, cancel] = foot.querySelectorAll('button');
    for (const b of [save, cancel]) b.addEventListener('pointerdown', (e) => e.preventDefault());
    save.addEventListener('click', (e) => { e.stopPropagation(); end(true); });
    cancel.addEventListener('click', (e) => { e.stopPropagation(); end(false); });
  }
  input.setAttribute('aria-label', cell.getAttribute('aria-label') ?? '');
  input.addEventListener('keydown', (ev) => {
    const e = ev as KeyboardEvent;
    if (e.isComposing) return;
    if (e.key === 'Enter' && (!long || e.ctrlKey || e.metaKey)) { e.preventDefault(); e.stopPropagation(); end(true); }
    else if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); end(false); }
    else if (e.key === 'Tab' && !long) { e.preventDefault(); end(true, e.shiftKey ? -1 : 1); }
  });
  if (!long) input.addEventListener('blur', () => end(true));
  if (input instanceof HTMLSelectElement) input.addEventListener('change', () => end(true));
  clearError(cell);
  if (shown === cell) cell.replaceChildren(input, ...(foot ? [foot] : [])); else { shown.hidden = true; shown.after(input); }
  input.focus();
  if (input instanceof HTMLInputElement && cell.dataset.kind !== 'date') input.select();
  const give = (answer: Record<string, unknown>) => { end(false); take(cell, answer); };
  release = watch(cell, input, give);
  if (theirs) both(input, theirs, () => give(theirs), () => undefined);
}

const clearError = (cell: HTMLElement): void => { const n = cell.nextElementSibling; if (n?.matches('.cell-err')) n.remove(); };

function fail(cell: HTMLElement, text: string, ...more: Node[]): void {
  clearError(cell);
  cell.after(make('span', { class: 'cell-err', role: 'alert' }, text, ...more));
}

function show(cell: HTMLElement, answer: Record<string, unknown>): void {
  if (answer.value !== undefined) cell.dataset.value = String(answer.value ?? '');
  const shown = target(cell);
  if (typeof answer.html === 'string') {
    // sanitised by the server, as the page itself shows it
    const doc = new DOMParser().parseFromString(answer.html, 'text/html');
    shown.replaceChildren(...(doc.body.childNodes.length ? doc.body.childNodes : [make('p', { class: 'sub' }, say('describe'))]));
  } else if (cell.dataset.kind === 'people') shown.replaceChildren(...showPeople(cell, String(answer.value ?? '')));
  else if (cell.dataset.kind === 'labels') shown.replaceChildren(...(answer.value ? String(answer.value).split(', ').flatMap((l) => [make('span', { class: 'chip' }, l), ' ']) : ['–']));
  else if (answer.shown !== undefined) shown.textContent = String(answer.shown) || '–';
}

/** What somebody else wrote stands in the cell from now on. */
function take(cell: HTMLElement, answer: Record<string, unknown>): void {
  show(cell, answer);
  if (answer.version !== undefined) setVersion(cell.dataset.url!, String(answer.version));
}

async function put(cell: HTMLElement, value: string, was: Node[], version = cell.dataset.version, reason = ''): Promise<void> {
  const { url, name = 'value' } = cell.dataset;
  cell.setAttribute('aria-busy', 'true');
  try {
    const answer = await send('PATCH', url!, { [name]: cell.dataset.kind === 'several' ? JSON.parse(value || '[]') : value, was: cell.dataset.value ?? '', ...(reason && { override_reason: reason }) }, version);
    show(cell, answer);
    if (answer.message) toast(String(answer.message), { undo: answer.undo as string | undefined });
    if (answer.version !== undefined) setVersion(url!, String(answer.version));
    document.dispatchEvent(new CustomEvent('td:changed', { detail: answer }));
    if (cell.closest('#peek')) dispatchEvent(new CustomEvent('td:refetch'));
  } catch (e) {
    const body = e instanceof Refusal ? e.body : {};
    const because = e instanceof Refusal ? await reasonFor(e) : null;
    if (because) await put(cell, value, was, version, because);
    else if (body.theirs !== undefined) conflict(cell, value, body);
    else {
      target(cell).replaceChildren(...was);
      if (!cell.isConnected) { complain(e); return; }
      if (cell.dataset.kind === 'markdown') { cell.removeAttribute('aria-busy'); start(cell, value); }  // a long text is not written twice
      fail(cell, (e as Error).message);
    }
  } finally { cell.removeAttribute('aria-busy'); document.dispatchEvent(new CustomEvent('td:sent')); }
}

/** Somebody was faster: both values are there, and the writer says which one stays. */
function conflict(cell: HTMLElement, mine: string, body: Record<string, unknown>): void {
  take(cell, { ...body, value: body.value ?? body.theirs });
  if (cell.dataset.kind === 'markdown') { cell.removeAttribute('aria-busy'); start(cell, mine, body); return; }
  const said = mineInWords(cell, mine), keep = make('button', { type: 'button', class: 'btn btn-sm' }, say('keep_theirs')), write = make('button', { type: 'button', class: 'btn btn-sm' }, say('write_mine'));
  keep.addEventListener('click', (e) => { e.stopPropagation(); clearError(cell); dispatchEvent(new CustomEvent('td:refetch')); });
  write.addEventListener('click', (e) => { e.stopPropagation(); clearError(cell); void put(cell, mine, [...target(cell).childNodes]); });
  fail(cell, say('conflict', { theirs: String(body.shown ?? body.theirs).slice(0, 200) || '–', mine: said.slice(0, 200) || '–' }), ' ' as unknown as Node, keep, write);
  (cell.nextElementSibling as HTMLElement | null)?.classList.add('choice');
  const at = document.activeElement;
  if (!at || at === document.body || at === cell) keep.focus({ preventScroll: true });
}
function mineInWords(cell: HTMLElement, mine: string): string {
  if (cell.dataset.kind === 'select' && cell.dataset.options) return (JSON.parse(cell.dataset.options) as Option[]).find(([v]) => String(v) === mine)?.[1] ?? mine;
  if (cell.dataset.kind === 'people') return showPeople(cell, mine, true).map((n) => n.textContent).join(' ').trim();
  return mine;
}

/** All cells of one row carry the row's version. */
function setVersion(url: string, version: string): void {
  document.querySelectorAll<HTMLElement>('[data-edit]').forEach((c) => { if (c.dataset.url === url) c.dataset.version = version; });
}

export function startEdit(): void {
  document.addEventListener('click', (e) => {
    const t = e.target as HTMLElement, c = t.closest<HTMLElement>('[data-edit]');
    if (c && !t.closest('a[href],.cell-in,.who-pick,.form-f') && !getSelection()?.toString()) start(c);
  });
  document.addEventListener('keydown', (e) => {
    const c = e.target as HTMLElement;
    if ((e.key === 'Enter' || e.key === 'F2') && c.matches?.('[data-edit]') && !e.isComposing) { e.preventDefault(); start(c); }
  });
}
