/* The plan as columns: small JSON, small heap. README.md in this folder is the contract. Inside, time is in days since 1970 (floats, NaN = none). */
export type Num = number | null;
export interface Calendar { name?: string; week?: number[]; off?: number[]; on?: number[] }
export interface Load { from: number; step: number; values: Num[]; capacity: number | number[]; label?: string }
export type LinkTuple = [from: number, to: number, type?: number, lag?: number];

/** Columns that a row may have; a patch may carry any of them. */
export interface Columns {
  id: (string | number)[]; key?: string[]; name?: string[]; parent?: number[]; kind?: number[]; version?: number[];
  start?: Num[]; finish?: Num[]; base_start?: Num[]; base_finish?: Num[]; p50?: Num[]; p80?: Num[]; p95?: Num[];
  promise?: Num[]; actual?: Num[]; deadline?: Num[]; percent?: Num[]; slack?: Num[]; free?: Num[]; duration?: Num[];
  planned_start?: Num[]; planned_finish?: Num[]; actual_start?: Num[]; origin?: number[]; driver?: Num[]; state?: Num[]; people?: (number[] | null)[]; url?: string[]; critical?: number[]; status?: string[]; calendar?: number[]; fixed?: number[]; note?: string[];
}
export interface PlanJson extends Columns { unit?: 'day' | 'minute'; name: string[]; start: Num[]; finish: Num[]; links?: LinkTuple[]; calendars?: Calendar[]; load?: Load | null; today?: Num; editable?: boolean; states?: string[]; persons?: string[]; baseline?: string; all_done?: { p50: Num; p80: Num; p95: Num } | null }
export interface PatchJson { rows?: Columns; links?: LinkTuple[]; load?: Load | null; today?: Num; reload?: boolean; message?: string; undo?: string; back?: Back | null; focus?: string | number; topics?: string[] }

/** What takes a change back: one's own run of changes, a patch, or a link. */
export interface Back { run?: string; patch?: { id: number; [field: string]: unknown }; restore?: number; remove?: number; version?: number; unlink?: number; link?: unknown; relink?: unknown }

const TIMES = ['start', 'finish', 'base_start', 'base_finish', 'p50', 'p80', 'p95', 'promise', 'actual', 'actual_start', 'planned_start', 'planned_finish', 'deadline'] as const;
export type Time = (typeof TIMES)[number];
export const TASK = 0, SUMMARY = 1, MILESTONE = 2;
/** Whence a bar's dates come. */
export const COMPUTED = 0, PLANNED = 1, ACTUAL = 2;
const FIELDS = ['percent', 'slack', 'free', 'duration'] as const;

export class Plan {
  readonly n: number;
  ids: string[]; key: string[]; name: string[]; parent: Int32Array; depth: Uint8Array; kind: Uint8Array; version: Int32Array;
  time: Record<Time, Float64Array>;
  percent!: Float64Array; slack!: Float64Array; free!: Float64Array; duration!: Float64Array; origin: Uint8Array; driver: string[]; state: Int32Array; people: (number[] | null)[]; url: string[];
  states: string[]; persons: string[]; baseline: string; allDone: Record<'p50' | 'p80' | 'p95', number> | null; private heads: Uint8Array;
  critical: Uint8Array; status: string[]; calendar: Uint8Array; fixed: Uint8Array; note: string[];
  links: Required<LinkTuple>[] = [];
  out: number[][] = []; inn: number[][] = [];
  calendars: Calendar[]; load: Load | null; today: number; editable: boolean;
  t0 = 0; span = 1;
  private per: number;
  private index = new Map<string, number>();
  private daysOff: Uint8Array[] = [];

  constructor(json: PlanJson) {
    const n = (this.n = json.id.length);
    this.per = json.unit === 'minute' ? 1440 : 1;
    this.ids = json.id.map(String);
    this.ids.forEach((id, i) => this.index.set(id, i));
    this.key = json.key ?? []; this.name = json.name; this.status = json.status ?? []; this.note = json.note ?? [];
    this.parent = Int32Array.from({ length: n }, (_, i) => json.parent?.[i] ?? -1);
    this.depth = new Uint8Array(n);
    for (let i = 0; i < n; i++) this.depth[i] = this.parent[i] >= 0 && this.parent[i] < i ? this.depth[this.parent[i]] + 1 : 0;
    this.kind = Uint8Array.from({ length: n }, (_, i) => json.kind?.[i] ?? TASK);
    this.version = Int32Array.from({ length: n }, (_, i) => json.version?.[i] ?? 0);
    const times = (c?: Num[]) => Float64Array.from({ length: n }, (_, i) => this.day(c?.[i]));
    this.time = Object.fromEntries(TIMES.map((t) => [t, times(json[t])])) as Record<Time, Float64Array>;
    const floats = (c?: Num[]) => Float64Array.from({ length: n }, (_, i) => c?.[i] ?? NaN);
    for (const f of FIELDS) this[f] = floats(json[f]);
    this.origin = Uint8Array.from({ length: n }, (_, i) => json.origin?.[i] ?? COMPUTED);
    this.driver = Array.from({ length: n }, (_, i) => (json.driver?.[i] === null || json.driver?.[i] === undefined ? '' : String(json.driver[i])));
    this.state = Int32Array.from({ length: n }, (_, i) => json.state?.[i] ?? -1);
    this.people = json.people ?? []; this.url = json.url ?? []; this.states = json.states ?? []; this.persons = json.persons ?? []; this.baseline = json.baseline ?? '';
    const done = json.all_done;
    this.allDone = done ? { p50: this.day(done.p50), p80: this.day(done.p80), p95: this.day(done.p95) } : null;
    this.heads = Uint8Array.from({ length: n }, (_, i) => (Number(json.id[i]) < 0 ? 1 : 0));
    this.critical = Uint8Array.from({ length: n }, (_, i) => json.critical?.[i] ?? 0);
    this.calendar = Uint8Array.from({ length: n }, (_, i) => json.calendar?.[i] ?? 0);
    this.fixed = Uint8Array.from({ length: n }, (_, i) => json.fixed?.[i] ?? 0);
    this.calendars = json.calendars?.length ? json.calendars : [{}];
    this.load = json.load ?? null; this.today = this.day(json.today); this.editable = json.editable !== false;
    this.setLinks(json.links ?? []);
    this.measure();
  }
  /** From the plan's unit to days, and back. */
  day(v: Num | undefined): number { return v === null || v === undefined ? NaN : v / this.per; }
  /** Lags are working time: 480 minutes are a day. */
  lagDays(lag: number): number { return this.per === 1 ? lag : Math.round(lag / 48) / 10; }
  unit(day: number): number { return Math.round(day * this.per); }
  at(id: string | number): number { return this.index.get(String(id)) ?? -1; }
  isParent(i: number): boolean { return i + 1 < this.n && this.parent[i + 1] === i; }
  /** A heading of the plan that is no work item, such as a feature. */
  isHead(i: number): boolean { return this.heads[i] === 1; }
  /** It has begun and has no finish: drawn up to today. */
  isOpen(i: number): boolean { return !Number.isNaN(this.time.start[i]) && Number.isNaN(this.time.finish[i]) && this.time.start[i] <= this.today; }
  /** Open work whose finish has passed, or that misses a date that was set. */
  late(i: number): boolean { return this.status[i] !== 'done' && this.kind[i] !== SUMMARY && (this.time.finish[i] < this.today || this.time.finish[i] > this.time.deadline[i] || this.slack[i] < 0); }
  /** The rows that decide when this one starts, the nearest first. */
  drivers(i: number): number[] { const out: number[] = []; for (let at = i, k = 0; k < 2000 && at >= 0; k++) { at = this.driver[at] ? this.at(this.driver[at]) : -1; if (at < 0 || out.includes(at)) break; out.push(at); } return out; }
  has(i: number): boolean { return !Number.isNaN(this.time.start[i]) && !Number.isNaN(this.time.finish[i]); }

  setLinks(links: LinkTuple[]): void {
    this.links = links.map(([a, b, type = 0, lag = 0]) => [a, b, type, lag]);
    this.out = new Array<number[]>(this.n); this.inn = new Array<number[]>(this.n);
    this.links.forEach(([a, b], k) => { (this.out[a] ??= []).push(k); (this.inn[b] ??= []).push(k); });
  }
  addLink(a: number, b: number, type: number, lag = 0): void { this.setLinks([...this.links, [a, b, type, lag]]); }
  linked(a: number, b: number): boolean { return (this.out[a] ?? []).some((k) => this.links[k][1] === b); }

  /** Takes the server's patch; returns the rows whose bar moved, with where it was. */
  patch(p: PatchJson): Map<number, [number, number]> {
    const moved = new Map<number, [number, number]>(), rows = p.rows;
    rows?.id.forEach((id, k) => {
      const i = this.at(id);
      if (i < 0) return;
      const was: [number, number] = [this.time.start[i], this.time.finish[i]];
      for (const t of TIMES) if (rows[t]) this.time[t][i] = this.day(rows[t]![k]);
      if (rows.name) this.name[i] = rows.name[k];
      if (rows.status) this.status[i] = rows.status[k];
      if (rows.note) this.note[i] = rows.note[k];
      for (const f of FIELDS) if (rows[f]) this[f][i] = rows[f]![k] ?? NaN;
      if (rows.origin) this.origin[i] = rows.origin[k];
      if (rows.fixed) this.fixed[i] = rows.fixed[k];
      if (rows.driver) this.driver[i] = rows.driver[k] === null ? '' : String(rows.driver[k]);
      if (rows.critical) this.critical[i] = rows.critical[k];
      if (rows.version) this.version[i] = rows.version[k];
      if (was[0] !== this.time.start[i] || was[1] !== this.time.finish[i]) moved.set(i, was);
    });
    if (p.links) this.setLinks(p.links);
    if (p.load !== undefined) this.load = p.load;
    if (p.today !== undefined) this.today = this.day(p.today);
    this.measure();
    return moved;
  }

  private measure(): void {
    let a = Infinity, b = -Infinity;
    for (const t of TIMES) for (let i = 0; i < this.n; i++) { const v = this.time[t][i]; if (v < a) a = v; if (v > b) b = v; }
    if (this.allDone && this.allDone.p95 > b) b = this.allDone.p95;
    if (!Number.isNaN(this.today)) { a = Math.min(a, this.today); b = Math.max(b, this.today); }
    if (!Number.isFinite(a)) { a = Math.floor(Date.now() / 864e5); b = a + 30; }
    const t0 = Math.floor(a) - 14, span = Math.ceil(b) - t0 + 45;
    if (t0 !== this.t0 || span > this.span) { this.t0 = t0; this.span = span; this.daysOff = []; }
  }

  /** Non-working days of a calendar over the plan's span: 1 = nobody works. */
  off(cal: number): Uint8Array {
    return (this.daysOff[cal] ??= this.days(this.calendars[cal] ?? this.calendars[0]));
  }
  private days(c: Calendar): Uint8Array {
    const week = c.week ?? [1, 1, 1, 1, 1, 0, 0], out = new Uint8Array(this.span);
    for (let d = 0; d < this.span; d++) out[d] = week[(((this.t0 + d + 3) % 7) + 7) % 7] ? 0 : 1;   // 1970-01-01 was a Thursday
    for (const d of c.off ?? []) if (d - this.t0 in out) out[d - this.t0] = 1;
    for (const d of c.on ?? []) if (d - this.t0 in out) out[d - this.t0] = 0;
    return out;
  }
  /** `n` working days after `day` in the row's calendar: where slack ends. */
  later(day: number, n: number, cal: number): number {
    const off = this.off(cal);
    let d = day, left = n;
    for (let guard = 0; left > 0 && guard < 800; guard++) { if (!off[Math.floor(d) - this.t0]) left -= 1; d += 1; }
    return d;
  }
  dateOf(day: number): Date { return new Date(Math.round(day * 1440) * 60000); }
}
