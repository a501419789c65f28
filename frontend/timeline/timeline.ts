/* <tandem-timeline src patch link href label columns data-live>: tree grid and time axis of a plan. README.md tells the contract.
   Native scroll over one spacer; pooled rows on the left (focus, ARIA), one canvas of the window's size on the right. The server computes:
   a change is sent at once and comes back as a patch of rows. */
import { make } from '../shared/dom';
import { openPeek } from '../shared/peek';
import { complain } from '../shared/toast';
import { say } from '../shared/words';
import { shortDate } from './axis';
import { Changes } from './changes';
import { COLOURS, draw, HEAD, STRIP, type Palette, type Shown, type View } from './draw';
import { CellEditor } from './edit';
import { facts } from './facts';
import { linkFrom, onKey } from './keys';
import { choose, chosen, COLUMNS } from './columns';
import { legend } from './legend';
import { add, indent, outdent, remove } from './outline';
import { Pane } from './pane';
import { wirePeek } from './peek';
import { CanvasPainter } from './painter';
import { Plan, type PatchJson, type PlanJson } from './plan';
import { Pointer } from './pointer';
import { pages, saveSvg } from './print';
import { isFilter, rowsOf, type Filter } from './rowset';
import { SCALES, toolbar } from './toolbar';

const ZOOMS = [0.3, 0.6, 1.2, 2.5, 5, 10, 20, 36];   // pixels per day
type Span = [number, number];

export class TandemTimeline extends HTMLElement {
  plan: Plan | null = null;
  vis = new Int32Array(0); rowOf = new Int32Array(0); shut = new Set<number>();
  px = 5; at = 0; linkFrom = -1; private raf = 0;
  private shown: Shown = { critical: true, baseline: true, forecast: true, links: true };
  private moves: View['moves'] = new Map(); private chips: View['chips'] = []; private colours = {} as Palette;
  changes = new Changes(this); editor = new CellEditor(this); editNext = false; private filter: Filter = { text: '', only: '' }; private chain = new Set<number>(); private wanted = '';
  private etag = ''; private asking?: AbortController;
  sc!: HTMLElement; private spacer!: HTMLElement; pane!: Pane; private cv!: HTMLCanvasElement; private foot!: HTMLElement; private live!: HTMLElement; private split!: HTMLElement; private cap = make('div', { class: 'tl-cap' });
  pointer!: Pointer; private watch: (() => void)[] = []; private fallback: Element[] = []; private isFirst = true; private late = false;

  connectedCallback(): void {
    if (this.sc) { this.watch = []; this.plan = null; this.isFirst = true; this.replaceChildren(...this.fallback); }   // moved to another place of the page
    this.fallback = [...this.children];
    this.classList.add('ready');
    const columns = (this.getAttribute('columns') ?? 'start,finish,slack').split(',').map((c) => c.trim()).filter((c) => c in COLUMNS);
    this.pane = new Pane(innerWidth < 768 ? [] : chosen(this.getAttribute('name') ?? '', columns), this.getAttribute('label') ?? say('tl_label'));
    this.spacer = make('div', { class: 'tl-spacer' }); this.cv = make('canvas', { 'aria-hidden': 'true' });
    this.split = make('div', { class: 'tl-split', role: 'separator', tabindex: '0', 'aria-orientation': 'vertical', 'aria-label': say('tl_split') });
    this.sc = make('div', { class: 'tl-scroll', tabindex: '-1' }, this.spacer, make('div', { class: 'tl-view' }, this.pane.el, this.cap, this.split, this.cv));
    this.foot = make('div', { class: 'tl-foot' }); this.live = make('div', { class: 'sr', role: 'status', 'aria-live': 'polite' });
    this.append(toolbar({ shown: this.shown, left: (this.getAttribute('toggles') ?? 'critical,baseline,forecast,links').split(',') as (keyof Shown)[], outlines: this.hasAttribute('rows'), toggle: (k) => { this.shown[k] = !this.shown[k]; this.ask(); }, zoom: (d) => this.zoom(d), fit: () => this.fit(), today: () => this.plan && this.goTo(this.plan.today), fold: (o) => this.foldAll(o), save: () => this.save(), print: () => window.print(),
      editable: this.hasAttribute('patch'), columns: () => this.pane.columns, plan: () => this.plan, legend: () => legend(this.theme()), scale: (px) => this.scale(px, this.chartW() / 2), filter: (f) => this.setFilter(f), jump: () => this.focusRow(this.at), setColumns: (c) => this.setColumns(c),
      add: () => add(this, this.vis[this.at]), remove: () => remove(this, this.vis[this.at]), indent: () => indent(this, this.vis[this.at]), outdent: () => outdent(this, this.vis[this.at]), link: () => { linkFrom(this, this.vis[this.at]); this.focusRow(this.at); }, undo: () => this.changes.undo() }),
      make('div', { class: 'tl-box' }, this.sc), this.foot, this.live);
    this.width(Number(localStorage.getItem('tandem.tl-pane')) || Math.min(this.pane.natural(), this.clientWidth * (innerWidth < 768 ? .42 : .45)));
    this.wire();
    this.theme();
    const inline = this.querySelector('script[type="application/json"]');
    if (inline) this.setPlan(JSON.parse(inline.textContent || '{}') as PlanJson); else void this.load();
  }
  disconnectedCallback(): void { this.watch.forEach((f) => f()); cancelAnimationFrame(this.raf); }

  private wire(): void {
    const on = (t: EventTarget, name: string, f: (e: never) => void, o?: AddEventListenerOptions) => { t.addEventListener(name, f as EventListener, o); this.watch.push(() => t.removeEventListener(name, f as EventListener)); };
    on(this.sc, 'scroll', () => this.ask(), { passive: true });
    on(this.sc, 'wheel', (e: WheelEvent) => { if (e.ctrlKey) { e.preventDefault(); this.zoom(e.deltaY < 0 ? 1 : -1, e.offsetX); } }, { passive: false });
    on(this, 'keydown', (e: KeyboardEvent) => onKey(this, e));
    on(this.pane.el, 'click', (e: MouseEvent) => this.pick(e));
    on(this.pane.el, 'dblclick', (e: MouseEvent) => { if (!this.cellUnder(e, true)) this.open(); });
    this.watch.push(wirePeek(this));
    on(this, 'td:live', () => void this.load());
    on(window, 'beforeprint', () => this.paper());
    on(window, 'afterprint', () => this.querySelector('.tl-print')?.remove());
    this.pointer = new Pointer({
      canvas: this.cv, view: () => this.view(), rowAtY: (y) => { const r = Math.floor((y - HEAD + this.sc.scrollTop) / this.row()); return y < HEAD || y > this.sc.clientHeight - this.strip() || r < 0 || r >= this.vis.length ? -1 : r; },
      frozen: (i, part) => this.changes.frozen(i, part), mayLink: () => this.hasAttribute('link'), mayDraw: (i) => !!this.plan?.editable && this.plan.kind[i] === 0 && this.plan.fixed[i] !== 1 && Number.isNaN(this.plan.time.start[i]), preview: (i, s, e) => { this.plan!.time.start[i] = s; this.plan!.time.finish[i] = e; }, repaint: () => { this.ask(); if (this.late && !this.pointer.drag) { this.late = false; void this.load(); } }, goTo: (d) => this.goTo(d),
      settle: (i, from, to) => { if (from[0] !== to[0] || from[1] !== to[1]) { [this.plan!.time.start[i], this.plan!.time.finish[i]] = from; if (!Number.isNaN(to[0])) this.changes.put(i, to[0], to[1]); } },
      link: (a, b, t) => this.changes.link(a, b, t), focus: (r, open) => { this.focusRow(r); if (open) this.open(); },
    });
    const size = new ResizeObserver(() => { this.size(); this.ask(); });
    size.observe(this.sc);
    const look = new MutationObserver(() => { this.theme(); this.size(); this.ask(); });
    look.observe(document.documentElement, { attributeFilter: ['data-bs-theme', 'data-density', 'lang'] });
    this.watch.push(() => size.disconnect(), () => look.disconnect());
    let x0 = 0, w0 = 0;
    on(this.split, 'pointerdown', (e: PointerEvent) => { x0 = e.clientX; w0 = this.pane.el.offsetWidth; this.split.setPointerCapture(e.pointerId); });
    on(this.split, 'pointermove', (e: PointerEvent) => { if (this.split.hasPointerCapture(e.pointerId)) this.width(w0 + e.clientX - x0, true); });
    on(this.split, 'keydown', (e: KeyboardEvent) => { const d = e.key === 'ArrowLeft' ? -24 : e.key === 'ArrowRight' ? 24 : 0; if (d && !e.altKey) { e.preventDefault(); e.stopPropagation(); this.width(this.pane.el.offsetWidth + d, true); } });
  }
  private width(px: number, keep = false): void {
    const w = Math.round(Math.max(110, Math.min(px, this.clientWidth * .75)));
    this.style.setProperty('--tl-pane', `${w}px`);
    this.split.setAttribute('aria-valuenow', String(w));
    if (keep) try { localStorage.setItem('tandem.tl-pane', String(w)); } catch { /* not kept then */ }
    this.size(); this.ask();
  }

  // ── data ──
  async load(): Promise<void> {
    const src = this.getAttribute('src');
    if (!src) return;
    if (this.pointer?.drag) { this.late = true; return; }
    this.asking?.abort();
    this.asking = new AbortController();
    if (!this.plan) this.foot.textContent = say('loading');
    try {
      const answer = await fetch(src, { headers: { Accept: 'application/json', ...(this.etag ? { 'If-None-Match': this.etag } : {}) }, cache: 'no-cache', credentials: 'same-origin', signal: this.asking.signal });
      if (answer.status === 304) return;
      if (!answer.ok) throw new Error(String(answer.status));
      const tag = answer.headers.get('ETag') ?? '', json = (await answer.json()) as PlanJson;
      if (tag && tag === this.etag && this.plan) return;
      this.etag = tag;
      this.setPlan(json);
    } catch (e) {
      if ((e as Error).name === 'AbortError') return;
      if (!this.plan) { this.foot.textContent = say('tl_failed'); this.classList.remove('ready'); } else complain(new Error(say('failed', { why: (e as Error).message })));
    }
  }
  again(): Promise<void> { this.etag = ''; return this.load(); }
  say(text: string, below = false): void { this.live.textContent = text; if (below) this.foot.textContent = text; }
  setPlan(json: PlanJson): void {
    const old = this.plan, kept = old ? { shut: new Set([...this.shut].map((i) => old.ids[i])), focus: old.ids[this.vis[this.at]], day: this.sc.scrollLeft / this.px + old.t0, spans: new Map(old.ids.map((id, i) => [id, [old.time.start[i], old.time.finish[i]] as Span])) } : null;
    const plan = (this.plan = new Plan(json));
    this.fallback.forEach((el) => { (el as HTMLElement).hidden = true; });
    this.shut = new Set(); this.moves = new Map(); this.pane.stale();
    if (kept) {
      plan.ids.forEach((id, i) => { if (kept.shut.has(id)) this.shut.add(i); const was = kept.spans.get(id); if (was && (was[0] !== plan.time.start[i] || was[1] !== plan.time.finish[i])) this.moves.set(i, { was, since: performance.now() }); });
      this.linkFrom = -1;
    }
    this.reflow();
    const seek = this.wanted ? plan.at(this.wanted) : -1;
    if (kept) { this.at = Math.max(0, this.rowOf[plan.at(kept.focus)] ?? 0); this.sc.scrollLeft = (kept.day - plan.t0) * this.px; this.settleMoves(); if (seek >= 0 && this.rowOf[seek] >= 0) { this.wanted = ''; this.focusRow(this.rowOf[seek]); if (this.editNext) { this.editNext = false; this.editor.start(this.at, 'name'); } } }
    else if (this.isFirst) { this.isFirst = false; this.fit(true); this.toWork(); }
    this.tell();
  }
  async take(patch: PatchJson): Promise<void> {
    if (patch.focus !== undefined) this.wanted = String(patch.focus);
    if (patch.reload) { await this.again(); return; }
    const plan = this.plan!, t0 = plan.t0, moved = plan.patch(patch), since = performance.now();
    moved.forEach((was, i) => this.moves.set(i, { was, since }));
    if (plan.t0 !== t0) this.sc.scrollLeft += (t0 - plan.t0) * this.px;
    this.pane.stale(); this.settleMoves(); this.size(); this.tell(); this.ask();
  }
  /** A moved bar slides once; the old place stays hollow for two seconds. */
  private settleMoves(): void {
    if (!this.moves.size) return;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (still) this.moves.forEach((m) => { m.since -= 400; });
    const frame = () => { const now = performance.now(); this.moves.forEach((m, i) => { if (now - m.since > 2000) this.moves.delete(i); }); this.ask(); if ([...this.moves.values()].some((m) => now - m.since < 420)) requestAnimationFrame(frame); else if (this.moves.size) setTimeout(frame, 400); };
    requestAnimationFrame(frame);
  }

  // ── geometry ──
  row(): number { return document.documentElement.dataset.density === 'comfortable' ? 36 : 28; }
  private strip(): number { return this.plan?.load ? STRIP : 0; }
  private chartW(): number { return Math.max(40, this.sc.clientWidth - this.pane.el.offsetWidth); }
  private reflow(): void {
    const p = this.plan!, out = rowsOf(p, this.shut, this.filter);
    this.rowOf = new Int32Array(p.n).fill(-1);
    out.forEach((i, v) => { this.rowOf[i] = v; });
    this.vis = Int32Array.from(out);
    this.at = Math.max(0, Math.min(this.at, out.length - 1));
    this.pane.el.setAttribute('aria-rowcount', String(out.length + 1));
    this.size(); this.ask();
  }
  private size(): void {
    if (!this.plan) return;
    this.spacer.style.height = `${HEAD + this.vis.length * this.row() + this.strip() + 4}px`;
    this.spacer.style.width = `${this.pane.el.offsetWidth + this.plan.span * this.px}px`;
    this.style.setProperty('--tl-row', `${this.row()}px`);
    this.style.setProperty('--tl-strip', `${this.strip()}px`);
    this.cap.hidden = !this.strip();
    this.cap.textContent = `${this.plan.load?.label ?? say('tl_load')}, ${say('tl_capacity')}`;
  }
  private view(): View | null {
    if (!this.plan) return null;
    const d = this.pointer?.drag;
    return { plan: this.plan, vis: this.vis, rowOf: this.rowOf, px: this.px, row: this.row(), sx: this.sc.scrollLeft, sy: this.sc.scrollTop, w: this.chartW(), h: this.sc.clientHeight, strip: this.strip(), focus: this.at, shown: this.shown, colours: this.colours,
      moves: this.moves, now: performance.now(), short: (day) => shortDate(this.plan!.dateOf(day)), chips: this.chips, linkFrom: this.linkFrom, chain: this.chain, drag: d?.live && (d.part as string).startsWith('from') ? { points: [d.x0, d.y0, d.x, d.y] } : null };
  }
  ask(): void { if (!this.raf) this.raf = requestAnimationFrame(() => { this.raf = 0; this.render(); }); }
  private render(): void {
    const v = this.view();
    if (!v) return;
    const dpr = devicePixelRatio || 1, c = this.cv, W = Math.round(v.w * dpr), H = Math.round(v.h * dpr);
    if (c.width !== W || c.height !== H) { c.width = W; c.height = H; c.style.width = `${v.w}px`; c.style.height = `${v.h}px`; }
    const g = c.getContext('2d')!;
    g.setTransform(dpr, 0, 0, dpr, 0, 0);
    draw(new CanvasPainter(g, 11.5), v);
    this.pane.rows(v.plan, this.vis, this.shut, v.sy, v.h - v.strip, v.row, this.at);
  }
  /** The canvas silently ignores var() and light-dark(): every colour is resolved through a real property. */
  private theme(scheme = ''): Palette {
    const probe = this.appendChild(make('i')), out = {} as Palette;
    if (scheme) probe.style.colorScheme = scheme;
    for (const k of COLOURS) { probe.style.color = `var(--tl-${k})`; out[k] = getComputedStyle(probe).color; }
    probe.remove();
    if (!scheme) this.colours = out;
    return out;
  }

  // ── moving about ──
  zoom(by: number, x = this.chartW() / 2): void {
    const k = by > 0 ? ZOOMS.find((z) => z > this.px * 1.01) : ZOOMS.findLast((z) => z < this.px * .99);
    if (k) this.scale(k, x);
  }
  private scale(px: number, x: number): void { const day = (this.sc.scrollLeft + x) / this.px; this.px = px; this.scaled(); this.size(); this.sc.scrollLeft = day * px - x; this.ask(); }
  private scaled(): void { const pick = this.querySelector<HTMLSelectElement>('[data-tl-scale]'), near = SCALES.find(([, px]) => Math.abs(px - this.px) < .01); if (pick) pick.value = near ? String(near[1]) : ''; }
  /** The whole plan in the window; at first sight not smaller than readable, beginning where work is. */
  fit(first = false): void {
    const p = this.plan;
    if (!p?.n) return;
    let a = Infinity, b = -Infinity;
    for (let i = 0; i < p.n; i++) { if (p.time.start[i] < a) a = p.time.start[i]; for (const t of ['finish', 'p95', 'p80', 'promise'] as const) if (p.time[t][i] > b) b = p.time[t][i]; }
    if (!Number.isFinite(a)) return;
    const want = (this.chartW() - 60) / Math.max(5, b - a);
    this.px = first ? Math.max(1.2, Math.min(20, want)) : Math.max(.1, Math.min(36, want));
    this.scaled(); this.size();
    const tail = first && want < 1.2 && p.today > a && p.today < b ? p.today - this.chartW() / this.px / 3 : a - 20 / this.px;
    this.sc.scrollLeft = (tail - p.t0) * this.px;
    this.ask();
  }
  goTo(day: number): void { if (this.plan && !Number.isNaN(day)) { this.sc.scrollLeft = (day - this.plan.t0) * this.px - this.chartW() / 3; this.ask(); } }
  focusRow(v: number): void {
    this.at = Math.max(0, Math.min(this.vis.length - 1, v));
    const r = this.row(), y = this.at * r, top = this.sc.scrollTop, h = this.sc.clientHeight - HEAD - this.strip();
    if (y < top) this.sc.scrollTop = y; else if (y + r > top + h) this.sc.scrollTop = y + r - h;
    this.render();
    this.pane.rowAt(this.at)?.focus({ preventScroll: true });
    this.tell();
  }
  toggle(i: number): void { if (this.shut.has(i)) this.shut.delete(i); else this.shut.add(i); this.reflow(); }
  foldAll(open: boolean): void { this.shut.clear(); if (!open) for (let i = 0; i < this.plan!.n; i++) if (this.plan!.isParent(i)) this.shut.add(i); const id = this.vis[this.at]; this.reflow(); this.at = Math.max(0, this.rowOf[id]); this.ask(); }
  open(): void {
    const i = this.vis[this.at], href = i !== undefined && this.plan!.isHead(i) ? this.plan!.url[i] : this.getAttribute('href');
    if (i === undefined || !this.dispatchEvent(new CustomEvent('tl-open', { bubbles: true, cancelable: true, detail: { id: this.plan!.ids[i] } })) || !href) return;
    void openPeek(href.replace('{id}', encodeURIComponent(this.plan!.ids[i])), this.pane.rowAt(this.at) ?? null);
  }
  private pick(e: MouseEvent): void {
    const r = (e.target as HTMLElement).closest<HTMLElement>('[data-v]');
    if (!r) return;
    if ((e.target as HTMLElement).closest('.tl-tw')) this.toggle(this.vis[Number(r.dataset.v)]);
    else if (r.classList.contains('tl-f') && document.activeElement === r && this.cellUnder(e)) return;   // a second press on a cell of the row edits it
    this.focusRow(Number(r.dataset.v));
  }
  private cellUnder(e: MouseEvent, named = false): boolean {
    const r = (e.target as HTMLElement).closest<HTMLElement>('[data-v]'), c = r && this.pane.columnOf((e.target as HTMLElement).closest('[role=gridcell]'), r);
    return !!r && !!c && (named || c !== 'name') && this.editor.start(Number(r.dataset.v), c);
  }
  setColumns(c: string[]): void { choose(this.getAttribute('name') ?? '', c); this.pane.setColumns(c); this.width(Math.min(this.pane.natural(), this.clientWidth * .6)); this.render(); }
  setFilter(f: Partial<Filter>): void { const id = this.vis[this.at]; this.filter = { ...this.filter, ...f }; if (!this.plan) return; this.reflow(); if (this.rowOf[id] >= 0) this.at = this.rowOf[id]; else this.at = 0; this.sc.scrollTop = isFilter(this.filter) ? 0 : Math.max(0, this.at * this.row() - 200); this.tell(); this.ask(); }
  /** At first sight the first open row is on the screen. */
  private toWork(): void { const p = this.plan!, first = this.vis.findIndex((i) => p.status[i] !== 'done' && p.kind[i] !== 1), h = this.sc.clientHeight - HEAD; if (first > 0 && first * this.row() > h - 80) { this.at = first; this.sc.scrollTop = Math.max(0, (first - 4) * this.row()); } }
  changed(): void { const b = this.querySelector<HTMLButtonElement>('[data-tl-undo]'); if (b) b.disabled = this.changes.isEmpty; }
  /** What the row says, in words, under the plan: nothing needed hides in a tooltip. */
  tell(): void { const i = this.vis[this.at]; this.chain = new Set(this.plan && i !== undefined ? [i, ...this.plan.drivers(i)] : []); this.foot.replaceChildren(...(this.plan ? facts(this.plan, this.vis[this.at], this.vis.length) : [])); }

  // ── paper ──
  toSVG(): string { const v = this.view(); return v ? pages(v, this.theme('light'), 100_000)[0] ?? '' : ''; }
  private save(): void { const v = this.view(); if (v) saveSvg(this.toSVG(), this.getAttribute('label') ?? 'plan'); }
  private paper(): void {
    const v = this.view();
    if (!v || this.querySelector('.tl-print')) return;
    const box = make('div', { class: 'tl-print' }), parser = new DOMParser();
    for (const svg of pages(v, this.theme('light'), 34)) box.append(document.importNode(parser.parseFromString(svg, 'image/svg+xml').documentElement, true));
    this.append(box);
  }
}
if (!customElements.get('tandem-timeline')) customElements.define('tandem-timeline', TandemTimeline);
