/* Pointer work on the canvas: move, resize, link; on touch a long press picks the bar up, so that a finger still scrolls. */
import { xOf, type View } from './draw';
import { MILESTONE, SUMMARY } from './plan';

export type Part = 'bar' | 'left' | 'right' | 'from-end' | 'from-start' | 'new';
export interface Hit { row: number; part: Part }
export interface Host {
  view(): View | null; canvas: HTMLCanvasElement; rowAtY(y: number): number; frozen(i: number, part: Part): boolean; mayDraw(i: number): boolean; mayLink(): boolean;
  preview(i: number, start: number, finish: number): void; settle(i: number, from: [number, number], to: [number, number]): void;
  link(from: number, to: number, type: number): void; focus(row: number, open: boolean): void; goTo(day: number): void; repaint(): void;
}
interface Drag { i: number; row: number; part: Part; x0: number; y0: number; x: number; y: number; s: number; e: number; live: boolean; touch: boolean }

export class Pointer {
  drag: Drag | null = null;
  private press = 0;
  constructor(private host: Host) {
    const c = host.canvas;
    c.addEventListener('pointerdown', (e) => this.down(e));
    c.addEventListener('pointermove', (e) => this.move(e));
    c.addEventListener('pointerup', (e) => this.up(e));
    c.addEventListener('pointercancel', () => this.cancel());
    c.addEventListener('dblclick', (e) => { const row = host.rowAtY(e.offsetY); if (row >= 0) host.focus(row, true); });
    c.addEventListener('touchmove', (e) => { if (this.drag?.live) e.preventDefault(); }, { passive: false });
    c.addEventListener('contextmenu', (e) => { if (this.drag?.touch) e.preventDefault(); });
  }
  private hit(x: number, y: number): Hit | null {
    const v = this.host.view(), row = this.host.rowAtY(y);
    if (!v || row < 0) return null;
    const i = v.vis[row], T = v.plan.time;
    if (!v.plan.has(i)) return this.host.mayDraw(i) ? { row, part: 'new' } : null;
    const s = xOf(v, T.start[i]), e = xOf(v, T.finish[i]), mile = v.plan.kind[i] === MILESTONE;
    if (mile) return Math.abs(x - s) <= 8 ? { row, part: 'bar' } : x > s + 8 && x < s + 20 && this.host.mayLink() ? { row, part: 'from-end' } : null;
    const narrow = e - s < 16 && v.plan.kind[i] !== SUMMARY;   // a short bar is gripped at its right edge, a little outside too
    if (narrow && x >= e && x <= e + 5) return { row, part: 'right' };
    if (x > e + 2 && x < e + 18 && this.host.mayLink()) return { row, part: 'from-end' };
    if (x < s - 2 && x > s - 14 && this.host.mayLink()) return { row, part: 'from-start' };
    if (x < s - 2 || x > e + 2) return null;
    if (v.plan.kind[i] === SUMMARY) return { row, part: 'bar' };
    const grip = Math.min(7, (e - s) / 4);
    return { row, part: x < s + grip ? 'left' : x > e - grip ? 'right' : 'bar' };
  }
  private down(e: PointerEvent): void {
    const v = this.host.view();
    if (!v || e.button !== 0) return;
    const chip = v.chips.find((c) => e.offsetX >= c.x && e.offsetX <= c.x + c.w && e.offsetY >= c.y && e.offsetY <= c.y + 17);
    if (chip) { this.host.goTo(chip.day); return; }
    const h = this.hit(e.offsetX, e.offsetY), row = this.host.rowAtY(e.offsetY);
    if (row >= 0) this.host.focus(row, false);
    if (!h) return;
    const i = v.vis[h.row], linking = h.part === 'from-end' || h.part === 'from-start';
    if (!v.plan.editable || (h.part !== 'new' && !linking && this.host.frozen(i, h.part))) return;
    const touch = e.pointerType === 'touch';
    this.drag = { ...h, i, x0: e.offsetX, y0: e.offsetY, x: e.offsetX, y: e.offsetY, s: v.plan.time.start[i], e: v.plan.time.finish[i], live: !touch, touch };
    if (touch) this.press = window.setTimeout(() => { if (this.drag) { this.drag.live = true; navigator.vibrate?.(15); this.host.repaint(); } }, 380);
    else { e.preventDefault(); this.host.canvas.setPointerCapture(e.pointerId); }
  }
  private move(e: PointerEvent): void {
    const d = this.drag, v = this.host.view();
    if (!v) return;
    if (!d) {
      const h = this.hit(e.offsetX, e.offsetY), free = h && v.plan.editable && (h.part === 'new' || !this.host.frozen(v.vis[h.row], h.part));
      this.host.canvas.style.cursor = !h ? '' : h.part.startsWith('from') || h.part === 'new' ? (v.plan.editable ? 'crosshair' : '') : !free ? 'pointer' : h.part === 'bar' ? 'grab' : 'ew-resize';
      return;
    }
    if (!d.live) { if (Math.hypot(e.offsetX - d.x0, e.offsetY - d.y0) > 8) this.cancel(); return; }
    d.x = e.offsetX; d.y = e.offsetY;
    const k = Math.round((d.x - d.x0) / v.px);
    if (d.part === 'new') { const day = (x: number) => Math.floor((x + v.sx) / v.px + v.plan.t0), a = day(Math.min(d.x0, d.x)), b = day(Math.max(d.x0, d.x)) + 1; if (Math.abs(d.x - d.x0) > 4) this.host.preview(d.i, a, b); }
    else if (d.part === 'bar') this.host.preview(d.i, d.s + k, d.e + k);
    else if (d.part === 'left') this.host.preview(d.i, Math.min(d.e - 1, d.s + k), d.e);
    else if (d.part === 'right') this.host.preview(d.i, d.s, Math.max(d.s + 1, d.e + k));
    this.host.repaint();
  }
  private up(e: PointerEvent): void {
    const d = this.drag, v = this.host.view();
    clearTimeout(this.press);
    this.drag = null;
    if (!d || !v || !d.live) return;
    if (d.part === 'from-end' || d.part === 'from-start') {
      const row = this.host.rowAtY(e.offsetY);
      if (row >= 0 && v.vis[row] !== d.i) {
        const t = v.vis[row], end = Math.abs(e.offsetX - xOf(v, v.plan.time.finish[t])) < 9 && v.plan.kind[t] !== MILESTONE && Math.abs(e.offsetX - xOf(v, v.plan.time.start[t])) > 9;
        this.host.link(d.i, t, d.part === 'from-end' ? (end ? 2 : 0) : end ? 3 : 1);
      }
    } else {
      const to: [number, number] = [v.plan.time.start[d.i], v.plan.time.finish[d.i]];
      this.host.settle(d.i, [d.s, d.e], to);
    }
    this.host.repaint();
  }
  cancel(): boolean {
    clearTimeout(this.press);
    const d = this.drag;
    this.drag = null;
    if (!d) return false;
    if (d.live && !d.part.startsWith('from')) this.host.preview(d.i, d.s, d.e);
    this.host.repaint();
    return true;
  }
}
