/* Menus are <details data-menu>: script adds arrows, Esc, closing outside, and keeps them on the screen. */
const items = (m: HTMLElement): HTMLElement[] => [...m.querySelectorAll<HTMLElement>('.menu-l :is(a,button):not([disabled]):not([hidden])')];
const open = (): HTMLDetailsElement | null => document.querySelector<HTMLDetailsElement>('details[data-menu][open]');

function close(m: HTMLDetailsElement, focus = false): void { m.open = false; if (focus) m.querySelector('summary')?.focus(); }

export function startMenus(): void {
  document.addEventListener('toggle', (e) => {
    const m = e.target as HTMLDetailsElement;
    if (!(m instanceof HTMLDetailsElement) || !m.matches('[data-menu]') || !m.open) return;
    document.querySelectorAll<HTMLDetailsElement>('details[data-menu][open]').forEach((o) => { if (o !== m) o.open = false; });
    const list = m.querySelector<HTMLElement>('.menu-l')!;
    list.style.translate = '';
    const box = list.getBoundingClientRect();
    const shift = box.right > innerWidth - 8 ? innerWidth - 8 - box.right : box.left < 8 ? 8 - box.left : 0;
    if (shift) list.style.translate = `${shift}px 0`;
  }, true);
  document.addEventListener('click', (e) => {
    const m = open();
    if (m && !m.contains(e.target as Node)) close(m);
    else if (m && (e.target as HTMLElement).closest('.menu-l :is(a,button[type=button])')) close(m);
  });
  document.addEventListener('keydown', (e) => {
    const m = open();
    if (!m || e.isComposing) return;
    if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); close(m, true); return; }
    if (!m.contains(document.activeElement) || document.activeElement?.matches('input,select,textarea')) return;
    const all = items(m), at = all.indexOf(document.activeElement as HTMLElement);
    const to = e.key === 'ArrowDown' ? (at + 1) % all.length : e.key === 'ArrowUp' ? (at - 1 + all.length) % all.length : e.key === 'Home' ? 0 : e.key === 'End' ? all.length - 1 : -1;
    if (to >= 0 && all[to]) { e.preventDefault(); e.stopPropagation(); all[to].focus(); }
  }, true);
}
