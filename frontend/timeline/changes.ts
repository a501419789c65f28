/* Changes of the plan: cancellable, shown at once, sent one after the other with the row's version, answered by a patch of rows. */
import { Refusal, send } from '../shared/http';
import { complain, toast } from '../shared/toast';
import { say } from '../shared/words';
import { shortDate } from './axis';
import { lastDay } from './pane';
import { SUMMARY, type PatchJson } from './plan';
import type { TandemTimeline } from './timeline';

type Span = [number, number];
const TYPES = ['FS', 'SS', 'FF', 'SF'];

export class Changes {
  private hist: { id: string; span: Span }[] = [];
  private chain: Promise<unknown> = Promise.resolve();
  constructor(private t: TandemTimeline) {}

  /** Summaries follow their children; the server may fix other rows. */
  frozen(i: number): boolean { const p = this.t.plan!; return !p.editable || p.kind[i] === SUMMARY || p.fixed[i] === 1 || !p.has(i); }
  private emit(name: string, detail: unknown): boolean { return this.t.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, cancelable: true })); }

  put(i: number, start: number, finish: number, undoing = false): void {
    const { t } = this, p = t.plan!;
    if (this.frozen(i)) { if (p.kind[i] === SUMMARY) t.say(say('tl_summary_fixed'), true); return; }
    const from: Span = [p.time.start[i], p.time.finish[i]], id = p.ids[i];
    if (!this.emit('tl-change', { id, start: p.unit(start), finish: p.unit(finish), from: from.map((d) => p.unit(d)) })) { t.ask(); return; }
    [p.time.start[i], p.time.finish[i]] = [start, finish];
    if (!undoing) this.hist.push({ id, span: from });
    t.say(say('tl_changed', { name: p.name[i], start: shortDate(p.dateOf(start)), finish: shortDate(p.dateOf(lastDay(p, i))) }));
    this.shown();
    const url = t.getAttribute('patch');
    if (!url) return;
    this.chain = this.chain.then(async () => {
      const now = t.plan!, k = now.at(id);
      if (k < 0) return;
      try {
        const data = { start: now.unit(start), finish: now.unit(finish), version: now.version[k] };
        t.take((await send('PATCH', url.replace('{id}', encodeURIComponent(id)), data, now.version[k])) as PatchJson);
      } catch (e) {
        this.refuse(e, () => { [now.time.start[k], now.time.finish[k]] = from; if (!undoing) this.hist.pop(); });
      }
    });
  }

  link(a: number, b: number, type: number): void {
    const { t } = this, p = t.plan!;
    if (a === b || p.linked(a, b) || !this.emit('tl-link', { from: p.ids[a], to: p.ids[b], type: TYPES[type], lag: 0 })) return;
    const before = p.links.slice(), text = say('tl_linked', { from: p.name[a], to: p.name[b] });
    p.addLink(a, b, type);
    t.say(text);
    t.ask();
    const url = t.getAttribute('link');
    if (!url) return;
    const data = { from: p.ids[a], to: p.ids[b], type: TYPES[type], lag: 0 };
    this.chain = this.chain.then(async () => {
      try {
        const answer = (await send('POST', url, data)) as PatchJson;
        t.take(answer);
        toast(answer.message ?? text, { undo: answer.undo });
      } catch (e) { this.refuse(e, () => p.setLinks(before)); }
    });
  }

  undo(): void {
    const h = this.hist.pop(), i = h ? this.t.plan!.at(h.id) : -1;
    if (h && i >= 0) this.put(i, h.span[0], h.span[1], true);
  }

  private shown(): void { this.t.pane.stale(); this.t.tell(); this.t.ask(); }
  private refuse(e: unknown, back: () => void): void {
    back();
    this.shown();
    this.t.say((e as Error).message);
    complain(e);
    if (!(e instanceof Refusal) || (e.status !== 409 && e.status !== 412)) return;
    if (e.body.rows) this.t.take(e.body as PatchJson); else this.t.again();
  }
}
