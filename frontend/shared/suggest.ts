/* Proposals under a field of the filter language: the server knows what exists in the scope. Arrows choose, Tab or Enter takes, Esc closes;
   nothing happens while an input method composes. Places are counted in characters, as the server counts them. */
import { make } from './dom';
import { send } from './http';

interface Proposal { insert: string; hint: string }
let serial = 0;

/** `prefix` is put before the input's text when the server is asked (the builder's field). */
export function suggest(input: HTMLInputElement, address: string, prefix: () => string = () => ''): { isOpen: () => boolean } {
  const id = `td-say-${++serial}`;
  const list = make('div', { class: 'menu-l say', role: 'listbox', id, hidden: true, 'aria-label': input.getAttribute('aria-label') ?? '' });
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': id, autocomplete: 'off' })) input.setAttribute(name, value);
  let rows: Proposal[] = [], begin = 0, end = 0, at = -1, timer = 0, asked: AbortController | undefined;
  const chars = (text: string): string[] => Array.from(text);
  const isOpen = (): boolean => !list.hidden;
  const close = () => {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    list.remove();
    at = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const draw = () => {
    list.replaceChildren(...rows.map((p, n) => make('div', { class: 'pal-o', role: 'option', id: `${id}-${n}`, 'data-n': String(n), 'aria-selected': String(n === at), 'data-at': n === at }, make('code', {}, p.insert), make('span', { class: 'push sub cut' }, p.hint))));
    if (at >= 0) input.setAttribute('aria-activedescendant', `${id}-${at}`);
    list.querySelector('[data-at]')?.scrollIntoView({ block: 'nearest' });
  };
  const show = () => {
    if (!rows.length || document.activeElement !== input) { close(); return; }
    document.body.append(list);
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    draw();
    const r = input.getBoundingClientRect(), h = list.offsetHeight, below = r.bottom + 4 + h <= innerHeight || r.top < h;
    list.style.inset = `${below ? r.bottom + 4 : r.top - h - 4}px auto auto ${Math.max(8, Math.min(r.left, innerWidth - list.offsetWidth - 8))}px`;
  };
  const ask = async () => {
    asked?.abort();
    const mine = asked = new AbortController();
    const before = prefix(), caret = chars(before + input.value.slice(0, input.selectionStart ?? input.value.length)).length;
    const url = `${address}${address.includes('?') ? '&' : '?'}q=${encodeURIComponent(before + input.value)}&at=${caret}`;
    try {
      const answer = await send('GET', url, undefined, undefined, mine.signal);
      if (asked !== mine) return;
      const shift = chars(before).length;
      begin = Math.max(0, (answer.begin as number) - shift); end = (answer.end as number) - shift;
      const typed = chars(input.value).slice(begin, end).join('');
      rows = (answer.rows as Proposal[]).filter((p) => p.insert !== typed);
      at = -1;
      show();
    } catch { if (asked === mine) close(); }
  };
  const later = () => { clearTimeout(timer); timer = window.setTimeout(() => void ask(), 120); };
  const take = (n: number) => {
    const all = chars(input.value), insert = rows[n].insert;
    input.value = [...all.slice(0, begin), insert, ...all.slice(end)].join('');
    const caret = [...all.slice(0, begin), insert].join('').length;
    input.setSelectionRange(caret, caret);
    close();
    input.dispatchEvent(new Event('input', { bubbles: true }));
    if (!insert.endsWith(':')) close();
  };
  input.addEventListener('input', (e) => { if (!(e as InputEvent).isComposing) later(); });
  input.addEventListener('compositionend', later);
  input.addEventListener('blur', () => setTimeout(close, 100));
  input.addEventListener('keydown', (e) => {
    if (e.isComposing || e.keyCode === 229) return;
    const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
    if (!isOpen()) { if (step === 1) { e.preventDefault(); void ask(); } return; }
    if (step) at = at < 0 ? (step > 0 ? 0 : rows.length - 1) : (at + step + rows.length) % rows.length;
    else if (e.key === 'Tab' && !e.shiftKey) { take(Math.max(0, at)); }
    else if (e.key === 'Enter' && at >= 0) take(at);
    else if (e.key === 'Escape') close();
    else { if (e.key === 'Enter') close(); return; }
    if (isOpen()) draw();
    e.preventDefault();
    e.stopImmediatePropagation();
  });
  list.addEventListener('pointerdown', (e) => { e.preventDefault(); const o = (e.target as HTMLElement).closest<HTMLElement>('[data-n]'); if (o) take(Number(o.dataset.n)); });
  return { isOpen };
}

/** The builder: each value proposes what its field knows; another row is a copy of the last, emptied. */
export function startBuilder(): void {
  document.addEventListener('focusin', (e) => {
    const input = e.target as HTMLInputElement, form = input.closest<HTMLFormElement>('form[data-suggest]');
    if (!form || !input.matches('[data-suggest-of]') || input.dataset.ready) return;
    input.dataset.ready = '1';
    const field = input.closest('.q-row')?.querySelector<HTMLSelectElement>(`[name=${input.dataset.suggestOf}]`);
    suggest(input, form.dataset.suggest!, () => (field?.value ? `${field.value}:` : '" '));
  });
  document.addEventListener('click', (e) => {
    const more = (e.target as HTMLElement).closest('[data-q-row]'), rows = more?.closest('form')?.querySelectorAll<HTMLElement>('.q-row');
    if (!rows?.length) return;
    const last = rows[rows.length - 1], copy = last.cloneNode(true) as HTMLElement;
    copy.querySelectorAll<HTMLInputElement>('input').forEach((i) => { i.value = ''; delete i.dataset.ready; i.removeAttribute('role'); });
    last.after(copy);
    copy.querySelector('select')?.focus();
  });
}
