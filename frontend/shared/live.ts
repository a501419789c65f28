/* <tandem-live src>: the one event stream of a tab. An event says "fetch this again": {"topic": "board:12"} (or {"topics": […]}).
   Every element with data-live="board:12 …" then gets td:live (htmx: hx-trigger="td:live"). It rests in hidden tabs. */
const RETRY = 1000, LONGEST = 60_000, REST_AFTER = 20_000, SOON = 20, GAP = 400;

export class TandemLive extends HTMLElement {
  private stream?: EventSource;
  private failures = 0;
  private timer = 0;
  private missed = false;
  private due = new Map<Element, number>();
  private last = new WeakMap<Element, number>();

  connectedCallback(): void {
    document.addEventListener('visibilitychange', this.seen);
    addEventListener('pagehide', this.stop);
    addEventListener('pageshow', this.shown);
    document.addEventListener('td:changed', this.changed);
    addEventListener('td:refetch', this.all);
    this.open();
  }
  disconnectedCallback(): void {
    document.removeEventListener('visibilitychange', this.seen);
    removeEventListener('pagehide', this.stop);
    removeEventListener('pageshow', this.shown);
    document.removeEventListener('td:changed', this.changed);
    removeEventListener('td:refetch', this.all);
    this.stop();
  }

  private open(): void {
    const src = this.getAttribute('src');
    if (!src || this.stream || document.hidden) return;
    clearTimeout(this.timer);
    const s = (this.stream = new EventSource(src));
    const take = (e: MessageEvent<string>) => this.take(e.data);
    for (const name of ['message', 'change']) s.addEventListener(name, take as EventListener);
    s.addEventListener('editing', (e) => this.others((e as MessageEvent<string>).data));
    s.addEventListener('bye', () => this.again());
    s.onopen = () => { this.failures = 0; this.off(false); if (this.missed) { this.missed = false; this.all(); } };
    s.onerror = () => this.again();
  }
  private again(): void {
    this.stop();
    this.missed = true;
    this.failures += 1;
    this.off(this.failures > 3);
    const wait = Math.min(LONGEST, RETRY * 2 ** Math.min(this.failures, 6)) * (0.75 + Math.random() / 2);
    this.timer = window.setTimeout(() => this.open(), wait);
  }
  private stop = (): void => { clearTimeout(this.timer); this.stream?.close(); this.stream = undefined; };
  private shown = (e: PageTransitionEvent): void => { if (e.persisted) { this.missed = true; this.open(); } };
  private seen = (): void => {
    clearTimeout(this.timer);
    if (!document.hidden) { this.failures = 0; this.open(); return; }
    this.timer = window.setTimeout(() => { this.stop(); this.missed = true; }, REST_AFTER);
  };
  private off(is: boolean): void { document.querySelectorAll<HTMLElement>('[data-live-off]').forEach((el) => { el.hidden = !is; }); }

  private take(data: string): void {
    let event: { topic?: string; topics?: string[] };
    try { event = JSON.parse(data) as typeof event; } catch { return; }
    for (const topic of event.topics ?? (event.topic ? [event.topic] : [])) this.tell(topic);
  }
  /** Who is writing where: the only thing that the stream says itself, to those who see the item. */
  private others(data: string): void { try { document.dispatchEvent(new CustomEvent('td:editing', { detail: JSON.parse(data) as unknown })); } catch { /* not ours */ } }
  private tell(topic: string): void { document.querySelectorAll(`[data-live~="${CSS.escape(topic)}"]`).forEach((el) => this.later(el, topic)); }
  private changed = (e: Event): void => { for (const t of ((e as CustomEvent<{ topics?: string[] } | null>).detail?.topics ?? [])) this.tell(t); };
  private all = (): void => document.querySelectorAll('[data-live]').forEach((el) => this.later(el, '*'));

  /** The first change is shown at once; of those that follow closely, one fetch each GAP, so that a long burst is seen too. */
  private later(el: Element, topic: string): void {
    if (this.due.has(el)) return;
    const wait = Math.max(SOON, (this.last.get(el) ?? -GAP) + GAP - performance.now());
    this.due.set(el, window.setTimeout(() => {
      this.due.delete(el);
      this.last.set(el, performance.now());
      if (el.isConnected) el.dispatchEvent(new CustomEvent('td:live', { detail: { topic } }));
    }, wait));
  }
}
if (!customElements.get('tandem-live')) customElements.define('tandem-live', TandemLive);
