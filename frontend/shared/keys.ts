/* Shortcuts: data-hotkey on any button or link ("c", "g p", "Control+k,Meta+k"). Off when the person says so (WCAG 2.1.4), silent while an
   input method composes. "?" lists what this page knows. */
import { install, uninstall } from '@github/hotkey';
import { make, shortcutsOn, typing } from './dom';
import { say } from './words';

const always = /(Control|Meta|Alt|Mod)\+/;
const done = new WeakSet<HTMLElement>();

function scan(root: ParentNode): void {
  root.querySelectorAll<HTMLElement>('[data-hotkey]').forEach((el) => {
    if (done.has(el) || (!shortcutsOn() && !always.test(el.dataset.hotkey!))) return;
    done.add(el);
    install(el);
  });
}

function label(el: HTMLElement): string {
  const copy = el.cloneNode(true) as HTMLElement;
  copy.querySelectorAll('kbd,.ct,[aria-hidden]').forEach((k) => k.remove());
  return el.getAttribute('aria-label') ?? (copy.textContent?.trim() || el.title);
}

const cap = (hotkey: string): string[] => hotkey.split(',')[0].replace('Control', 'Ctrl').split(/[ +]/).map((k) => (k.length === 1 ? k.toUpperCase() : k));

export function showKeys(): void {
  const rows: [string[], string][] = [[['J', 'K'], say('keys_rows')], [['X'], say('keys_select')], [['E'], say('keys_edit')], ...(document.querySelector('[data-row] [data-edit]') ? [[['S'], say('keys_state')], [['A'], say('keys_assignees')], [['P'], say('keys_priority')], [['D'], say('keys_due')]] as [string[], string][] : []),
    ...(document.querySelector('tandem-board') ? [[['←', '→', '↑', '↓'], say('keys_board')], [['Alt', '←', '→', '↑', '↓'], say('keys_board_move')]] as [string[], string][] : []), [['O'], say('keys_open')], [['U'], say('undo')], [['Shift', 'U'], say('redo')], [['?'], say('keys_help')], [['Esc'], say('keys_close')]];
  const seen = new Set<string>();
  document.querySelectorAll<HTMLElement>('[data-hotkey]').forEach((el) => {
    const k = el.dataset.hotkey!, text = label(el);
    if (!text || seen.has(k)) return;
    seen.add(k);
    rows.push([cap(k), text]);
  });
  const list = make('div', { class: 'keys', tabindex: '0' });
  for (const [caps, text] of rows) list.append(make('div', {}, make('span', {}, text), make('span', { class: 'nw' }, ...caps.flatMap((c) => [make('kbd', {}, c), ' ']))));
  const box = make('dialog', { class: 'pop', 'aria-label': say('keys') },
    make('div', { class: 'peek-h flow-x' }, make('h2', { class: 'h-page' }, say('keys'))), list, make('div', { class: 'pal-f' }, say('keys_off')));
  box.querySelector<HTMLElement>('.peek-h')!.style.padding = '12px 16px 4px';
  box.addEventListener('close', () => box.remove());
  box.addEventListener('click', (e) => { if (e.target === box) box.close(); });
  document.body.append(box);
  box.showModal();
}

export function startKeys(): void {
  // hotkey listens on document: stop what belongs to an input method before it gets there
  addEventListener('keydown', (e) => { if (e.isComposing || e.keyCode === 229) e.stopImmediatePropagation(); }, true);
  document.addEventListener('keydown', (e) => {
    if (e.key === '?' && shortcutsOn() && !typing(e) && !document.querySelector('dialog[open]')) { e.preventDefault(); showKeys(); }
  });
  document.addEventListener('click', (e) => { if ((e.target as HTMLElement).closest('[data-keys]')) showKeys(); });
  scan(document);
  new MutationObserver((records) => {
    for (const r of records) {
      r.addedNodes.forEach((n) => { if (n instanceof HTMLElement && n.parentNode) scan(n.parentNode); });
      r.removedNodes.forEach((n) => { if (n instanceof HTMLElement && !n.isConnected) [n, ...n.querySelectorAll<HTMLElement>('[data-hotkey]')].forEach((el) => { if (done.delete(el)) uninstall(el); }); });
    }
  }).observe(document.body, { childList: true, subtree: true });
}
