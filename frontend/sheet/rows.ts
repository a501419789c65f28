/* The rows of a sheet: what the server last said of each, what was written since (drafts), and what was refused. */

export interface Model { id: number; v: number; e: boolean; s: number; [column: string]: string | number | boolean }
/** What a field of a team's own takes in one space: by the field that its list depends on, when that one is shown. */
export interface Own { id: number; kind: 'text' | 'number' | 'date' | 'select' | 'names' | 'fixed'; choices?: string[]; first?: string; branches?: Record<string, string[]> }
export interface Answer {
  /** `new` as the kind: written only where the row begins. Width and whether it stands still may be left out. */
  columns: [prop: string, name: string, writable: boolean, kind: string, width?: number, pinned?: boolean][]; own: Record<string, Record<string, Own>>; rows: unknown[][]; more: boolean;
  states: Record<string, string[]>; types: Record<string, string[]>; priorities: string[]; people: string[];
  /** What a column may hold where it is not one of work items; how single cells are marked, and why. */
  lists?: Record<string, { kind: 'select' | 'names'; choices: string[] }>; marks?: Record<string, Record<string, [mark: string, why: string]>>;
}
export interface Problem { row: number; column: string; label: string; code: string; message: string }
export interface Sent { rows: { row: number; id: number | null; version: number | null; cells: Record<string, string> }[]; places: Map<number, Model> }
type Texts = Record<string, string>;

export class Rows {
  columns: Answer['columns'] = [];
  models: Model[] = [];
  choices: Pick<Answer, 'states' | 'types' | 'priorities' | 'people' | 'own' | 'lists' | 'marks'> = { states: {}, types: {}, priorities: [], people: [], own: {} };
  /** The space of rows that are not written yet. */
  home = '';
  /** Row → the texts that stood there before, of the cells that were written since. */
  drafts = new Map<Model, Texts>();
  /** Row → column ('' for the whole row) → why it was not taken. */
  problems = new Map<Model, Texts>();
  private mayAdd = false;

  load(answer: Answer, mayAdd: boolean): void {
    this.columns = answer.columns;
    this.mayAdd = mayAdd;
    this.choices = answer;
    this.models = answer.rows.map((row) => this.model(row));
    this.grow();
  }

  /** What the server says now; rows with drafts keep them, and the version on which they rest. */
  renew(answer: Answer): void {
    const kept = new Map([...this.drafts.keys()].filter((m) => m.id).map((m) => [m.id, m]));
    const fresh = [...this.drafts.keys()].filter((m) => !m.id);
    this.choices = answer;
    const known = new Map(this.models.filter((m) => m.id).map((m) => [m.id, m]));
    this.models = answer.rows.map((row) => {
      const model = this.model(row), own = known.get(model.id);
      return kept.get(model.id) ?? (own ? Object.assign(own, model) : model);
    });
    this.models.push(...[...kept.values()].filter((m) => !this.models.includes(m)), ...fresh);
    this.grow();
  }

  private model([id, v, e, s, ...texts]: unknown[]): Model {
    const model: Model = { id: Number(id), v: Number(v), e: !!e, s: Number(s) };
    this.columns.forEach(([prop], n) => { model[prop] = String(texts[n] ?? ''); });
    return model;
  }

  /** One empty row stands last: what is written there becomes a new item. */
  private grow(to = 0): void {
    const isEmpty = (m?: Model) => !!m && !m.id && !this.drafts.has(m);
    while (this.mayAdd && (this.models.length <= to || !isEmpty(this.models.at(-1)))) this.models.push(this.model([0, 0, true, 0]));
  }
  existing(): number { return this.models.filter((m) => m.id).length; }

  /** The field behind a column in the space of that row; undefined for the columns of every project. */
  own(prop: string, model?: Model): Own | null | undefined {
    const spaces = this.choices.own?.[prop];
    return spaces ? spaces[String(model?.s || this.home)] ?? null : undefined;
  }

  /** Nobody writes into this column there; a new row may say its project. */
  isFixed(prop: string, row: number): boolean {
    const model = this.models[row], isNew = !model?.id, own = this.own(prop, model);
    if (own === null ? !isNew || !!this.home : own?.kind === 'fixed') return true;
    const column = this.columns.find((c) => c[0] === prop);
    return !column?.[2] && !(isNew && (prop === 'project' || column?.[3] === 'new'));
  }
  mayWrite(model: Model, prop: string): boolean { return model.e && !this.isFixed(prop, model.id ? this.models.indexOf(model) : this.models.length); }

  /** Writes texts into cells; true when some of them cannot be written at all. */
  put(changes: Map<number, Texts>): boolean {
    let refused = false;
    if (this.mayAdd) this.grow(Math.max(...changes.keys(), 0));
    for (const [row, texts] of changes) {
      const model = this.models[row];
      if (!model) { refused = true; continue; }
      for (const [prop, text] of Object.entries(texts)) {
        if (!model.e || this.isFixed(prop, row)) { refused ||= !model.e || text !== model[prop]; continue; }
        const before = this.drafts.get(model) ?? {}, problem = this.problems.get(model);
        before[prop] ??= String(model[prop] ?? '');
        model[prop] = text;
        if (before[prop] === text) delete before[prop];
        if (Object.keys(before).length) this.drafts.set(model, before); else this.drafts.delete(model);
        if (problem) { delete problem[prop]; delete problem['']; if (!Object.keys(problem).length) this.problems.delete(model); }
      }
    }
    this.grow();
    return refused;
  }

  /** What is not saved yet, as it is sent. */
  block(only?: Set<Model>): Sent {
    const places = new Map<number, Model>(), at = new Map(this.models.map((m, n) => [m, n + 1]));
    const rows = [...this.drafts].filter(([m]) => (!only || only.has(m)) && at.has(m)).map(([m, before]) => {
      const row = at.get(m)!;
      places.set(row, m);
      return { row, id: m.id || null, version: m.v || null, cells: Object.fromEntries(Object.keys(before).map((p) => [p, String(m[p])])) };
    });
    return { rows, places };
  }

  /** The server took the block: its words stand now, but for what was typed while it worked. */
  written(sent: Sent, fresh: Record<string, unknown[]>): void {
    for (const one of sent.rows) {
      const model = sent.places.get(one.row)!, row = fresh[one.row];
      this.problems.delete(model);
      if (!row) { this.drafts.delete(model); continue; }
      const now = this.model(row), before = this.drafts.get(model) ?? {};
      Object.assign(model, { id: now.id, v: now.v, e: now.e, s: now.s });
      for (const [prop] of this.columns) {
        const isNewer = prop in before && String(model[prop]) !== one.cells[prop];
        if (isNewer) before[prop] = String(now[prop]); else { model[prop] = now[prop]; delete before[prop]; }
      }
      if (Object.keys(before).length) this.drafts.set(model, before); else this.drafts.delete(model);
    }
    this.grow();
  }

  /** Marks what was refused. A row that is newer on the server shows it; what one had written there is returned. */
  refused(sent: Sent, found: Problem[], current: Record<string, unknown[]>): Map<Model, Texts> {
    const lost = new Map<Model, Texts>();
    this.problems.clear();
    for (const p of found) {
      const model = sent.places.get(p.row);
      if (!model) continue;
      if (p.code === 'stale' || p.code === 'row_gone') {
        const before = this.drafts.get(model) ?? {}, row = current[p.row];
        if (row) { lost.set(model, Object.fromEntries(Object.keys(before).map((k) => [k, String(model[k])]))); Object.assign(model, this.model(row)); } else model.e = false;
        this.drafts.delete(model);
      } else this.problems.set(model, { ...this.problems.get(model), [p.column]: p.message });
    }
    return lost;
  }

  takeBack(): void {
    for (const [model, before] of this.drafts) Object.assign(model, before);
    const gone = new Set([...this.drafts.keys()].filter((m) => !m.id));
    this.drafts.clear();
    this.problems.clear();
    this.models = this.models.filter((m) => !gone.has(m));
    this.grow();
  }
}
