/* <tandem-sheet data-rows data-save>: work items (or, with data-plain, other rows) as a spreadsheet (RevoGrid). What is typed, pasted or filled stands in the cells at
   once and goes to the server as one block, which takes all of it or none; what it refuses is marked and told, nothing is lost. */
import type { CellProps, ColumnDataSchemaModel, ColumnRegular } from '@revolist/revogrid';
import { defineCustomElements } from '../node_modules/@revolist/revogrid/dist/esm/loader.js';
import { reasonFor } from '../shared/ask';
import { make } from '../shared/dom';
import { hold, inWords, writers } from '../shared/editing';
import { Refusal, send } from '../shared/http';
import { complain, toast } from '../shared/toast';
import { choose, panel } from './asking';
import { cells, filled, guarded, spread, type Area } from './block';
import { editor, type Choice } from './editors';
import { pasteLines } from './lines';
import { Rows, type Answer, type Model, type Own, type Problem } from './rows';

type Grid = HTMLRevoGridElement;
type Texts = Record<string, string>;
const WIDTHS: Record<string, number> = { key: 112, title: 360, state: 120, type: 110, assignees: 180, priority: 100, due: 120, points: 80, labels: 160, parent: 100, project: 160, created: 150, finished: 150, updated: 150, reporter: 140 };
const KINDS: Record<string, Choice['kind']> = { state: 'select', type: 'select', priority: 'select', due: 'date', points: 'number', assignees: 'names' };
const TOLD = 20, MOST = 1000;

const theme = (): string => (document.documentElement.dataset.bsTheme === 'dark' ? 'darkCompact' : 'compact');

class TandemSheet extends HTMLElement {
  private themes = new MutationObserver(() => { if (this.grid) this.grid.theme = theme(); });
  private rows = new Rows();
  private grid?: Grid;
  private keys = make('input', { class: 'sheet-keys', autocomplete: 'off', 'aria-describedby': 'sheet-keys-help' });
  private said = make('span', { class: 'sr', 'aria-live': 'polite' });
  private state = make('span', { role: 'status' });
  private told = make('div', {});
  private words: Texts = {};
  private typed = '';
  private busy = false;
  private again = false;
  private undos: string[] = [];
  private release: () => void = () => undefined;
  private beside = '';

  connectedCallback(): void {
    this.words = JSON.parse(this.querySelector('.sheet-words')?.textContent || '{}') as Texts;
    if (matchMedia('(max-width:767px)').matches) {
      const form = this.querySelector<HTMLFormElement>('.sheet-lines');
      if (form) pasteLines(form, this.dataset.save!, Number(this.dataset.home), MOST, (key, fill) => this.say(key, fill));
      return;
    }
    void this.open().catch(complain);
  }
  disconnectedCallback(): void { this.release(); this.themes.disconnect(); document.removeEventListener('td:others', this.others); removeEventListener('td:refetch', this.reload); removeEventListener('beforeunload', this.leave); }

  /** What the server calls the field of a column in that row. */
  private fieldOf(prop: string, model: Model): string {
    const own = this.rows.own(prop, model);
    return own ? `field:${own.id}` : ({ due: 'due_on', points: 'estimate_points' })[prop] ?? prop;
  }

  private isPlain(): boolean { return 'plain' in this.dataset; }
  /** The column in which a new row is begun. */
  private begins(): string { return this.isPlain() ? this.rows.columns[0]?.[0] ?? '' : 'title'; }
  private others_of(model: Model, prop: string): ReturnType<typeof writers> { return model.id && !this.isPlain() ? writers(model.id, this.fieldOf(prop, model)) : []; }

  private say(key: string, fill: Record<string, string | number> = {}): string {
    return (this.words[key] ?? key).replace(/\{(\w+)\}/g, (all, name: string) => String(fill[name] ?? all));
  }

  private async open(): Promise<void> {
    this.state.textContent = this.say('loading');
    const given = this.querySelector('.sheet-rows')?.textContent;   // a specimen brings its rows along
    const [answer] = await Promise.all([given ? JSON.parse(given) as Answer : send('GET', this.dataset.rows!), defineCustomElements(window)]);
    this.rows.home = this.dataset.home ?? '';
    this.rows.load(answer as unknown as Answer, !('readonly' in this.dataset));
    const help = make('p', { class: 'sr', id: 'sheet-keys-help' }, this.say('keys'));
    const grid = (this.grid = document.createElement('revo-grid') as Grid);
    this.keys.setAttribute('aria-label', this.dataset.label ?? '');
    this.keys.tabIndex = 0;
    const foot = make('div', { class: 'sheet-foot' }, this.state, make('span', { class: 'push' }, (answer as unknown as Answer).more ? this.say('cut', { most: this.dataset.most! }) : ''));
    this.append(this.told, make('div', { class: 'sheet-box' }, this.keys, grid), foot, help, this.said);
    Object.assign(grid, {
      range: true, resize: true, rowHeaders: true, readonly: 'readonly' in this.dataset, hideAttribution: true, filter: false, accessible: true, canFocus: true, applyOnClose: false, canMoveColumns: false, rowSize: 30,
      theme: theme(), columns: this.columns(), source: [...this.rows.models],
    });
    this.listen(grid);
    this.themes.observe(document.documentElement, { attributeFilter: ['data-bs-theme'] });
    this.classList.add('on');
    this.status();
    await (grid as unknown as { componentOnReady(): Promise<unknown> }).componentOnReady();
    grid.tabIndex = -1;  // the keys go through our field: there an input method can compose, and the page's own keys are silent
  }

  private columns(): ColumnRegular[] {
    const own = editor((cell) => this.choice(cell), () => { const t = this.typed; this.typed = ''; return t; }, () => { this.release(); setTimeout(() => { if (!document.activeElement || document.activeElement === document.body) this.keys.focus({ preventScroll: true }); }); });
    const begins = this.begins();
    return this.rows.columns.map(([prop, name, , , width, pinned]) => ({
      prop, name, size: width ?? WIDTHS[prop] ?? 130, ...(pinned ? { pin: 'colPinStart' as const } : {}), editor: own, readonly: (cell) => !this.rows.mayWrite(cell.model as Model, prop),
      cellProperties: (cell) => this.dress(cell.model as Model, prop),
      cellTemplate: (_h, cell) => {
        const model = cell.model as Model, text = String(model[prop] ?? '');
        return !model.id && !text && prop === begins && !this.rows.drafts.has(model) && model === this.rows.models.at(-1) ? this.say('new') : text;
      },
    }));
  }

  private dress(model: Model, prop: string): CellProps {
    const bad = this.rows.problems.get(model)?.[prop] ?? this.rows.problems.get(model)?.[''];
    const isHint = !model.id && prop === this.begins() && !model[prop], [mark, why] = this.rows.choices.marks?.[model.id]?.[prop] ?? ['', ''];
    const them = this.others_of(model, prop), title = bad || (them.length ? inWords(them) : why);
    return { class: { bad: !!bad, wait: !bad && prop in (this.rows.drafts.get(model) ?? {}), num: this.rows.columns.some((c) => c[0] === prop && c[3] === 'number'), hint: isHint, them: !!them.length, ...(mark ? { [mark]: true } : {}) }, ...(title ? { title } : {}) };
  }

  private choice(cell: ColumnDataSchemaModel): Choice {
    const prop = String(cell.prop), model = cell.model as Model, own = this.rows.own(prop, model), kind = own && own.kind !== 'fixed' ? own.kind : KINDS[prop] ?? 'text', space = String(model.s || this.dataset.home || '');
    const { states, types, priorities, people } = this.rows.choices;
    const choices = own ? this.ownChoices(own, model) : prop === 'state' ? states[space] ?? [] : prop === 'type' ? types[space] ?? [] : prop === 'priority' ? ['', ...priorities] : prop === 'assignees' ? people : [];
    const list = this.rows.choices.lists?.[prop];
    if (list) return { ...list, label: String(cell.column.name ?? prop) };
    this.release();
    if (model.id && !this.isPlain()) this.release = hold(`/work-items/${model.id}/`, this.fieldOf(prop, model));
    const known = kind === 'select' && !choices.length ? 'text' : kind;
    return { kind: known, choices, label: String(cell.column.name ?? prop) };
  }

  private ownChoices(own: Own, model: Model): string[] {
    const by = own.first && own.first in model ? own.branches?.[String(model[own.first])] : undefined, choices = by ?? own.choices ?? [];
    return own.kind === 'select' ? ['', ...choices] : own.kind === 'names' && !own.choices ? this.rows.choices.people : choices;
  }

  // what the person does

  private listen(grid: Grid): void {
    const on = <T>(name: string, act: (detail: T, e: CustomEvent<T>) => void) => grid.addEventListener(name, (e) => act((e as CustomEvent<T>).detail, e as CustomEvent<T>));
    on<{ rowIndex: number; prop: string; val?: unknown }>('beforeedit', (d, e) => { e.preventDefault(); this.put(new Map([[d.rowIndex, { [String(d.prop)]: String(d.val ?? '') }]])); });
    on<{ data: Record<number, Texts> }>('beforerangeedit', (d, e) => { e.preventDefault(); this.put(new Map(Object.entries(d.data).map(([row, texts]) => [Number(row), texts]))); });
    on<{ dataText?: string; raw: string }>('beforepasteapply', (d, e) => { e.preventDefault(); void this.paste(cells(d.dataText || d.raw)); });
    on<{ data: unknown[][] }>('clipboardrangecopy', (d) => { d.data.forEach((row) => row.forEach((text, n) => { row[n] = guarded(String(text ?? '')); })); });
    on<{ original: KeyboardEvent; edit: unknown }>('beforekeydown', (d, e) => this.key(d.original, !!d.edit, e));
    this.addEventListener('afterfocus', (e) => { e.preventDefault(); if (!this.querySelector('.sheet-ed')) this.keys.focus({ preventScroll: true }); void this.announce(); }, true);
    this.addEventListener('setrange', () => setTimeout(() => void this.announce()));
    this.keys.addEventListener('focus', () => void this.arrive());
    // an input method composes in the hidden field; its words open the cell
    this.keys.addEventListener('compositionend', () => { this.typed = this.keys.value; this.keys.value = ''; void this.edit(); });
    this.keys.addEventListener('input', (e) => { if (!(e as InputEvent).isComposing) this.keys.value = ''; });
    this.addEventListener('focusout', (e) => { if (document.hasFocus() && !this.contains(e.relatedTarget as Node | null) && !document.querySelector('dialog[open]') && e.relatedTarget) void grid.clearFocus(); });
    this.addEventListener('td:live', this.reload);
    document.addEventListener('td:others', this.others);
    addEventListener('td:refetch', this.reload);
    addEventListener('beforeunload', this.leave);
  }

  /** Who else is in which cell: the cell is framed, and the line below the grid says it. */
  private others = (): void => {
    const props = this.rows.columns.map((c) => c[0]);
    const said = this.rows.models.flatMap((m, n) => (m.id ? props.map((p, x) => [n, this.rows.columns[x][1], this.others_of(m, p)] as const).filter((w) => w[2].length) : [])).map(([n, column, names]) => `${this.say('row', { row: n + 1 })} · ${column}: ${inWords([...names])}`).join(' · ');
    if (said === this.beside) return;
    this.beside = said;
    void this.grid?.refresh('all');
    this.status();
  };

  private async arrive(): Promise<void> {
    if (await this.grid!.getFocused()) return;
    await this.focusAt(Math.max(0, this.rows.columns.findIndex((c) => c[2])), 0);
  }

  private key(e: KeyboardEvent, isEditing: boolean, held: Event): void {
    const at = document.activeElement, isOurs = !at || at === document.body || this.contains(at);  // between two fields nothing has the focus
    if (isEditing) return;
    // every part of the grid tells of the key: the first one does it
    if (!isOurs || e.defaultPrevented) { held.preventDefault(); return; }
    const mod = e.ctrlKey || e.metaKey, key = e.key.toLowerCase();
    const does = mod && key === 'd' ? () => void this.fill() : mod && key === 'z' ? () => void this.undo() : e.key === 'F2' ? () => void this.edit() : e.key === 'Escape' ? () => { void this.grid!.clearFocus(); this.keys.blur(); } : null;
    if (!does) return;
    held.preventDefault();
    e.preventDefault();
    does();
  }

  private async edit(): Promise<void> {
    const at = await this.grid!.getFocused();
    if (at) await this.grid!.setCellEdit(at.cell.y, this.rows.columns[at.cell.x + this.ahead(at.colType)][0]);
  }

  private async area(): Promise<Area | null> {
    const range = await this.grid!.getSelectedRange(), at = await this.grid!.getFocused();
    const found = range ?? (at ? { x: at.cell.x, y: at.cell.y, x1: at.cell.x, y1: at.cell.y } : null), before = this.ahead(range?.colType ?? at?.colType);
    return found && { x: found.x + before, y: found.y, x1: found.x1 + before, y1: found.y1 };
  }

  /** The grid counts the columns that stand still and those that scroll each from nought. */
  private ahead(kind?: string): number { return kind === 'colPinStart' ? 0 : this.rows.columns.filter((c) => c[5]).length; }
  private async focusAt(x: number, y: number): Promise<void> {
    const still = this.rows.columns.filter((c) => c[5]).length, at = { x: x < still ? x : x - still, y };
    await this.grid!.setCellsFocus(at, at, x < still ? 'colPinStart' : 'rgCol');
  }

  private async announce(): Promise<void> {
    const area = await this.area();
    if (!area) return;
    const high = area.y1 - area.y + 1, wide = area.x1 - area.x + 1, [prop, column] = this.rows.columns[area.x] ?? [];
    const text = String(this.rows.models[area.y]?.[prop] ?? '');
    this.said.textContent = high * wide > 1 ? this.say('selected', { rows: high, columns: wide }) : this.say('at', { row: area.y + 1, column, text: text || this.say('empty') });
  }

  private async fill(): Promise<void> {
    const area = await this.area();
    if (!area || area.y === area.y1) { toast(this.say('filled')); return; }
    const props = this.rows.columns.slice(area.x, area.x1 + 1).map((c) => c[0]);
    this.lay(filled(props.map((p) => String(this.rows.models[area.y][p] ?? '')), area), { ...area, y: area.y + 1 });
  }

  private async paste(block: string[][]): Promise<void> {
    const area = await this.area();
    if (!area || !block.length || 'readonly' in this.dataset) return;
    const heads = this.rows.columns.slice(area.x).map((c) => c[1].toLowerCase());
    if (block.length > 1 && block[0].every((text, n) => text.toLowerCase() === heads[n])) block = block.slice(1);
    const whole = spread(block, area), last = this.rows.existing();
    if (whole.length > MOST) { toast(this.say('too_many', { most: MOST }), { error: true }); return; }
    const beyond = area.y + whole.length - Math.max(last, area.y);
    if (beyond <= 1) { this.lay(whole, area); return; }
    const inside = whole.length - beyond, home = this.dataset.homeName ?? this.say('beyond_named');
    const buttons: [string, string][] = [['add', this.say('beyond_add', { n: beyond })], ...(inside > 0 ? [['leave', this.say('beyond_leave', { n: inside })] as [string, string]] : []), ['', this.say('cancel')]];
    const answer = await choose(this.say('beyond_title', { n: beyond }), this.say('beyond', { n: beyond, home }), buttons);
    if (answer) this.lay(answer === 'add' ? whole : whole.slice(0, inside), area);
  }

  /** Texts into the cells from `area`'s corner on; columns that nobody can write are left out and named. */
  private lay(block: string[][], area: Area): void {
    const props = this.rows.columns.slice(area.x), left = new Set<string>(), changes = new Map<number, Texts>();
    block.forEach((texts, r) => {
      const to: Texts = {};
      texts.slice(0, props.length).forEach((text, c) => { if (this.rows.isFixed(props[c][0], area.y + r)) left.add(props[c][1]); else to[props[c][0]] = text; });
      changes.set(area.y + r, to);
    });
    if (left.size) toast(this.say('left_out', { columns: [...left].join(', ') }));
    this.put(changes);
  }

  private put(changes: Map<number, Texts>): void {
    const refused = this.rows.put(changes);
    if (refused) toast(this.say('fixed'), { error: true });
    this.redraw();
    void this.flush();
  }

  private redraw(): void {
    const grid = this.grid!;
    if (grid.source.length !== this.rows.models.length || grid.source.at(-1) !== this.rows.models.at(-1)) grid.source = [...this.rows.models]; else void grid.refresh('all');
    this.status();
  }

  private status(): void {
    const n = this.rows.drafts.size;
    const own = this.busy ? this.say('saving', { n }) : n ? this.say('unsaved', { n }) : this.rows.models.length > 1 || this.dataset.home ? this.say('saved') : this.say('empty_sheet');
    this.state.textContent = [own, this.beside].filter(Boolean).join(' · ');
  }

  // to the server and back

  private async flush(only?: Set<Model>, reason = ''): Promise<void> {
    if (this.busy) { this.again = true; return; }
    const sent = this.rows.block(only);
    if (!sent.rows.length) { this.tell([]); return; }
    this.busy = true;
    this.status();
    let because: string | null = null;
    try {
      const answer = await send('POST', this.dataset.save!, { space: this.dataset.home ? Number(this.dataset.home) : null, columns: this.rows.columns.map((c) => c[0]), rows: sent.rows, override_reason: reason });
      this.rows.written(sent, answer.rows as Record<string, unknown[]>);
      this.undos.push(String(answer.undo));
      toast(String(answer.message), { undo: String(answer.undo) });
      this.tell([]);
    } catch (e) {
      because = e instanceof Refusal ? await reasonFor(e) : null;
      if (because === null) this.refused(e, sent);
    } finally { this.busy = false; this.redraw(); }
    if (because !== null) await this.flush(only, because);
    else if (this.again) { this.again = false; await this.flush(); }
    else if (this.isPlain() && !this.rows.problems.size) await this.fetch().catch(complain);  // sums beside the cells follow
  }

  private refused(e: unknown, sent: ReturnType<Rows['block']>): void {
    const body = e instanceof Refusal ? e.body : {}, found = (body.problems ?? []) as Problem[];
    if (!found.length) { complain(e); return; }
    const lost = this.rows.refused(sent, found, (body.current ?? {}) as Record<string, unknown[]>);
    this.tell(found.map((p) => {
      const model = sent.places.get(p.row), mine = model && lost.get(model);
      const text = p.code !== 'stale' ? p.message : mine !== undefined ? this.say('theirs', { mine: this.named(mine) }) : this.say('gone');
      return { place: [this.say('row', { row: p.row }), p.label].filter(Boolean).join(' · '), text, go: () => void this.go(p) };
    }), lost);
  }
  private named(texts: Texts): string { return Object.entries(texts).map(([prop, text]) => `${this.rows.columns.find((c) => c[0] === prop)?.[1]} “${text}”`).join(', '); }

  /** What one had written, once more, over what stands there now and was shown. */
  private mine(lost: Map<Model, Texts>): void {
    this.put(new Map([...lost].map(([model, texts]) => [this.rows.models.findIndex((m) => m.id === model.id), texts] as [number, Texts]).filter(([row]) => row >= 0)));
  }

  private tell(told: Parameters<typeof panel>[2], lost = new Map<Model, Texts>()): void {
    this.told.replaceChildren();
    if (!told.length) return;
    const bad = new Set(this.rows.problems.keys()), good = [...this.rows.drafts.keys()].filter((m) => !bad.has(m)), n = new Set(told.map((t) => t.place.split(' · ')[0])).size;
    const rest: [string, () => void][] = good.length ? [[this.say('rest', { n: good.length }), () => void this.flush(new Set(good))]] : [];
    const over: [string, () => void][] = lost.size ? [[this.say('mine'), () => { this.tell([]); this.mine(lost); }]] : [];
    const more = told.length > TOLD ? this.say('more_problems', { n: told.length - TOLD }) : '';
    const back: [string, () => void][] = this.rows.drafts.size ? [[this.say('back'), () => { this.rows.takeBack(); this.tell([]); this.redraw(); }]] : [];
    this.told.append(panel(this.say('refused_head', { n }), this.rows.drafts.size ? this.say('refused_how') : '', told.slice(0, TOLD), more, ...over, ...rest, ...back));
  }

  private async go(p: Problem): Promise<void> {
    const x = Math.max(0, this.rows.columns.findIndex((c) => c[0] === p.column)), y = p.row - 1;
    await this.grid!.scrollToRow(y);
    await this.focusAt(x, y);
    this.keys.focus({ preventScroll: true });
  }

  private async undo(): Promise<void> {
    const last = this.undos.pop();
    if (!last) return;
    try { toast(String((await send('POST', last)).message)); } catch (e) { complain(e); }
    await this.fetch();
  }

  private reload = (): void => { if (!this.busy) void this.fetch().catch(complain); };
  private async fetch(): Promise<void> {
    if (!this.grid) return;
    const answer = (await send('GET', this.dataset.rows!)) as unknown as Answer;
    if (this.busy || this.querySelector('.sheet-ed')) return;
    this.rows.renew(answer);
    this.grid.source = [...this.rows.models];
    this.status();
  }
  private leave = (e: BeforeUnloadEvent): void => { if (this.rows.drafts.size) e.preventDefault(); };
}

customElements.define('tandem-sheet', TandemSheet);
