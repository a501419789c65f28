/* "Move to…": a menu beside the button; arrows, letters, Esc. */
import { make } from '../shared/dom';
import { say } from '../shared/words';

export interface Entry { label: string; run: () => void; rule?: boolean }

export function moveMenu(button: HTMLElement, entries: Entry[]): void {
  document.querySelector('.mv-menu')?.remove();
  const at = button.getBoundingClientRect(), list = make('div', { class: 'menu-l mv-menu', role: 'menu', 'aria-label': say('board_menu') });
  for (const e of entries) {
    if (e.rule) list.append(make('hr', { role: 'separator' }));
    const b = make('button', { type: 'button', role: 'menuitem', tabindex: '-1' }, e.label);
    b.addEventListener('click', () => { close(); e.run(); });
    list.append(b);
  }
  const outside = (e: Event) => { if (!list.contains(e.target as Node)) close(); };
  const moved = () => { const now = button.getBoundingClientRect(); if (Math.hypot(now.top - at.top, now.left - at.left) > 4) close(); }; // not for what scrolls elsewhere
  function close(focus = false): void {
    list.remove();
    button.setAttribute('aria-expanded', 'false');
    removeEventListener('pointerdown', outside, true);
    removeEventListener('scroll', moved, true);
    if (focus) button.focus();
  }
  list.addEventListener('keydown', (e) => {
    const all = [...list.querySelectorAll('button')], at = all.indexOf(document.activeElement as HTMLButtonElement);
    let to = -1;
    if (e.key === 'Escape' || e.key === 'Tab') close(true);
    else if (e.key === 'ArrowDown') to = (at + 1) % all.length;
    else if (e.key === 'ArrowUp') to = (at - 1 + all.length) % all.length;
    else if (e.key === 'Home') to = 0;
    else if (e.key === 'End') to = all.length - 1;
    else if (e.key.length === 1) to = all.findIndex((b, n) => n > at && b.textContent!.toLocaleLowerCase().startsWith(e.key.toLocaleLowerCase()));
    else return;
    if (e.key !== 'Enter' && e.key !== ' ') { e.preventDefault(); e.stopPropagation(); }
    all[to]?.focus();
  });
  document.body.append(list);
  const box = list.getBoundingClientRect();
  list.style.top = `${Math.max(8, Math.min(at.bottom + 2, innerHeight - box.height - 8))}px`;
  list.style.left = `${Math.max(8, Math.min(at.right - box.width, innerWidth - box.width - 8))}px`;
  button.setAttribute('aria-expanded', 'true');
  list.querySelector('button')?.focus();
  setTimeout(() => { addEventListener('pointerdown', outside, true); addEventListener('scroll', moved, true); });
}
