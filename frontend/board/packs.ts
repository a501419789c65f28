/* The cards of a cell. On a board of many cards they stand in packs: what is out of sight is neither laid out nor painted, pack by
   pack, for the browser looks at each such box in every frame, and at thousands of them longer than a frame may take.
   `drawn` brings a cell to what the server says of it and touches only the cards that changed. */
import { make } from '../shared/dom';

export const MANY = 150; // cards on a board without packs; and in a column whose cards make room one by one while another is dragged over them
const SIZE = 30;

export const cardsOf = (cell: Element): HTMLElement[] => [...cell.querySelectorAll<HTMLElement>('[data-card]')];
export const cellOf = (card: Element): HTMLElement => card.closest<HTMLElement>('[data-state]')!;
export const packsOf = (cell: Element): HTMLElement[] => [...cell.querySelectorAll<HTMLElement>(':scope>.pack')];

/** A card before another one, wherever that stands, or behind the last one of the cell. */
export function put(card: Element, cell: Element, before: Element | null): void {
  if (before) { before.before(card); return; }
  const last = cardsOf(cell).at(-1);
  if (last === card) return;
  if (last) last.after(card); else cell.prepend(card);
}

/** Loose cards come into packs; packs that have grown too large are cut, empty ones go. */
export function pack(board: Element, cells: Element[]): void {
  if (board.querySelectorAll('[data-card]').length <= MANY && !board.querySelector('.pack')) return;
  for (const cell of cells) {
    for (const box of packsOf(cell)) {
      if (!box.childElementCount) box.remove();
      else if (box.childElementCount > 2 * SIZE) fill([...box.children].slice(SIZE), box);
    }
    const loose = [...cell.querySelectorAll<HTMLElement>(':scope>[data-card]')], last = packsOf(cell).at(-1);
    if (!loose.length) continue;
    if (last && last.childElementCount + loose.length <= SIZE) last.append(...loose);
    else fill(loose, last);
  }
}
function fill(cards: Element[], behind?: Element): void {
  for (let n = 0; n < cards.length; n += SIZE) {
    const part = cards.slice(n, n + SIZE), box = make('div', { class: 'pack' });
    box.style.setProperty('--n', String(part.length));
    if (behind) behind.after(box); else part[0].before(box);
    box.append(...part);
    behind = box;
  }
}

/** Whether both have the same columns and lanes in the same order. */
export function alike(old: Element, fresh: Element): boolean {
  const shape = (root: Element): string => [...root.children].map((c) => `${(c as HTMLElement).dataset.state ?? c.tagName}|${(c as HTMLElement).dataset.lane ?? ''}`).join();
  return shape(old) === shape(fresh);
}

/** The grid becomes what the fresh one says: of two that are alike, what has not changed is left alone. `face` is the element of a card. */
export function drawn(old: Element, fresh: Element, face: (card: HTMLElement) => HTMLElement): void {
  const there = [...old.children];
  ([...fresh.children] as HTMLElement[]).forEach((next, n) => {
    const now = there[n];
    if (next.dataset.state !== undefined) { lay(now, next, cardsOf(next).map(face)); named(now, next); }
    else if (!now.isEqualNode(next)) now.replaceWith(next);
  });
}
function lay(cell: Element, fresh: Element, cards: HTMLElement[]): void {
  const own = new Set(cards), placed = new Set<Element>();
  for (const c of cardsOf(cell)) if (!own.has(c)) c.remove();
  const now = cardsOf(cell);
  let at = 0, last: HTMLElement | null = null;
  for (const card of cards) {
    while (placed.has(now[at])) at += 1;
    if (now[at] !== card && now[at + 1] === card) now[at++].remove(); // it comes again further down
    if (now[at] === card) at += 1;
    else if (last) last.after(card);
    else if (now[at]) now[at].before(card);
    else cell.prepend(card);
    placed.add(card);
    last = card;
  }
  beside(cell, fresh);
}
/** What a cell says of itself: its name, whether work waits there. What the browser's script says of it stays. */
const OURS = ['cur', 'shut'];
function named(cell: Element, fresh: Element): void {
  const own = OURS.filter((c) => cell.classList.contains(c));
  for (const { name } of [...cell.attributes]) if (!fresh.hasAttribute(name) && name !== 'hidden') cell.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (name !== 'class' && cell.getAttribute(name) !== value) cell.setAttribute(name, value);
  const look = [...fresh.classList, ...own].join(' ');
  if (cell.className !== look) cell.className = look;
}
/** What stands in a cell above and below its cards: a limit, the way to add one, the way to more. */
function beside(cell: Element, fresh: Element): void {
  const rest = (root: Element): Element[] => [...root.children].filter((c) => !c.matches('.pack,[data-card]'));
  const old = rest(cell), news = rest(fresh);
  if (old.length === news.length && old.every((c, n) => c.isEqualNode(news[n]))) return;
  old.forEach((c) => c.remove());
  cell.prepend(...news.filter((c) => c.matches('.cell-l,.none')));
  cell.append(...news.filter((c) => !c.matches('.cell-l,.none')));
}
