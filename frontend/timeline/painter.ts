/* All painting goes through a Painter of five calls, so the same code yields canvas pixels and a vector SVG (print, export). */
export interface Painter {
  rect(x: number, y: number, w: number, h: number, fill: string, r?: number): void;
  frame(x: number, y: number, w: number, h: number, stroke: string, lw?: number, r?: number): void;
  line(points: number[], stroke: string, lw?: number, dash?: boolean): void;
  poly(points: number[], fill: string, stroke?: string): void;
  text(s: string, x: number, y: number, fill: string, bold?: boolean, end?: boolean): void;
  width(s: string): number;
}
const FAMILY = 'Inter, "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif';

export class CanvasPainter implements Painter {
  constructor(private g: CanvasRenderingContext2D, private size: number) { g.textBaseline = 'middle'; g.font = `${size}px ${FAMILY}`; }
  rect(x: number, y: number, w: number, h: number, fill: string, r = 0): void {
    const g = this.g;
    g.fillStyle = fill;
    if (!r || w < 4) g.fillRect(x, y, w, h);
    else { g.beginPath(); g.roundRect(x, y, w, h, r); g.fill(); }
  }
  frame(x: number, y: number, w: number, h: number, stroke: string, lw = 1, r = 2): void {
    const g = this.g;
    g.strokeStyle = stroke; g.lineWidth = lw; g.setLineDash([]);
    g.beginPath(); g.roundRect(x + lw / 2, y + lw / 2, Math.max(1, w - lw), Math.max(1, h - lw), r); g.stroke();
  }
  line(p: number[], stroke: string, lw = 1, dash = false): void {
    const g = this.g;
    g.strokeStyle = stroke; g.lineWidth = lw; g.setLineDash(dash ? [3, 3] : []);
    g.beginPath(); g.moveTo(p[0], p[1]);
    for (let i = 2; i < p.length; i += 2) g.lineTo(p[i], p[i + 1]);
    g.stroke();
  }
  poly(p: number[], fill: string, stroke?: string): void {
    const g = this.g;
    g.fillStyle = fill;
    g.beginPath(); g.moveTo(p[0], p[1]);
    for (let i = 2; i < p.length; i += 2) g.lineTo(p[i], p[i + 1]);
    g.closePath(); g.fill();
    if (stroke) { g.strokeStyle = stroke; g.lineWidth = 1.5; g.setLineDash([]); g.stroke(); }
  }
  text(s: string, x: number, y: number, fill: string, bold = false, end = false): void {
    const g = this.g;
    g.font = `${bold ? '600 ' : ''}${this.size}px ${FAMILY}`;
    g.fillStyle = fill; g.textAlign = end ? 'right' : 'left';
    g.fillText(s, x, y);
  }
  width(s: string): number { return this.g.measureText(s).width; }
}

const esc = (s: string): string => s.replace(/[&<>"]/g, (m) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[m]!);
const f = (v: number): string => String(Math.round(v * 10) / 10);

export class SvgPainter implements Painter {
  out: string[] = [];
  rect(x: number, y: number, w: number, h: number, fill: string, r = 0): void { this.out.push(`<rect x="${f(x)}" y="${f(y)}" width="${f(Math.max(0, w))}" height="${f(h)}"${r ? ` rx="${r}"` : ''} fill="${fill}"/>`); }
  frame(x: number, y: number, w: number, h: number, stroke: string, lw = 1, r = 2): void { this.out.push(`<rect x="${f(x + lw / 2)}" y="${f(y + lw / 2)}" width="${f(Math.max(1, w - lw))}" height="${f(h - lw)}" rx="${r}" fill="none" stroke="${stroke}" stroke-width="${lw}"/>`); }
  line(p: number[], stroke: string, lw = 1, dash = false): void { this.out.push(`<polyline points="${p.map(f).join(' ')}" fill="none" stroke="${stroke}" stroke-width="${lw}"${dash ? ' stroke-dasharray="3 3"' : ''}/>`); }
  poly(p: number[], fill: string, stroke?: string): void { this.out.push(`<polygon points="${p.map(f).join(' ')}" fill="${fill}"${stroke ? ` stroke="${stroke}" stroke-width="1.5"` : ''}/>`); }
  text(s: string, x: number, y: number, fill: string, bold = false, end = false): void { this.out.push(`<text x="${f(x)}" y="${f(y + 4)}" fill="${fill}"${bold ? ' font-weight="600"' : ''}${end ? ' text-anchor="end"' : ''}>${esc(s)}</text>`); }
  width(s: string): number { let w = 0; for (const c of s) w += c.charCodeAt(0) > 0x2e7f ? 11.5 : 6.4; return w; }
  svg(w: number, h: number): string { return `<svg xmlns="http://www.w3.org/2000/svg" width="${f(w)}" height="${f(h)}" viewBox="0 0 ${f(w)} ${f(h)}" font-family="Inter, 'Noto Sans CJK SC', sans-serif" font-size="11.5">${this.out.join('')}</svg>`; }
}
