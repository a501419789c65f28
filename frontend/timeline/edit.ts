/* Editing in the tree grid: one field over the cell. Enter saves, Esc reverts, Tab saves and goes on; the row is sent as any other change. */
import { make } from '../shared/dom';
import { say } from '../shared/words';
import { COLUMNS, type Edit, NAME } from './columns';
import type { TandemTimeline } from './timeline';

const editOf = (column: string): Edit | undefined => (column === 'name' ? NAME : COLUMNS[column]?.edit);

export class CellEditor {
  private box: HTMLInputElement | null = null;
  constructor(private t: TandemTimeline) {}
  get open(): boolean { return this.box !== null; }

  /** The cells of a row that may be edited, from left to right. */
  cells(i: number): string[] {
    const p = this.t.plan!;
    if (!p.editable || p.isHead(i)) return [];
    const edits = this.t.getAttribute('edits')?.split(',');
    return ['name', ...this.t.pane.columns].filter((c) => editOf(c) && (!edits || edits.includes(c)) && (c === 'name' || c === 'deadline' || p.kind[i] !== 1) && !((c === 'start') && p.fixed[i]) && !(c === 'finish' && p.fixed[i] === 1) && !(c === 'duration' && p.fixed[i] === 1));
  }
  start(row: number, column: string): boolean {
    const { t } = this, p = t.plan!, i = t.vis[row];
    if (i === undefined || !this.cells(i).includes(column)) return false;
    this.close();
    const cell = t.pane.cell(row, column), home = t.pane.el.getBoundingClientRect();
    if (!cell) return false;
    const edit = editOf(column)!, at = cell.getBoundingClientRect(), was = edit.get(p, i), id = p.ids[i];
    const box = (this.box = make('input', { class: 'in-td tl-edit', type: edit.type === 'date' ? 'date' : 'text', inputmode: edit.type === 'number' ? 'decimal' : undefined, 'aria-label': `${p.name[i]}: ${say(column === 'name' ? 'tl_name' : COLUMNS[column].word)}` }));
    box.value = was;
    const width = Math.max(at.width, edit.type === 'date' ? 132 : edit.type === 'number' ? 64 : 120);
    Object.assign(box.style, { left: `${Math.max(0, Math.min(at.left - home.left, home.width - width))}px`, top: `${at.top - home.top}px`, width: `${width}px`, height: `${at.height}px` });
    t.pane.el.append(box);
    box.focus();
    if (edit.type !== 'date') box.select();
    let done = false;
    const finish = (save: boolean, go = 0) => {
      if (done) return;
      done = true;
      const text = box.value;
      this.box = null;
      box.remove();
      const now = t.plan!.at(id);
      if (save && now >= 0 && text !== was) { const data = edit.put(t.plan!, now, text); if (data) t.changes.patch(now, data); }
      const list = now >= 0 ? this.cells(now) : [], next = list[list.indexOf(column) + go];
      if (go && next) this.start(t.rowOf[now], next); else t.focusRow(t.at);
    };
    box.addEventListener('keydown', (e) => {
      e.stopPropagation();
      if (e.isComposing) return;
      if (e.key === 'Enter') { e.preventDefault(); finish(true); } else if (e.key === 'Escape') { e.preventDefault(); finish(false); } else if (e.key === 'Tab') { e.preventDefault(); finish(true, e.shiftKey ? -1 : 1); }
    });
    box.addEventListener('blur', () => finish(true));
    return true;
  }
  close(): void { this.box?.blur(); }
}
