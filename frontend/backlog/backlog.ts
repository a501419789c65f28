/* <tandem-backlog id data-refetch data-live patch>: sections of rows, ranked by mouse, touch, keyboard and menu. A move is shown at once
   and sent as PATCH patch.replace('{id}', id) {section, after, version, from}; a refusal puts the row back and says why. The page's own
   refetching brings the server's picture; while a row is dragged or sent it waits (data-held). */
import Sortable from 'sortablejs';
import { moveMenu } from '../board/menu';
import { icon, make } from '../shared/dom';
import { post } from '../shared/forms';
import { csrf, send } from '../shared/http';
import { complain, toast } from '../shared/toast';
import { understood } from '../shared/understood';
import { say } from '../shared/words';

type Place = { list: HTMLElement; before: Element | null };

export class TandemBacklog extends HTMLElement {
  private sorts: Sortable[] = [];
  private live = make('div', { class: 'sr', role: 'status', 'aria-live': 'polite' });
  private from?: Place;
  private busy = 0;

  connectedCallback(): void {
    this.classList.add('ready');
    this.after(this.live);
    this.addEventListener('keydown', this.key);
    this.addEventListener('click', this.press);
    // a long press picks the row up; the link's own menu would end the touch
    this.addEventListener('contextmenu', (e) => { if ((e as PointerEvent).pointerType === 'touch' && (e.target as HTMLElement).closest('[data-item]')) e.preventDefault(); });
    document.addEventListener('td:fresh', this.fresh);
    this.equip();
  }
  disconnectedCallback(): void {
    document.removeEventListener('td:fresh', this.fresh);
    this.removeEventListener('keydown', this.key);
    this.removeEventListener('click', this.press);
    this.live.remove();
    this.sorts.forEach((s) => s.destroy());
  }
  private fresh = (e: Event): void => { if ((e as CustomEvent<{ region: Element }>).detail.region === this) this.equip(); };

  private lists(): HTMLElement[] { return [...this.querySelectorAll<HTMLElement>('[data-rows-of]')]; }
  private rows(list: Element): HTMLElement[] { return [...list.querySelectorAll<HTMLElement>(':scope > [data-item]')]; }
  private name(row: HTMLElement): string { return row.querySelector('.ti')?.textContent?.trim() ?? ''; }
  private heading(list: HTMLElement): string { return list.closest('[data-section]')?.querySelector('[data-section-name]')?.textContent?.trim() ?? ''; }
  private hold(is: boolean): void { this.toggleAttribute('data-held', is || this.busy > 0); }

  private equip(): void {
    this.sorts.forEach((s) => s.destroy());
    this.sorts = [];
    if (!this.hasAttribute('patch')) return;
    this.sorts = this.lists().map((list) => Sortable.create(list, {
      group: 'backlog', draggable: '[data-item]', filter: '.mv-b,[data-edit]', preventOnFilter: false, animation: 120, forceFallback: true, fallbackTolerance: 4,
      delay: 200, delayOnTouchOnly: true, touchStartThreshold: 5, ghostClass: 'ghost', dragClass: 'drag', scrollSensitivity: 80, emptyInsertThreshold: 16,
      onStart: (e) => { this.hold(true); this.from = { list: e.from, before: e.item.nextElementSibling }; },
      onEnd: (e) => {
        this.hold(false);
        const stop = (ev: Event) => { ev.preventDefault(); ev.stopPropagation(); };  // the click that ends a drag must not open the row
        e.item.addEventListener('click', stop, { capture: true, once: true });
        setTimeout(() => e.item.removeEventListener('click', stop, true), 50);
        if (this.from && (e.from !== e.to || e.oldDraggableIndex !== e.newDraggableIndex)) void this.save(e.item, e.to, this.from);
        else dispatchEvent(new CustomEvent('td:refetch'));  // what has come in the meantime
      },
    }));
    this.querySelectorAll<HTMLElement>('[data-item]').forEach((row) => {
      if (!row.querySelector('.mv-b')) row.append(make('button', { type: 'button', class: 'mv-b', 'aria-label': `${say('board_menu')} ${this.name(row)}`, 'aria-haspopup': 'menu', 'aria-expanded': 'false' }, icon('dots-vertical')));
    });
  }

  private place(row: HTMLElement, list: HTMLElement, before: Element | null): void {
    const from: Place = { list: row.parentElement!, before: row.nextElementSibling };
    list.insertBefore(row, before);
    row.querySelector<HTMLElement>('.ti')?.focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
    void this.save(row, list, from);
  }
  private async save(row: HTMLElement, list: HTMLElement, from: Place): Promise<void> {
    const id = row.dataset.item!, all = this.rows(list), at = all.indexOf(row), version = Number(row.dataset.version), card = this.name(row);
    const data = { section: list.dataset.rowsOf ?? '', after: all[at - 1]?.dataset.item ?? null, version, from: from.list.dataset.rowsOf ?? '' };
    // on a later page of the backlog the top of the page is not the top of all
    this.live.textContent = say('board_place', { card, column: this.heading(list), at: at + 1, of: all.length });
    this.busy += 1;
    this.hold(true);
    row.classList.add('wait');
    try {
      const answer = await send('PATCH', (this.getAttribute('patch') ?? '').replace('{id}', encodeURIComponent(id)), data, version);
      row.dataset.version = String(answer.version ?? version + 1);
      const said = say('board_moved', { card, column: this.heading(list) });
      this.live.textContent = said;
      if (typeof answer.undo === 'string' && from.list !== list) toast(said, { undo: answer.undo });
    } catch (e) {
      from.list.insertBefore(row, from.before?.parentElement === from.list ? from.before : null);
      const text = say('board_refused', { card, why: (e as Error).message });
      this.live.textContent = text;
      toast(text, { error: true });
    } finally {
      this.busy -= 1;
      row.classList.remove('wait');
      this.hold(false);
      if (!this.busy) dispatchEvent(new CustomEvent('td:refetch'));
    }
  }

  private key = (e: KeyboardEvent): void => {
    const row = (e.target as HTMLElement).closest<HTMLElement>('[data-item]');
    if (!row || e.isComposing || e.ctrlKey || e.metaKey || !/^Arrow(Up|Down)$/.test(e.key) || (e.target as HTMLElement).matches('input,select,textarea')) return;
    const list = row.parentElement!, up = e.key === 'ArrowUp', near = (up ? row.previousElementSibling : row.nextElementSibling) as HTMLElement | null;
    const lists = this.lists(), next = lists[lists.indexOf(list) + (up ? -1 : 1)];
    e.preventDefault();
    e.stopPropagation();
    if (!e.altKey) {
      const to = near?.matches('[data-item]') ? near : next && (up ? this.rows(next).at(-1) : this.rows(next)[0]);
      to?.querySelector<HTMLElement>('.ti')?.focus();
    } else if (this.hasAttribute('patch')) {
      if (near?.matches('[data-item]')) this.place(row, list, up ? near : near.nextElementSibling);
      else if (next) this.place(row, next, up ? null : this.rows(next)[0] ?? null);
    }
  };
  private press = (e: MouseEvent): void => {
    const t = e.target as HTMLElement, add = t.closest<HTMLAnchorElement>('[data-add]');
    if (add && !e.ctrlKey && !e.metaKey) { e.preventDefault(); this.quick(add); return; }
    const b = t.closest<HTMLElement>('.mv-b'), row = b?.closest<HTMLElement>('[data-item]');
    if (!b || !row) return;
    const list = row.parentElement!;
    moveMenu(b, [
      ...this.lists().filter((l) => l !== list).map((l) => ({ label: this.heading(l), run: () => this.place(row, l, l.dataset.rowsOf ? null : this.rows(l)[0] ?? null) })),
      { label: say('board_top'), rule: true, run: () => this.place(row, list, this.rows(list)[0] === row ? row.nextElementSibling : this.rows(list)[0]) },
      { label: say('board_bottom'), run: () => this.place(row, list, null) },
      { label: say('backlog_below'), rule: true, run: () => this.quick(this.querySelector<HTMLAnchorElement>(`[data-add][data-of="${list.dataset.rowsOf}"]`)!, row) },
    ]);
  };

  /** A line to type in, at the end of the section or below a row; Enter adds and waits for the next one, Esc ends. */
  private quick(link: HTMLAnchorElement, below?: HTMLElement): void {
    const input = make('input', { class: 'in-td cell-in', type: 'text', maxlength: '1000', placeholder: say('quick_title'), 'aria-label': say('quick_title'), autocomplete: 'off' });
    const box = make('form', { class: 'quick-f' }, input, understood(input, link.dataset.line ?? ''));
    let over = false, after = below?.dataset.item ?? '', sent: Promise<unknown> = Promise.resolve();
    const end = () => { if (over) return; over = true; box.remove(); link.hidden = false; void sent.then(() => dispatchEvent(new CustomEvent('td:refetch'))); };
    box.addEventListener('submit', (e) => {
      e.preventDefault();
      const title = input.value.trim();
      if (!title) { end(); link.focus(); return; }
      input.value = '';
      input.dispatchEvent(new Event('td:line'));
      const name = make('span', { class: 'ti' }, title), ghost = make('article', { class: 'brow wait' }, name);
      box.before(ghost);
      // one after the other, so that each stands below the one before
      sent = sent.then(() => {
        const body = new FormData();
        for (const [name, value] of Object.entries({ csrfmiddlewaretoken: csrf(), section: link.dataset.of ?? '', after, title })) body.set(name, value);
        return post(link.dataset.add!, body);
      }).then((a) => { after = String(a.id); name.textContent = String(a.title ?? title); ghost.prepend(make('span', { class: 'sub num ky' }, String(a.key ?? ''))); ghost.classList.remove('wait'); }, (err: unknown) => { ghost.remove(); input.value = title; complain(err); });
    });
    input.addEventListener('keydown', (e) => { if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); end(); link.focus(); } });
    input.addEventListener('blur', () => setTimeout(() => { if (!input.value.trim()) end(); }, 120));
    const list = link.closest('[data-section]')!.querySelector<HTMLElement>('[data-rows-of]')!;
    if (below) below.after(box); else if (link.dataset.of) list.append(box); else list.prepend(box);
    link.hidden = !below;
    input.focus();
  }
}
if (!customElements.get('tandem-backlog')) customElements.define('tandem-backlog', TandemBacklog);
