/* Lists by keys: j k move, x selects (Shift extends), e edits, o or Enter opens; and the bulk bar that a selection brings up. */
import { closePeek, openPeek, peekIsOpen } from './peek';
import { shortcutsOn, typing } from './dom';
import { say } from './words';

const FIELDS: Record<string, string> = { s: 'state', a: 'assignees', p: 'priority', d: 'due_on' };
let went = -Infinity;
let follow = 0, last: HTMLInputElement | null = null;
const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('#main [data-row]')].filter((r) => r.offsetParent !== null);
const current = (): HTMLElement | null => document.querySelector<HTMLElement>('#main [data-row][aria-current]');
const boxes = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>('#main [data-select]')];

export function makeCurrent(row: HTMLElement, focus = true): void {
  current()?.removeAttribute('aria-current');
  row.setAttribute('aria-current', 'true');
  row.scrollIntoView({ block: 'nearest' });
  if (focus) (row.matches('[tabindex]') ? row : row.querySelector<HTMLElement>('a[href],button'))?.focus({ preventScroll: true });
}

function step(by: number): void {
  const all = rows();
  if (!all.length) return;
  const at = current() ? all.indexOf(current()!) : -1;
  const row = all[Math.max(0, Math.min(all.length - 1, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))];
  makeCurrent(row, !peekIsOpen());
  const a = row.querySelector<HTMLAnchorElement>('a[data-peek]');
  clearTimeout(follow);
  if (a && peekIsOpen()) follow = window.setTimeout(() => void openPeek(a.href, a, { focus: false }), 180);
}

function tick(box: HTMLInputElement, on: boolean, extend: boolean): void {
  const all = boxes();
  if (extend && last && all.includes(last)) {
    const [a, b] = [all.indexOf(last), all.indexOf(box)].sort((x, y) => x - y);
    all.slice(a, b + 1).forEach((o) => { o.checked = on; });
  } else box.checked = on;
  last = box;
  count();
}

function count(): void {
  const n = boxes().filter((b) => b.checked).length;
  document.querySelectorAll<HTMLFormElement>('form[data-bulk]').forEach((f) => {
    f.hidden = n === 0;
    const out = f.querySelector('[data-bulk-count]');
    if (out) out.textContent = say('selected', { n });
  });
  const all = document.querySelector<HTMLInputElement>('[data-select-all]');
  if (all) { all.checked = n > 0 && n === boxes().length; all.indeterminate = n > 0 && n < boxes().length; }
}

function clear(): boolean {
  const on = boxes().filter((b) => b.checked);
  on.forEach((b) => { b.checked = false; });
  count();
  return on.length > 0;
}

function key(e: KeyboardEvent): void {
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || typing(e) || document.querySelector('dialog[open]')) return;
  if (e.key === 'Escape') { if (!peekIsOpen() && clear()) e.preventDefault(); return; }
  if (!shortcutsOn() || (e.target as HTMLElement).closest?.('tandem-timeline')) return;
  const row = current();
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === 'g') went = performance.now();
  // what a row does by a key of its own: <button data-row-key="e">
  const own = /^[a-z]$/.test(e.key) && performance.now() - went > 1600 ? row?.querySelector<HTMLElement>(`[data-row-key="${e.key}"]`) : null;
  if (own) { e.preventDefault(); own.click(); return; }
  switch (e.key) {
    case 'j': step(1); break;
    case 'k': step(-1); break;
    case 'x': case 'X': {
      const box = row?.querySelector<HTMLInputElement>('[data-select]');
      if (!box) return;
      tick(box, e.shiftKey || !box.checked, e.shiftKey);
      break;
    }
    case 'e': {
      const cell = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>('[data-edit]') ?? row?.querySelector<HTMLElement>('[data-edit]');
      const link = row?.querySelector<HTMLElement>('[data-edit-link]');
      if (!cell && !link) return;
      (cell ?? link)!.click();
      break;
    }
    case 's': case 'a': case 'p': case 'd': {
      // after g these letters go to a page
      const cell = row?.querySelector<HTMLElement>(`[data-edit][data-name="${FIELDS[e.key]}"]`);
      if (!cell || performance.now() - went < 1600) return;
      cell.click();
      break;
    }
    case 'o': {
      const a = row?.querySelector<HTMLAnchorElement>('a[href]');
      if (!a) return;
      if (a.matches('[data-peek]')) void openPeek(a.href, a); else a.click();
      break;
    }
    default: return;
  }
  e.preventDefault();
}

/** Enter in a field of the bulk bar is its own button's; left to itself it would press the first of the whole bar. */
function enter(e: KeyboardEvent): void {
  const field = (e.target as HTMLElement).closest?.<HTMLElement>('form[data-bulk] input');
  if (e.key !== 'Enter' || e.isComposing || !field) return;
  e.preventDefault();
  field.closest('.pad')?.querySelector('button')?.click();
}

export function startRows(): void {
  document.addEventListener('keydown', key);
  document.addEventListener('keydown', enter);
  let shift = false;
  document.addEventListener('pointerdown', (e) => { shift = e.shiftKey; }, true);
  document.addEventListener('change', (e) => {
    const box = e.target as HTMLInputElement;
    if (box.matches?.('[data-select]')) { tick(box, box.checked, shift); shift = false; }
    if (box.matches?.('[data-select-all]')) { boxes().forEach((b) => { b.checked = box.checked; }); count(); }
  });
  document.addEventListener('focusin', (e) => {
    const row = (e.target as HTMLElement).closest?.<HTMLElement>('#main [data-row]');
    if (row && row !== current()) makeCurrent(row, false);
  });
  document.addEventListener('click', (e) => {
    const t = e.target as HTMLElement;
    if (t.closest('[data-bulk-clear]')) { clear(); closePeek(); }
    const tw = t.closest<HTMLElement>('[data-tree]');
    if (tw) fold(tw);
  });
  document.addEventListener('htmx:after:swap', count);
  document.addEventListener('td:fresh', count);
}

/** Tree rows stand one after the other; a row's children are the deeper rows that follow it. */
function fold(tw: HTMLElement): void {
  const row = tw.closest('tr')!, depth = (r: Element) => Number(r.querySelector<HTMLElement>('td.tree')?.style.getPropertyValue('--d') || 0);
  const open = tw.getAttribute('aria-expanded') !== 'true', d = depth(row);
  tw.setAttribute('aria-expanded', String(open));
  let shut = Infinity;
  for (let r = row.nextElementSibling as HTMLElement | null; r && depth(r) > d; r = r.nextElementSibling as HTMLElement | null) {
    const at = depth(r);
    if (at <= shut) shut = Infinity;
    r.hidden = !open || at > shut;
    if (at < shut && r.querySelector('[data-tree][aria-expanded=false]')) shut = at;
  }
  row.dispatchEvent(new CustomEvent('td:fold', { bubbles: true, detail: { open, id: row.getAttribute('data-id') } }));
}
