/* Peek: a link with data-peek opens its page's ?peek=1 fragment in the right panel. The address gets #peek=PATH, so that
   Back closes it and a copied address opens it again. Esc closes, Enter opens the page. */
import { htmx, typing } from './dom';
import { fragment } from './http';
import { drafts, putBack } from './refetch';
import { complain } from './toast';
import { say } from './words';

let opener: HTMLElement | null = null, shown = '', pending: AbortController | undefined;
const panel = (): HTMLElement | null => document.getElementById('peek');
/** The path that the address asks for; it may come from a link that somebody else wrote. */
export function asked(): string {
  try { return decodeURIComponent(/[#&]peek=([^&]*)/.exec(location.hash)?.[1] ?? ''); } catch { return ''; }
}

/** A page of ours: of this very site, and neither a file that somebody attached nor the API. */
function peekable(path: string): boolean {
  try {
    const u = new URL(path, location.href);
    const plain = decodeURIComponent(u.pathname);
    return u.origin === location.origin && !plain.startsWith('//') && !/[\\\x00-\x1f]/.test(plain) && !/^\/(attachments|api|static)(\/|$)/i.test(plain);
  } catch { return false; }
}

function withPeek(path: string): string {
  const u = new URL(path, location.href);
  u.searchParams.set('peek', '1');
  return u.href;
}

export async function openPeek(path: string, from: HTMLElement | null = null, opts: { push?: boolean; focus?: boolean } = {}): Promise<void> {
  const box = panel();
  if (!peekable(path)) { if (from instanceof HTMLAnchorElement && /^https?:$/.test(from.protocol)) location.assign(from.href); return; }
  const url = new URL(path, location.href);
  if (!box) { location.assign(url.href); return; }
  pending?.abort();
  pending = new AbortController();
  if (from) opener = from;
  box.setAttribute('aria-busy', 'true');
  try {
    const html = await fragment(withPeek(path), pending.signal);
    box.innerHTML = html;
    box.hidden = false;
    shown = url.pathname + url.search;
    htmx()?.process(box);
    mark();
    if (opts.push !== false && asked() !== shown) history.pushState({ peek: shown }, '', `${location.pathname}${location.search}#peek=${encodeURIComponent(shown)}`);
    if (opts.focus !== false) box.querySelector<HTMLElement>('[data-peek-title]')?.focus({ preventScroll: true });
    box.dispatchEvent(new CustomEvent('td:peek', { bubbles: true, detail: { path: shown } }));
  } catch (e) {
    if ((e as Error).name !== 'AbortError') complain(new Error(`${say('peek_fail')} ${(e as Error).message}`));
  } finally { box.removeAttribute('aria-busy'); }
}

export function closePeek(push = true): boolean {
  const box = panel();
  if (!box || box.hidden) return false;
  pending?.abort();
  box.hidden = true; box.replaceChildren(); shown = '';
  mark();
  if (push && asked()) history.pushState({ peek: '' }, '', location.pathname + location.search);
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  return true;
}

function inUse(box: HTMLElement): boolean {
  const at = document.activeElement;
  return !!box.querySelector('.cell-in,.cell-err.choice,details[data-menu][open],.swap form:not([hidden])') || !!document.querySelector('.who-pick') || (!!at && box.contains(at) && at.matches('textarea,input,select'));
}

/** Fetches what the panel shows again; half-written text stays, and while something in it is in use nothing happens. */
export async function refreshPeek(sent?: HTMLFormElement): Promise<void> {
  const box = panel(), at = document.activeElement as HTMLElement | null;
  if (!box || box.hidden || !shown) return;
  const mine = sent && box.contains(sent) ? sent : undefined;
  if (!mine && inUse(box)) return;
  const path = shown, html = await fragment(withPeek(path)).catch(() => '');
  if (!html || path !== shown || (!mine && inUse(box))) return;  // a cell may have been opened meanwhile
  const kept = drafts(box, mine), top = box.querySelector('.sc')?.scrollTop ?? 0, had = box.contains(document.activeElement), name = had && at ? at.dataset.name : undefined;
  box.innerHTML = html;
  putBack(box, kept);
  htmx()?.process(box);
  const sc = box.querySelector('.sc');
  if (sc) sc.scrollTop = top;
  if (had) (box.querySelector<HTMLElement>(name ? `button[data-name="${CSS.escape(name)}"]` : '[data-peek-title]') ?? box.querySelector<HTMLElement>('[data-peek-title]'))?.focus({ preventScroll: true });
}

/** Where a link leads; one inside a picture has no `pathname` of its own. */
function pathOf(a: Element): string {
  const u = new URL(a.getAttribute('href') ?? '', location.href);
  return u.pathname + u.search;
}

/** The row whose detail is shown is selected. */
function mark(): void {
  document.querySelectorAll<HTMLElement>('[data-row][aria-selected]').forEach((r) => r.removeAttribute('aria-selected'));
  if (!shown) return;
  document.querySelectorAll('#main a[data-peek]').forEach((a) => {
    if (pathOf(a) === shown) a.closest('[data-row]')?.setAttribute('aria-selected', 'true');
  });
}

export const peekIsOpen = (): boolean => panel()?.hidden === false;

export function startPeek(): void {
  document.addEventListener('click', (e) => {
    const t = e.target as HTMLElement;
    if (t.closest('[data-peek-close]')) { e.preventDefault(); closePeek(); return; }
    const a = t.closest<HTMLElement>('a[data-peek]');
    if (!a || e.defaultPrevented || e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0 || !a.getAttribute('href') || a.getAttribute('href')!.startsWith('#')) return;
    e.preventDefault();
    if (shown === pathOf(a)) { closePeek(); return; }
    void openPeek(pathOf(a), a);
  });
  document.addEventListener('keydown', (e) => {
    if (e.defaultPrevented || typing(e) || document.querySelector('dialog[open]')) return;
    if (e.key === 'Escape' && closePeek()) { e.preventDefault(); return; }
    const box = panel(), at = document.activeElement as HTMLElement | null;
    if (e.key === 'Enter' && box && !box.hidden && shown && (!at || at === document.body || at.matches('[data-peek-title],.sc'))) { e.preventDefault(); location.assign(shown); }
  });
  addEventListener('popstate', () => { const path = asked(); if (path) { if (path !== shown) void openPeek(path, null, { push: false }); } else closePeek(false); });
  // htmx would fetch the page again although only the peek has changed
  document.addEventListener('htmx:before:history:restore', (e) => { if (asked() || history.state?.peek !== undefined || shown) e.preventDefault(); });
  document.addEventListener('htmx:after:swap', mark);
  if (asked()) void openPeek(asked(), null, { push: false, focus: false });
}
