/* <tandem-board src patch data-live>: makes a server-rendered board movable by mouse, touch, keyboard and menu.
   A move is shown at once and sent as PATCH patch.replace('{id}', id) {state, lane?, after, version}; a refusal puts the card back and says why.
   A limit that stops asks for a reason first. Long columns bring their next cards as they are scrolled to. */
import Sortable from 'sortablejs';
import { ask, choose, reasonFor } from '../shared/ask';
import { htmx, icon, make } from '../shared/dom';
import { post } from '../shared/forms';
import { csrf, fragment, Refusal, send } from '../shared/http';
import { openPeek } from '../shared/peek';
import { complain, toast } from '../shared/toast';
import { say } from '../shared/words';
import { moveMenu } from './menu';
import { alike, cardsOf, cellOf, drawn, MANY, pack, packsOf, put } from './packs';
import { quickAdd } from './quick';

type Place = { cell: HTMLElement; within: Element; before: Element | null; at: number };

function asked(src: string, values: Record<string, string>): string {
  const at = new URL(src, location.href);
  for (const [name, value] of Object.entries(values)) at.searchParams.set(name, value);
  return at.pathname + at.search;
}

export class TandemBoard extends HTMLElement {
  private sorts = new Map<Element, Sortable>();
  private live = make('div', { class: 'sr', role: 'status', 'aria-live': 'polite' });
  private tabs = make('div', { class: 'bd-tabs', role: 'group' });
  private busy = 0;
  private held = false;
  private told = new Map<string, string>();      // what the server last said of each card: an unchanged card keeps its element
  private dragging = false;
  private wanted = false;
  private timer = 0;
  private fetches = 0;
  private picture = '';                          // the name of the picture that is drawn: of the next one only what is new in it comes
  private state = '';

  connectedCallback(): void {
    if (this.tabs.isConnected) { for (const name of ['pointerup', 'pointercancel']) addEventListener(name, this.letGo, true); this.equip(); return; }
    this.classList.add('ready');
    this.tabs.setAttribute('aria-label', this.getAttribute('aria-label') ?? '');
    this.prepend(this.tabs);
    this.append(this.live, make('p', { class: 'sr', id: 'td-board-keys' }, say('board_keys')));
    this.addEventListener('keydown', (e) => this.key(e));
    this.addEventListener('click', (e) => this.press(e));
    this.addEventListener('td:live', () => this.refresh(20));
    this.addEventListener('pointerdown', (e) => { this.held = !!(e.target as HTMLElement).closest('[data-card]'); });
    // before anybody else: Sortable keeps the end of a drag to itself
    for (const name of ['pointerup', 'pointercancel']) addEventListener(name, this.letGo, true);
    this.querySelectorAll<HTMLElement>('[data-card]').forEach((c) => this.told.set(c.dataset.card!, c.outerHTML));
    // a long press picks the card up; the link's own menu would end the touch
    this.addEventListener('contextmenu', (e) => { if ((e as PointerEvent).pointerType === 'touch' && (e.target as HTMLElement).closest('[data-card]')) e.preventDefault(); });
    this.equip();
    this.recount();
  }
  private letGo = (): void => { this.held = false; if (this.wanted && !this.dragging) this.refresh(); };
  disconnectedCallback(): void {
    for (const name of ['pointerup', 'pointercancel']) removeEventListener(name, this.letGo, true);
    this.sorts.forEach((s) => s.destroy()); this.sorts.clear(); clearTimeout(this.timer);
  }

  // ── what is on the board ──
  private cells(): HTMLElement[] { return [...this.querySelectorAll<HTMLElement>('[data-state]')]; }
  private cards(cell: Element): HTMLElement[] { return cardsOf(cell); }
  private heading(state: string): string { return this.querySelector(`[data-head="${CSS.escape(state)}"] h2`)?.textContent?.trim() ?? state; }
  private name(card: HTMLElement): string { return card.querySelector('.ti')?.textContent?.trim() ?? card.dataset.card!; }

  private equip(): void {
    this.keepingFocus(() => pack(this, this.cells()));
    this.fold();
    this.drawTabs();
    this.watchEnds();
    if (!this.mayMove()) return;
    const lists = new Set<HTMLElement>(this.cells().flatMap((cell) => [cell, ...packsOf(cell)]));
    this.sorts.forEach((sort, list) => { if (!lists.has(list as HTMLElement)) { sort.destroy(); this.sorts.delete(list); } });
    lists.forEach((list) => { if (!this.sorts.has(list)) this.sorts.set(list, this.sortable(list)); });
    for (const cell of this.cells()) this.dress(this.cards(cell));
  }
  /** A cell, or a pack of its cards: below its packs a cell takes what is let go there itself. */
  private sortable(list: HTMLElement): Sortable {
    const below = (to: Sortable, _from: Sortable, _card: HTMLElement, e: unknown): boolean => {
      const last = packsOf(to.el).at(-1);
      return !last || (e as MouseEvent).clientY >= last.getBoundingClientRect().bottom;
    };
    return Sortable.create(list, {
      group: list.matches('.pack') ? 'board' : { name: 'board', pull: true, put: below as never }, draggable: '[data-card]', filter: '.mv-b', preventOnFilter: false, animation: list.childElementCount > MANY ? 0 : 120,
      forceFallback: true, fallbackTolerance: 4, fallbackOnBody: true, delay: 200, delayOnTouchOnly: true, touchStartThreshold: 5, ghostClass: 'ghost', dragClass: 'drag', scrollSensitivity: 60, emptyInsertThreshold: 12,
      onStart: (e) => { this.dragging = true; this.mark(e.item); this.from = this.placeOf(e.item); },
      onEnd: (e) => {
        this.dragging = false;
        this.mark();
        // the click that ends a drag must not open the card
        const stop = (ev: Event) => { ev.preventDefault(); ev.stopPropagation(); };
        e.item.addEventListener('click', stop, { capture: true, once: true });
        setTimeout(() => e.item.removeEventListener('click', stop, true), 50);
        const from = this.from, cell = cellOf(e.item);
        if (from && (from.cell !== cell || (this.ordered() && from.at !== this.cards(cell).indexOf(e.item)))) void this.save(e.item, cell, from);
        else if (from) from.within.insertBefore(e.item, from.before?.parentElement === from.within ? from.before : null);
        if (this.wanted) this.refresh();
      },
    });
  }
  private placeOf(card: HTMLElement): Place {
    const cell = cellOf(card);
    return { cell, within: card.parentElement!, before: card.nextElementSibling, at: this.cards(cell).indexOf(card) };
  }
  private dressed = new WeakSet<Element>();
  private dress(cards: HTMLElement[]): void {
    for (const card of cards) {
      if (this.dressed.has(card)) continue;
      this.dressed.add(card);
      card.append(make('button', { type: 'button', class: 'mv-b', 'aria-label': `${say('board_menu')} ${this.name(card)}`, 'aria-haspopup': 'menu', 'aria-expanded': 'false' }, icon('dots-vertical')));
      card.querySelector('.ti')?.setAttribute('aria-describedby', 'td-board-keys');
    }
  }
  /** A team may allow only some moves: a card then names the cells that it may be put into. */
  private mayGo(card: HTMLElement, cell: HTMLElement): boolean {
    return card.dataset.to === undefined || card.dataset.to.split(' ').includes(cell.dataset.state ?? '');
  }
  private mark(card?: HTMLElement): void {
    for (const cell of this.cells()) cell.classList.toggle('shut', !!card && !this.mayGo(card, cell));
  }
  /** A card that is put elsewhere in the page loses the focus that is in it. */
  private keepingFocus(act: () => void): void {
    const on = document.activeElement, inside = on instanceof HTMLElement && !!on.closest('[data-card]') && this.contains(on);
    act();
    if (inside && on.isConnected && document.activeElement !== on) on.focus({ preventScroll: true });
  }
  /** While a card is held or on its way nothing under it is put elsewhere: Sortable would lose it. */
  private moving(): boolean { return this.dragging || this.held || this.busy > 0; }
  private mayMove(): boolean { return this.hasAttribute('patch'); }
  /** Whether a card keeps the place in its column where it is put; cards of several projects have no order among them. */
  private ordered(): boolean { return this.dataset.unordered === undefined; }

  // ── lanes ──
  private folded = new Set<string>();
  private fold(): void {
    this.querySelectorAll<HTMLElement>('[data-lane-head]').forEach((h) => {
      const shut = this.folded.has(h.dataset.laneHead!);
      h.querySelector('[data-fold]')?.setAttribute('aria-expanded', String(!shut));
      for (let c = h.nextElementSibling as HTMLElement | null; c?.matches('.cell'); c = c.nextElementSibling as HTMLElement | null) c.hidden = shut;
    });
  }
  private from?: Place;

  // ── phones: one column at a time ──
  private drawTabs(): void {
    const byKey = new Map([...this.querySelectorAll<HTMLElement>('[data-head]')].map((h) => [h.dataset.head!, h]));
    // in the order of the columns: the heads of halves stand in a row of their own
    const heads = [...new Set(this.cells().map((c) => c.dataset.state!))].flatMap((key) => byKey.get(key) ?? []);
    if (!heads.some((h) => h.dataset.head === this.state)) this.state = heads.find((h) => this.cells().some((c) => c.dataset.state === h.dataset.head && this.cards(c).length))?.dataset.head ?? heads[0]?.dataset.head ?? '';
    this.tabs.replaceChildren(...heads.map((h) => make('button', { type: 'button', 'aria-pressed': String(h.dataset.head === this.state), 'data-tab': h.dataset.head },
      `${this.heading(h.dataset.head!)} `, make('b', { class: 'num' }, h.querySelector('[data-count]')?.textContent?.trim() ?? ''))));
    this.querySelectorAll<HTMLElement>('[data-halves]').forEach((h) => h.classList.toggle('cur', h.dataset.halves!.split(' ').includes(this.state)));
    this.cells().forEach((c) => c.classList.toggle('cur', c.dataset.state === this.state));
  }

  // ── moving ──
  private place(card: HTMLElement, cell: HTMLElement, before: Element | null): void {
    const from = this.placeOf(card);
    put(card, cell, before);
    if (cell.dataset.state !== this.state) { this.state = cell.dataset.state!; this.drawTabs(); }
    card.querySelector<HTMLElement>('.ti')?.focus({ preventScroll: true });
    card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    void this.save(card, cell, from);
  }

  private async save(card: HTMLElement, cell: HTMLElement, from: Place): Promise<void> {
    const id = card.dataset.card!, list = this.cards(cell), at = list.indexOf(card);
    const version = Number(card.dataset.version);
    const data: Record<string, unknown> = { state: cell.dataset.state, after: list[at - 1]?.dataset.card ?? null, version, from: from.cell.dataset.state };
    if (cell.dataset.lane) data.lane = cell.dataset.lane;
    this.recount();
    this.live.textContent = say('board_place', { card: this.name(card), column: this.heading(cell.dataset.state!), at: at + 1, of: list.length });
    const moved = new CustomEvent('board-move', { bubbles: true, cancelable: true, detail: { id, ...data } });
    if (!this.dispatchEvent(moved)) { this.back(card, from); return; }
    this.busy += 1;
    card.classList.add('wait');
    try {
      const url = (this.getAttribute('patch') ?? '').replace('{id}', encodeURIComponent(id));
      const answer = await this.insist(url, data, version);
      card.dataset.version = String(answer.version ?? version + 1);
      if (answer.is_back) { // others approve it first
        this.back(card, from);
        this.live.textContent = String(answer.message);
        toast(String(answer.message));
        this.wanted = true;
        return;
      }
      this.live.textContent = say('board_moved', { card: this.name(card), column: this.heading(cell.dataset.state!) });
      if (typeof answer.undo === 'string' && from.cell !== cell) toast(say('board_moved', { card: this.name(card), column: this.heading(cell.dataset.state!) }), { undo: answer.undo });
      this.wanted = true;
    } catch (e) {
      this.back(card, from);
      const text = say('board_refused', { card: this.name(card), why: (e as Error).message });
      this.live.textContent = text;
      toast(text, { error: true });
      if (e instanceof Refusal && typeof e.body.peek === 'string') void openPeek(e.body.peek, card.querySelector<HTMLElement>('.ti'));   // what has to be decided first
      if (e instanceof Refusal && (e.status === 409 || e.status === 412 || e.status === 404)) this.wanted = true;
    } finally {
      this.busy -= 1;
      card.classList.remove('wait');
      if (this.wanted) this.refresh();
    }
  }
  /** Sends the move; where it depends on a choice or a reason, asks for it and sends it again. */
  private async insist(url: string, data: Record<string, unknown>, version: number): Promise<Record<string, unknown>> {
    try {
      return await send('PATCH', url, data, version);
    } catch (e) {
      if (!(e instanceof Refusal)) throw e;
      if (e.body.code === 'which_state' && data.choice === undefined) {
        const choice = await choose({ title: say('which_state'), choices: e.body.choices as [string, string][] });
        if (choice !== null) return this.insist(url, { ...data, choice }, version);
      } else if (data.override_reason === undefined) {
        const reason = await reasonFor(e);
        if (reason) return this.insist(url, { ...data, override_reason: reason }, version);
      }
      throw e;
    }
  }
  private back(card: HTMLElement, from: Place): void {
    queueMicrotask(() => this.recount());
    if (from.within.isConnected) from.within.insertBefore(card, from.before?.parentElement === from.within ? from.before : null);
    else put(card, from.cell, this.cards(from.cell)[from.at] ?? null);
    card.classList.add('back');
    setTimeout(() => card.classList.remove('back'), 700);
  }

  /** The numbers over the columns follow at once; the server's own come with the next picture. */
  private recount(): void {
    this.querySelectorAll<HTMLElement>('[data-count]').forEach((out) => {
      const now = this.shownIn(out);
      const was = Number(out.dataset.shown ?? now);
      if (now !== was && /^\d+$/.test(out.textContent ?? '')) out.textContent = String(Number(out.textContent) + now - was);
      out.dataset.shown = String(now);
    });
    this.drawTabs();
  }
  private shownIn(out: HTMLElement): number {
    const keys = out.dataset.count!.split(' ');
    return this.cells().filter((c) => keys.includes(c.dataset.state!)).reduce((n, c) => n + c.querySelectorAll('[data-card]').length, 0);
  }

  // ── long columns ──
  private ends?: IntersectionObserver;
  private watchEnds(): void {
    this.ends ??= new IntersectionObserver((seen) => seen.forEach((s) => { if (s.isIntersecting) void this.more(s.target as HTMLAnchorElement); }), { rootMargin: '800px 0px' });
    this.ends.disconnect();
    this.querySelectorAll('[data-board-more]').forEach((link) => this.ends!.observe(link));
  }
  /** The next cards of the column at whose end the link stands. */
  private async more(link: HTMLAnchorElement): Promise<void> {
    const src = this.getAttribute('src'), key = link.parentElement?.dataset.state;
    if (!src || !key || link.getAttribute('aria-busy')) return;
    if (this.moving()) { this.moreLater(link); return; }
    link.setAttribute('aria-busy', 'true');
    const cells = this.cells().filter((c) => c.dataset.state === key), first = cells.reduce((n, c) => n + this.cards(c).length, 0);
    try {
      const doc = new DOMParser().parseFromString(await fragment(asked(src, { part: 'cards', half: key, first: String(first) })), 'text/html');
      const found = doc.querySelector<HTMLElement>(`[data-more="${CSS.escape(key)}"]`);
      if (!found || !link.isConnected) return;
      if (this.moving()) { link.removeAttribute('aria-busy'); this.moreLater(link); return; }
      const known = new Set([...this.querySelectorAll<HTMLElement>('[data-card]')].map((c) => c.dataset.card!)), added: HTMLElement[] = [];
      for (const group of found.querySelectorAll<HTMLElement>('[data-of]')) {
        const cell = cells.find((c) => (c.dataset.lane ?? '') === group.dataset.of);
        const cards = [...group.querySelectorAll<HTMLElement>('[data-card]')].filter((c) => !known.has(c.dataset.card!));
        if (!cell) { this.wanted = true; continue; }
        for (const card of cards) this.told.set(card.dataset.card!, card.outerHTML);
        const last = packsOf(cell).at(-1) ?? this.cards(cell).at(-1);
        if (last) last.after(...cards); else cell.prepend(...cards);
        added.push(...cards);
      }
      const at = new URL(src, location.href), rest = at.searchParams.getAll('more').filter((m) => !m.startsWith(`${key}:`));
      at.searchParams.delete('more');
      for (const m of [...rest, `${key}:${first + added.length}`]) at.searchParams.append('more', m);
      this.setAttribute('src', at.pathname + at.search);
      this.equip();
      this.querySelectorAll<HTMLElement>('[data-count]').forEach((out) => { out.dataset.shown = String(this.shownIn(out)); });
      if (found.hasAttribute('data-rest')) { link.removeAttribute('aria-busy'); this.ends?.unobserve(link); this.ends?.observe(link); } else link.remove();
      if (this.wanted) this.refresh();
    } catch (e) { link.removeAttribute('aria-busy'); complain(e); }
  }

  private moreLater(link: HTMLAnchorElement): void {
    setTimeout(() => { if (link.isConnected && this.isConnected) { this.ends?.unobserve(link); this.ends?.observe(link); } }, 300);
  }

  // ── the server's picture ──
  /** After one's own move a moment later, for then it is told as well. */
  refresh(wait = 200): void {
    this.wanted = true;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.fetch(), wait);
  }
  private typing(): boolean { return !!this.querySelector('.quick-f')?.contains(document.activeElement); }
  private async fetch(): Promise<void> {
    const src = this.getAttribute('src');
    if (!src || this.moving() || !this.isConnected) return;
    if (this.typing()) { this.wanted = true; return; }
    this.wanted = false;
    const turn = ++this.fetches;
    try {
      const answer = await fragment(asked(src, this.picture ? { part: 'board', have: this.picture } : { part: 'board' })), began = performance.now();
      if (turn !== this.fetches) return;
      const doc = new DOMParser().parseFromString(answer, 'text/html');
      const fresh = doc.querySelector('.bd-grid'), old = this.querySelector('.bd-grid');
      if (!fresh || !old || this.moving() || this.typing()) { this.wanted = !!fresh; return; }
      const where = (root: Element) => new Map([...root.querySelectorAll<HTMLElement>('[data-card]')].map((c) => [c.dataset.card!, cellOf(c).dataset.state]));
      const mine = new Map([...old.querySelectorAll<HTMLElement>('[data-card]')].map((c) => [c.dataset.card!, c]));
      // of a card that is said to be the same one has to be here
      if ([...fresh.querySelectorAll<HTMLElement>('[data-same]')].some((c) => !mine.has(c.dataset.card!))) { this.picture = ''; this.refresh(); return; }
      const before = where(old), focus = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>('[data-card]')?.dataset.card;
      const [x, tops] = [old.scrollLeft, scrollY], same = alike(old, fresh);
      // an unchanged card keeps its element
      const face = (c: HTMLElement): HTMLElement => {
        if (c.dataset.same !== undefined) return mine.get(c.dataset.card!)!;
        const id = c.dataset.card!, html = c.outerHTML, kept = mine.get(id), stays = kept && this.told.get(id) === html && kept.dataset.version === c.dataset.version;
        this.told.set(id, html);
        return stays ? kept : c;
      };
      if (same) drawn(old, fresh, face);
      else {
        fresh.querySelectorAll<HTMLElement>('[data-card]').forEach((c) => { const shown = face(c); if (shown !== c) c.replaceWith(shown); });
        old.replaceChildren(...fresh.childNodes);
      }
      old.setAttribute('style', fresh.getAttribute('style') ?? '');
      old.querySelectorAll<HTMLElement>('[data-card]').forEach((c) => { if (before.get(c.dataset.card!) !== cellOf(c).dataset.state) c.classList.add('new'); });
      htmx()?.process(old);
      this.equip();
      this.recount();
      old.scrollLeft = x;
      if (!same) scrollTo({ top: tops });
      if (focus && (document.activeElement as HTMLElement).closest<HTMLElement>('[data-card]')?.dataset.card !== focus) this.querySelector<HTMLElement>(`[data-card="${CSS.escape(focus)}"] .ti`)?.focus({ preventScroll: true });
      this.picture = doc.querySelector<HTMLElement>('[data-picture]')?.dataset.picture ?? '';
      this.dataset.drawn = String(performance.now());   // what benchmarks/board.py reads
      this.dataset.took = String(performance.now() - began);
    } catch (e) { complain(e); }
  }

  // ── keys and menu ──
  private key(e: KeyboardEvent): void {
    const card = (e.target as HTMLElement).closest<HTMLElement>('[data-card]');
    if (!card || e.isComposing || !e.key.startsWith('Arrow') || e.ctrlKey || e.metaKey) return;
    const cell = cellOf(card), list = this.cards(cell), at = list.indexOf(card);
    const row = this.cells().filter((c) => (c.dataset.lane ?? '') === (cell.dataset.lane ?? '')), col = row.indexOf(cell);
    const side = row[col + (e.key === 'ArrowLeft' ? -1 : e.key === 'ArrowRight' ? 1 : 0)];
    e.preventDefault();
    e.stopPropagation();
    if (e.altKey && !this.mayMove()) return;
    if (!e.altKey) {
      const stack = this.cells().filter((c) => c.dataset.state === cell.dataset.state && !c.hidden && (c === cell || this.cards(c).length)), level = stack.indexOf(cell);
      const to = e.key === 'ArrowUp' ? list[at - 1] ?? (stack[level - 1] && this.cards(stack[level - 1]).at(-1)) : e.key === 'ArrowDown' ? list[at + 1] ?? (stack[level + 1] && this.cards(stack[level + 1])[0]) : this.nearest(row, col, e.key === 'ArrowLeft' ? -1 : 1, at);
      to?.querySelector<HTMLElement>('.ti')?.focus();
      return;
    }
    const stack = this.cells().filter((c) => c.dataset.state === cell.dataset.state && !c.hidden && (c === cell || !c.dataset.lane?.startsWith('project:'))), level = stack.indexOf(cell);
    if (e.key === 'ArrowUp') { if (at > 0 && this.ordered()) this.place(card, cell, list[at - 1]); else if (stack[level - 1]) this.place(card, stack[level - 1], null); }
    else if (e.key === 'ArrowDown') { if (at < list.length - 1 && this.ordered()) this.place(card, cell, list[at + 2] ?? null); else if (stack[level + 1]) this.place(card, stack[level + 1], this.cards(stack[level + 1])[0] ?? null); }
    else if (side && side !== cell) this.place(card, side, this.cards(side)[Math.min(at, this.cards(side).length)] ?? null);
  }
  private nearest(row: HTMLElement[], col: number, by: number, at: number): HTMLElement | undefined {
    for (let c = col + by; row[c]; c += by) { const list = this.cards(row[c]); if (list.length) return list[Math.min(at, list.length - 1)]; }
    return undefined;
  }
  private press(e: MouseEvent): void {
    const t = e.target as HTMLElement;
    const tab = t.closest<HTMLElement>('[data-tab]');
    if (tab) { this.state = tab.dataset.tab!; this.drawTabs(); this.querySelector<HTMLElement>(`[data-tab="${CSS.escape(this.state)}"]`)?.focus(); return; }
    const twist = t.closest<HTMLElement>('[data-fold]');
    if (twist) { const lane = twist.closest<HTMLElement>('[data-lane-head]')!.dataset.laneHead!; if (!this.folded.delete(lane)) this.folded.add(lane); this.fold(); return; }
    const more = t.closest<HTMLAnchorElement>('[data-board-more]');
    if (more && !e.ctrlKey && !e.metaKey) { e.preventDefault(); void this.more(more); return; }
    const quick = t.closest<HTMLAnchorElement>('[data-quick]');
    if (quick && !e.ctrlKey && !e.metaKey) { e.preventDefault(); quickAdd(quick, () => { this.wanted = true; this.refresh(); }); return; }
    const b = t.closest<HTMLElement>('.mv-b'), card = b?.closest<HTMLElement>('[data-card]');
    if (!b || !card) return;
    const cell = cellOf(card);
    moveMenu(b, [
      ...this.cells().filter((c) => (c.dataset.lane ?? '') === (cell.dataset.lane ?? '') && c !== cell && this.mayGo(card, c)).map((c) => ({ label: this.heading(c.dataset.state!), run: () => this.place(card, c, this.cards(c)[0] ?? null) })),
      ...[...this.querySelectorAll<HTMLElement>('[data-lane-head]')].filter((h) => h.dataset.laneHead !== cell.dataset.lane && !h.dataset.laneHead?.startsWith('project:')).slice(0, 12).map((h, n) => ({ label: `↕ ${h.querySelector('h3')?.textContent ?? ''}`, rule: n === 0, run: () => { const c = this.cells().find((o) => o.dataset.state === cell.dataset.state && o.dataset.lane === h.dataset.laneHead); if (c) this.place(card, c, this.cards(c)[0] ?? null); } })),
      ...(this.ordered() ? [{ label: say('board_top'), rule: true, run: () => this.place(card, cell, this.cards(cell).find((c) => c !== card) ?? null) },
      { label: say('board_bottom'), run: () => this.place(card, cell, null) }] : []),
      ...(this.dataset.kinds === '[]' ? [] : [card.dataset.block ? { label: say('unblock'), rule: true, run: () => void this.block(card, { do: 'end', block: card.dataset.block! }) } : { label: say('block'), rule: true, run: () => void this.askBlock(card) }]),
    ]);
  }

  // ── what blocks a card ──
  private async askBlock(card: HTMLElement): Promise<void> {
    const kinds = JSON.parse(this.dataset.kinds ?? '[]') as [string, string][];
    const answer = await ask({ title: say('block_title', { card: this.name(card) }), label: say('block_what'), save: say('block_do'), choices: kinds, choiceLabel: say('block_kind'), chosen: 'other' });
    if (answer) await this.block(card, { do: 'start', kind: answer.choice, reason: answer.text });
  }
  private async block(card: HTMLElement, values: Record<string, string>): Promise<void> {
    const body = new FormData();
    body.set('csrfmiddlewaretoken', csrf());
    for (const [name, value] of Object.entries(values)) body.set(name, value);
    try {
      const answer = await post(`${new URL(card.querySelector<HTMLAnchorElement>('.ti')!.href).pathname}blocks/`, body);
      toast(String(answer.message ?? ''), { undo: (answer.undo as string) || undefined });
      this.refresh();
    } catch (e) { complain(e); }
  }
}
if (!customElements.get('tandem-board')) customElements.define('tandem-board', TandemBoard);
