/* Changes of the plan: cancellable, shown at once, sent one after the other with the row's version, answered by a patch of rows. */
import { Refusal, send } from '../shared/http';
import { complain, toast } from '../shared/toast';
import { say } from '../shared/words';
import { shortDate } from './axis';
import { lastDay } from './columns';
import { SUMMARY, type Back, type PatchJson } from './plan';
import type { TandemTimeline } from './timeline';

type Span = [number, number];
const TYPES = ['FS', 'SS', 'FF', 'SF'];

export class Changes {
  private hist: Back[] = [];
  private chain: Promise<unknown> = Promise.resolve();
  constructor(private t: TandemTimeline) {}

  get isEmpty(): boolean { return !this.hist.length; }
  /** Summaries follow their parts; what began keeps its start; the server may fix other rows. */
  frozen(i: number, part = 'bar'): boolean { const p = this.t.plan!; return !p.editable || p.kind[i] === SUMMARY || p.fixed[i] === 1 || (p.fixed[i] === 2 && part !== 'right') || !p.has(i); }
  private emit(name: string, detail: unknown): boolean { return this.t.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, cancelable: true })); }

  /** A bar was moved, or drawn out at one end: only what was meant is sent, so that a move keeps the duration. */
  put(i: number, start: number, finish: number): void {
    const { t } = this, p = t.plan!, from: Span = [p.time.start[i], p.time.finish[i]];
    const moved = Math.abs(finish - start - (from[1] - from[0])) < 1e-6, part = moved ? 'bar' : start === from[0] ? 'right' : 'left', isNew = Number.isNaN(from[0]);
    if (!isNew && this.frozen(i, part)) { t.say(p.note[i] || say(p.kind[i] === SUMMARY ? 'tl_summary_fixed' : 'tl_begun_fixed'), true); return; }
    if (!this.emit('tl-change', { id: p.ids[i], start: p.unit(start), finish: p.unit(finish), from: from.map((d) => p.unit(d)) })) { t.ask(); return; }
    [p.time.start[i], p.time.finish[i]] = [start, finish];
    t.say(say('tl_changed', { name: p.name[i], start: shortDate(p.dateOf(start)), finish: shortDate(p.dateOf(lastDay(p, i))) }));
    this.shown();
    this.patch(i, part === 'bar' && !isNew ? { start: p.unit(start) } : part === 'right' ? { finish: p.unit(finish) } : { start: p.unit(start), finish: p.unit(finish) }, () => { [t.plan!.time.start[i], t.plan!.time.finish[i]] = from; });
  }

  /** Any change of one row. `back` puts the picture right again when it is refused. */
  patch(i: number, data: Record<string, unknown>, back: () => void = () => undefined, then?: () => void): void {
    const { t } = this, url = t.getAttribute('patch'), id = t.plan!.ids[i];
    if (!url) return;
    this.later(async () => {
      const k = t.plan!.at(id);
      if (k < 0) return;
      return send('PATCH', url.replace('{id}', encodeURIComponent(id)), { ...data, version: t.plan!.version[k] }, t.plan!.version[k]);
    }, back, data.removed ? '' : undefined, then);
  }

  post(url: string, data: unknown, then?: () => void): void { this.later(() => send('POST', url, data), undefined, undefined, then); }

  link(a: number, b: number, type: number): void {
    const { t } = this, p = t.plan!, url = t.getAttribute('link');
    if (!url || a === b || p.linked(a, b) || p.isHead(a) || p.isHead(b) || !this.emit('tl-link', { from: p.ids[a], to: p.ids[b], type: TYPES[type], lag: 0 })) return;
    const before = p.links.slice(), text = say('tl_linked', { from: p.name[a], to: p.name[b] });
    p.addLink(a, b, type);
    t.say(text);
    t.ask();
    this.later(() => send('POST', url, { from: p.ids[a], to: p.ids[b], type: TYPES[type], lag: 0 }), () => p.setLinks(before), text);
  }

  /** One change after the other; what it answers is taken over. With `text` a toast says it and offers the way back. */
  private later(run: () => Promise<unknown>, back: () => void = () => undefined, text?: string, then?: () => void): void {
    this.chain = this.chain.then(async () => {
      try {
        const answer = (await run()) as PatchJson | undefined;
        if (!answer) return;
        if (answer.back) this.hist.push(answer.back);
        if (answer.focus !== undefined) this.t.editNext = true;
        await this.t.take(answer);
        const said = answer.message ?? text;
        if (said) toast(said, answer.back && text !== undefined ? { undo: () => this.undo() } : {});
        this.t.changed();
        then?.();
      } catch (e) { this.refuse(e, back); }
    });
  }

  undo(): void {
    const b = this.hist.pop(), { t } = this, patch = t.getAttribute('patch') ?? '', link = t.getAttribute('link') ?? '';
    if (!b) return;
    const row = (id: number, data: Record<string, unknown>) => send('PATCH', patch.replace('{id}', String(id)), data);
    this.later(async () => {
      const a = (b.run ? await send('POST', t.getAttribute('undo') ?? '', { run: b.run }) : b.patch ? await row(b.patch.id, { ...b.patch, id: undefined })
        : b.restore ? await row(b.restore, { removed: false, version: b.version }) : b.remove ? await row(b.remove, { removed: true, version: b.version })
        : b.unlink ? await send('POST', link, { link: b.unlink, removed: true }) : await send('POST', link, b.link ?? b.relink)) as PatchJson;
      if (!a.message) t.say(say('undone'), true);
      return { ...a, back: null };
    });
  }

  private shown(): void { this.t.pane.stale(); this.t.tell(); this.t.ask(); }
  private refuse(e: unknown, back: () => void): void {
    back();
    this.shown();
    this.t.say((e as Error).message);
    complain(e);
    if (!(e instanceof Refusal) || (e.status !== 409 && e.status !== 412)) return;
    if (e.body.rows) void this.t.take({ rows: e.body.rows } as PatchJson); else void this.t.again();
  }
}
