/* Toasts: what has happened, with the way back. Ten seconds; the pointer or the focus on it stops the clock. */
import { icon, make, shortcutsOn, typing } from './dom';
import { Refusal, send } from './http';
import { say } from './words';

export interface ToastOptions { undo?: string | (() => unknown); redo?: string; error?: boolean; seconds?: number }

function arm(el: HTMLElement, seconds: number): void {
  let timer = 0;
  const start = () => { timer = window.setTimeout(() => el.remove(), seconds * 1000); };
  const stop = () => clearTimeout(timer);
  el.addEventListener('pointerenter', stop); el.addEventListener('focusin', stop);
  el.addEventListener('pointerleave', start); el.addEventListener('focusout', start);
  start();
}

export function toast(text: string, o: ToastOptions = {}): HTMLElement {
  const box = document.getElementById('toasts') ?? document.body;
  const el = make('div', { class: o.error ? 'toast-td err' : 'toast-td', 'data-toast': true }, make('span', { class: 'tx' }, text));
  if (o.undo || o.redo) {
    const b = make('button', { type: 'button', 'data-undo': o.redo ?? (typeof o.undo === 'string' ? o.undo : true) }, say(o.redo ? 'redo' : 'undo'));
    if (o.redo) b.dataset.redo = '';
    if (typeof o.undo === 'function') { const back = o.undo; b.addEventListener('click', (e) => { e.stopPropagation(); el.remove(); back(); }); }
    el.append(b);
  }
  el.append(make('button', { type: 'button', class: 'x', 'data-toast-close': true, 'aria-label': say('close') }, icon('x')));
  box.append(el);
  while (box.querySelectorAll('[data-toast]').length > 3) box.querySelector('[data-toast]')!.remove();
  arm(el, o.seconds ?? (o.error ? 20 : 10));
  return el;
}

export const complain = (e: unknown): void => { if ((e as Error).name !== 'AbortError') toast((e as Error).message, { error: true }); };

async function undo(button: HTMLElement): Promise<void> {
  const el = button.closest<HTMLElement>('[data-toast]');
  button.setAttribute('aria-disabled', 'true');
  try {
    const answer = await send('POST', button.dataset.undo!);
    el?.remove();
    // what was taken back can be done once more, and taken back again
    const next = typeof answer.redo === 'string' && answer.redo ? answer.redo : undefined, isAgain = 'redo' in button.dataset;
    if (isAgain) toast(say('redone'), { undo: next });
    else toast(typeof answer.message === 'string' ? answer.message : say('undone'), { redo: next });
    document.dispatchEvent(new CustomEvent('td:changed', { detail: answer }));
    if (!answer.topics) dispatchEvent(new CustomEvent('td:refetch'));
  } catch (e) { el?.remove(); complain(e instanceof Refusal ? e : new Error(String(e))); }
}

export function startToasts(): void {
  document.querySelectorAll<HTMLElement>('#toasts [data-toast]').forEach((el) => arm(el, el.classList.contains('err') ? 20 : 10));
  document.addEventListener('keydown', (e) => {
    if (e.key.toLowerCase() !== 'u' || e.ctrlKey || e.metaKey || e.altKey || !shortcutsOn() || typing(e) || document.querySelector('dialog[open]')) return;
    const wanted = e.key === 'U' ? '[data-redo]' : '[data-undo]:not([data-redo])';
    const last = [...document.querySelectorAll<HTMLElement>(`[data-toast] ${wanted}`)].pop();
    if (last) { e.preventDefault(); last.click(); }
  });
  document.addEventListener('click', (e) => {
    const t = e.target as HTMLElement;
    if (t.closest('[data-toast-close]')) t.closest('[data-toast]')?.remove();
    const u = t.closest<HTMLElement>('[data-undo]');
    if (u?.dataset.undo) { e.preventDefault(); void undo(u); }
    const s = t.closest<HTMLElement>('[data-say]');
    if (s) toast(s.dataset.say!, { undo: s.dataset.sayUndo });
  });
  // the server's own words: response header HX-Trigger: {"toast": {"text": "…", "undo": "/undo/9/"}}
  document.addEventListener('toast', (e) => {
    const d = (e as CustomEvent<{ text?: string; value?: string; undo?: string; error?: boolean }>).detail;
    toast(d.text ?? d.value ?? '', { undo: d.undo, error: d.error });
  });
  // htmx shows no refusal by itself
  document.addEventListener('htmx:response:error', (e) => {
    const ctx = (e as CustomEvent<{ ctx?: { text?: string; response?: { headers: Headers; status: number } } }>).detail.ctx;
    const plain = ctx?.response?.headers.get('content-type')?.startsWith('text/plain');
    if (plain && ctx?.text) toast(ctx.text, { error: true });
  });
  document.addEventListener('htmx:before:swap', (e) => {
    const ctx = (e as CustomEvent<{ ctx?: { response?: { headers: Headers; status: number } } }>).detail.ctx;
    if ((ctx?.response?.status ?? 0) >= 400 && ctx?.response?.headers.get('content-type')?.startsWith('text/plain')) e.preventDefault();
  });
}
