/* <tandem-calendar data-patch>: items of a server-rendered month or week are put on another day, by pointer, touch or keys.
   A move is sent as PATCH {due, from, version}; a refusal puts the item back and says why. */
import Sortable from 'sortablejs';
import { make, shortcutsOn, typing } from '../shared/dom';
import { send } from '../shared/http';
import { complain, toast } from '../shared/toast';

const dayOf = (list: HTMLElement | null): string => list?.dataset.day ?? '';

/** The day so many days later; days are counted in UTC, where none is longer than another. */
export function later(day: string, days: number): string {
  const t = new Date(`${day}T00:00:00Z`);
  t.setUTCDate(t.getUTCDate() + days);
  return t.toISOString().slice(0, 10);
}

class TandemCalendar extends HTMLElement {
  private sorts: Sortable[] = [];

  connectedCallback(): void {
    this.sorts = [...this.querySelectorAll<HTMLElement>('.cal-l')].map((list) => Sortable.create(list, {
      group: 'calendar', draggable: '[data-card]', sort: false, animation: 120, forceFallback: true, fallbackTolerance: 4, delay: 200, delayOnTouchOnly: true, ghostClass: 'ghost', dragClass: 'drag',
      onEnd: (e) => {
        const stop = (ev: Event) => { ev.preventDefault(); ev.stopPropagation(); };
        e.item.addEventListener('click', stop, { capture: true, once: true });
        setTimeout(() => e.item.removeEventListener('click', stop, true), 50);
        if (e.from !== e.to) void this.save(e.item, dayOf(e.from), dayOf(e.to), () => e.from.append(e.item));
      },
    }));
    this.addEventListener('keydown', this.key);
  }
  disconnectedCallback(): void { this.sorts.forEach((s) => s.destroy()); this.sorts = []; this.removeEventListener('keydown', this.key); }

  private key = (e: KeyboardEvent): void => {
    const card = (e.target as HTMLElement).closest<HTMLElement>('[data-card]'), list = card?.closest<HTMLElement>('.cal-l');
    if (!card || !list || typing(e)) return;
    const step = e.altKey ? { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[e.key] : undefined;
    if (step) { e.preventDefault(); this.put(card, dayOf(list), later(dayOf(list), step)); }
    else if (e.key.toLowerCase() === 'd' && !e.ctrlKey && !e.metaKey && !e.altKey && shortcutsOn()) { e.preventDefault(); e.stopPropagation(); this.ask(card, dayOf(list)); }
  };

  /** A field in place of the item: Enter or leaving it takes the date, Esc does not. */
  private ask(card: HTMLElement, from: string): void {
    const input = make('input', { type: 'date', class: 'in-td cell-in', value: from });
    let over = false;
    const end = (take: boolean) => {
      if (over) return;
      over = true;
      const day = input.value;
      input.remove();
      card.querySelector<HTMLElement>('a')?.focus();
      if (take && day && day !== from) this.put(card, from, day);
    };
    input.addEventListener('keydown', (e) => { e.stopPropagation(); if (e.key === 'Enter') end(true); if (e.key === 'Escape') { e.preventDefault(); end(false); } });
    input.addEventListener('blur', () => end(true));
    card.append(input);
    input.focus();
  }

  private put(card: HTMLElement, from: string, to: string): void {
    const home = card.parentElement!, list = this.querySelector<HTMLElement>(`.cal-l[data-day="${CSS.escape(to)}"]`);
    const back = () => home.append(card);
    if (list) { list.append(card); card.querySelector<HTMLElement>('a')?.focus(); } else card.hidden = true;
    void this.save(card, from, to, () => { card.hidden = false; back(); });
  }

  private async save(card: HTMLElement, from: string, to: string, back: () => void): Promise<void> {
    try {
      const answer = await send('PATCH', this.dataset.patch!.replace('{id}', card.dataset.card!), { due: to, from, version: Number(card.dataset.version) });
      card.dataset.version = String(answer.version);
      toast(String(answer.message), { undo: String(answer.undo) });
      dispatchEvent(new CustomEvent('td:refetch'));
    } catch (e) { back(); complain(e); }
  }
}

customElements.define('tandem-calendar', TandemCalendar);
