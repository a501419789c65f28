/* Command palette: recent first, then this page's actions, then what the server finds. GET data-palette?q=… → {groups: [{title, items:
   [{label, hint, url, icon, key}]}]}. Prefixes (> commands, @ people, # items, / pages) are the server's; actions of the page are ours. */
import { icon, make } from '../shared/dom';
import { send } from '../shared/http';
import { locale, say } from '../shared/words';

interface Item { label: string; hint?: string; url?: string; icon?: string; key?: string; run?: () => void; peek?: boolean }
interface Group { title: string; items: Item[] }
const RECENT = 'tandem.recent', KEPT = 6;

const recent = (): Item[] => { try { return JSON.parse(localStorage.getItem(RECENT) || '[]') as Item[]; } catch { return []; } };
function remember(i: Item): void {
  if (!i.url) return;
  const list = [{ label: i.label, hint: i.hint, url: i.url, icon: i.icon }, ...recent().filter((r) => r.url !== i.url)].slice(0, KEPT);
  try { localStorage.setItem(RECENT, JSON.stringify(list)); } catch { /* private window: nothing is remembered */ }
}

/** Every action of the page with a shortcut, or marked data-command, is a command as well. */
function pageActions(q: string): Item[] {
  const out: Item[] = [], seen = new Set<string>(), fold = (s: string) => s.toLocaleLowerCase(locale());
  document.querySelectorAll<HTMLElement>('#main [data-hotkey],#main [data-command],.nav-l [data-hotkey],.topbar [data-command]').forEach((el) => {
    if (el.matches('input,textarea,select')) return;
    const copy = el.cloneNode(true) as HTMLElement;
    copy.querySelectorAll('kbd,.ct').forEach((k) => k.remove());
    const text = (el.dataset.command || el.getAttribute('aria-label') || copy.textContent || '').trim();
    if (!text || seen.has(text) || !fold(text).includes(fold(q))) return;
    seen.add(text);
    out.push({ label: text, key: el.dataset.hotkey?.split(',')[0], icon: 'bolt', run: () => el.click() });
  });
  return out.slice(0, 8);
}

class Palette {
  private box = make('dialog', { class: 'pop', 'aria-label': say('palette') });
  private input = make('input', { class: 'pal-in', type: 'text', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'td-pal', 'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false', placeholder: say('palette'), 'aria-label': say('palette') });
  private list = make('div', { class: 'pal-list', id: 'td-pal', role: 'listbox', 'aria-label': say('palette') });
  private status = make('span', { class: 'sr', role: 'status', 'aria-live': 'polite' });
  private shown: Item[] = [];
  private at = 0;
  private timer = 0;
  private ask?: AbortController;

  constructor(private url: string) {
    this.box.append(this.input, this.list, make('div', { class: 'pal-f' }, make('span', {}, say('palette_hint')), make('span', { class: 'push' }, make('kbd', {}, '↑'), ' ', make('kbd', {}, '↓'), ` ${say('choose')} · `, make('kbd', {}, '↵'), ` ${say('open')}`)), this.status);
    this.input.addEventListener('input', (e) => { if (!(e as InputEvent).isComposing) this.look(); });
    this.input.addEventListener('compositionend', () => this.look());
    this.box.addEventListener('keydown', (e) => this.key(e));
    this.box.addEventListener('click', (e) => {
      if (e.target === this.box) { this.box.close(); return; }
      const o = (e.target as HTMLElement).closest<HTMLElement>('[role=option]');
      if (o) this.choose(Number(o.dataset.n), e.ctrlKey || e.metaKey);
    });
    document.body.append(this.box);
  }
  open(text = ''): void {
    if (this.box.open) { this.box.close(); return; }
    this.input.value = text;
    this.box.showModal();
    this.input.focus();
    this.look();
  }
  private look(): void {
    const q = this.input.value.trim(), bare = q.replace(/^>\s*/, '');
    const local: Group[] = [];
    if (!q) local.push({ title: say('palette_recent'), items: recent() });
    if (!q || /^[^@#/]/.test(q)) local.push({ title: say('palette_page'), items: pageActions(bare) });
    this.draw(local, false);
    clearTimeout(this.timer);
    this.ask?.abort();
    this.timer = window.setTimeout(() => void this.search(q, local), q ? 120 : 0);
  }
  private async search(q: string, local: Group[]): Promise<void> {
    this.ask = new AbortController();
    try {
      const answer = await send('GET', `${this.url}?q=${encodeURIComponent(q)}`, undefined, undefined, this.ask.signal);
      const found = (Array.isArray(answer) ? answer : answer.groups ?? []) as Group[];
      this.draw([...local, ...found], true);
    } catch (e) { if ((e as Error).name !== 'AbortError') this.draw(local, true); }
  }
  private draw(groups: Group[], complete: boolean): void {
    this.shown = [];
    const out: Node[] = [];
    for (const g of groups.filter((x) => x.items.length)) {
      const box = make('div', { role: 'group', 'aria-label': g.title }, make('h3', { 'aria-hidden': 'true' }, g.title));
      for (const i of g.items) {
        const n = this.shown.push(i) - 1;
        const o = make('div', { class: 'pal-o', role: 'option', id: `td-pal-${n}`, 'data-n': String(n) });
        if (i.icon) o.append(icon(i.icon));
        o.append(make('span', { class: 'cut' }, i.label));
        if (i.hint) o.append(make('span', { class: 'sub cut' }, i.hint));
        if (i.key) o.append(make('kbd', {}, i.key.replace('Control', 'Ctrl').toUpperCase()));
        box.append(o);
      }
      out.push(box);
    }
    if (!this.shown.length && complete && this.input.value) out.push(make('p', { class: 'sub', role: 'presentation' }, say('palette_none', { q: this.input.value })));
    this.list.replaceChildren(...out);
    this.at = Math.min(this.at, Math.max(0, this.shown.length - 1));
    if (!complete) this.at = 0;
    this.point();
    if (complete) this.status.textContent = say('palette_results', { n: this.shown.length });
  }
  private point(): void {
    this.list.querySelectorAll('[role=option]').forEach((o, n) => o.setAttribute('aria-selected', String(n === this.at)));
    const o = document.getElementById(`td-pal-${this.at}`);
    if (o) { this.input.setAttribute('aria-activedescendant', o.id); o.scrollIntoView({ block: 'nearest' }); } else this.input.removeAttribute('aria-activedescendant');
  }
  private key(e: KeyboardEvent): void {
    if (e.isComposing) return;
    const n = this.shown.length;
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') { e.preventDefault(); if (n) { this.at = (this.at + (e.key === 'ArrowDown' ? 1 : n - 1)) % n; this.point(); } }
    else if (e.key === 'Enter') { e.preventDefault(); this.choose(this.at, e.ctrlKey || e.metaKey); }
    else if ((e.key === 'k' && (e.ctrlKey || e.metaKey))) { e.preventDefault(); this.box.close(); }
    e.stopPropagation();
  }
  private choose(n: number, apart: boolean): void {
    const i = this.shown[n];
    if (!i) return;
    this.box.close();
    if (i.run) { i.run(); return; }
    remember(i);
    if (i.url) { if (apart) window.open(i.url, '_blank', 'noopener'); else location.assign(i.url); }
  }
}

let palette: Palette | undefined;
export function openPalette(text = ''): void { palette ??= new Palette(document.body.dataset.palette || '/palette/'); palette.open(text); }
