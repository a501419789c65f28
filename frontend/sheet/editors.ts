/* What a cell is edited with: a list to choose from, a calendar, names that complete, or plain text. */
import type { ColumnDataSchemaModel, EditCell, EditorBase, EditorCtrConstructible } from '@revolist/revogrid';
import { make } from '../shared/dom';

export interface Choice { kind: 'text' | 'select' | 'date' | 'number' | 'names'; choices: string[]; label: string }
type Field = HTMLInputElement | HTMLSelectElement;

/** `ask` says what the cell may hold; `typed` gives what was typed to open it; `left` is told when the editor has gone. */
export function editor(ask: (cell: ColumnDataSchemaModel) => Choice, typed: () => string, left: () => void): EditorCtrConstructible {
  return class implements EditorBase {
    element: Element | null = null;
    editCell?: EditCell;
    private field?: Field;
    constructor(private cell: ColumnDataSchemaModel, private save: (value: unknown, stay?: boolean) => void, private close: (next?: boolean) => void) {}

    render(h: (tag: string, data: unknown) => unknown): never { return h('div', { class: 'sheet-ed' }) as never; }
    componentDidRender(): void {
      if (this.field || !this.element) return;
      const { kind, choices, label } = ask(this.cell), now = String(this.cell.value ?? ''), begun = typed() || String(this.editCell?.val ?? '');
      this.field = build(kind, choices, label, now, begun === now ? '' : begun);
      this.field.addEventListener('keydown', (e) => this.key(e as KeyboardEvent));
      // a click into the list takes at once; keys go through it first
      let byPointer = false;
      this.field.addEventListener('pointerdown', () => { byPointer = true; });
      if (kind === 'select') this.field.addEventListener('change', () => { if (byPointer) this.save(this.getValue(), true); });
      this.element.append(this.field);
      if (kind === 'names') this.element.append(make('datalist', { id: 'sheet-names' }, ...choices.map((c) => make('option', { value: c }))));
      this.field.focus();
      // F2 goes on at the end, as in Excel; typing over a cell begins with what was typed
      if (this.field instanceof HTMLInputElement && kind !== 'date') this.field.setSelectionRange(this.field.value.length, this.field.value.length);
    }
    private key(e: KeyboardEvent): void {
      if (e.isComposing || e.keyCode === 229) return;
      if (e.key === 'Enter') { e.preventDefault(); e.stopPropagation(); this.save(this.getValue(), false); }
      else if (e.key === 'Tab') { e.preventDefault(); e.stopPropagation(); this.save(this.getValue(), true); }
      else if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); this.close(false); }
      else if (!e.ctrlKey && !e.metaKey) e.stopPropagation();
    }
    appendPendingInput(value: string): boolean {
      if (!(this.field instanceof HTMLInputElement) || this.field.type === 'date') return false;
      this.field.value += value;
      this.field.focus();
      return true;
    }
    getValue(): string { return this.field?.value ?? ''; }
    beforeDisconnect(): void { /* the field goes with the cell */ }
    disconnectedCallback(): void { left(); }
  };
}

function build(kind: Choice['kind'], choices: string[], label: string, now: string, begun: string): Field {
  if (kind === 'select') {
    const low = begun.toLowerCase(), list = choices.includes(now) ? choices : [now, ...choices];
    const chosen = (low && list.find((c) => c.toLowerCase().startsWith(low))) || now;
    return make('select', { 'aria-label': label }, ...list.map((c) => make('option', { value: c, selected: c === chosen }, c || '–')));
  }
  const type = kind === 'date' ? 'date' : 'text';
  const field = make('input', { type, 'aria-label': label, autocomplete: 'off', inputmode: kind === 'number' ? 'decimal' : undefined, list: kind === 'names' ? 'sheet-names' : undefined });
  field.value = type === 'date' ? now : begun || now;
  return field;
}
