/* <tandem-hours>: a week of time. Each cell is saved when it is left; arrows and Enter go from cell to cell; Escape brings back what stood
   there. Without script it is a form with one button. */
import { csrf } from '../shared/http';
import { post } from '../shared/forms';
import { complain } from '../shared/toast';

interface Saved { cells: Record<string, { text: string; minutes: number }>; rows: Record<string, string>; groups: Record<string, string>; days: string[]; total: string; sentence: string }

class TandemHours extends HTMLElement {
  private form!: HTMLFormElement;
  private line: Promise<unknown> = Promise.resolve();
  connectedCallback(): void {
    this.form = this.querySelector('form')!;
    this.addEventListener('keydown', (e) => this.key(e));
    this.addEventListener('focusin', (e) => { if (this.isCell(e.target)) e.target.select(); });
    this.addEventListener('change', (e) => { if (this.isCell(e.target)) this.save(e.target); });
    this.form.addEventListener('submit', (e) => e.preventDefault());
  }

  private isCell(t: EventTarget | null): t is HTMLInputElement { return t instanceof HTMLInputElement && t.name.startsWith('cell-'); }
  private cells(): HTMLInputElement[] { return [...this.querySelectorAll<HTMLInputElement>('input[name^="cell-"]')]; }

  private key(e: KeyboardEvent): void {
    const at = e.target;
    if (!this.isCell(at) || e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === 'Escape') { at.value = at.defaultValue; at.removeAttribute('aria-invalid'); return; }
    const edge = at.selectionStart === at.selectionEnd ? at.selectionStart : null, whole = at.selectionStart === 0 && at.selectionEnd === at.value.length;
    const to = e.key === 'ArrowDown' || (e.key === 'Enter' && !e.shiftKey) ? this.beside(at, 1) : e.key === 'ArrowUp' || e.key === 'Enter' ? this.beside(at, -1)
      : e.key === 'ArrowRight' && (whole || edge === at.value.length) ? this.next(at, 1) : e.key === 'ArrowLeft' && (whole || edge === 0) ? this.next(at, -1) : undefined;
    if (e.key === 'Enter' || to) e.preventDefault();
    if (to) to.focus(); else if (e.key === 'Enter') at.blur();
  }

  private next(at: HTMLInputElement, by: number): HTMLInputElement | undefined { const all = this.cells(); return all[all.indexOf(at) + by]; }
  /** The cell of the same day in another row. */
  private beside(at: HTMLInputElement, by: number): HTMLInputElement | undefined {
    const day = at.name.slice(-10), same = this.cells().filter((c) => c.name.endsWith(day));
    return same[same.indexOf(at) + by];
  }

  /** One after the other: the sums of a later answer are never overwritten by an earlier one. */
  private save(cell: HTMLInputElement): void {
    cell.removeAttribute('aria-invalid');
    this.line = this.line.then(async () => {
      const text = cell.value, seen = this.seen(cell), body = new FormData();
      body.set('csrfmiddlewaretoken', csrf());
      body.set('week', (this.form.elements.namedItem('week') as HTMLInputElement).value);
      body.set(cell.name, text);
      body.set(seen.name, seen.value);
      cell.setAttribute('aria-busy', 'true');
      try {
        const said = (await post(this.form.action, body)) as unknown as Saved;
        const now = said.cells[cell.name.slice(5)];
        if (now) { seen.value = String(now.minutes); cell.defaultValue = now.text; if (cell.value === text) cell.value = now.text; } else cell.value = cell.defaultValue;
        this.show(said);
      } catch (e) { cell.setAttribute('aria-invalid', 'true'); complain(e); } finally { cell.removeAttribute('aria-busy'); }
    });
  }

  private seen(cell: HTMLInputElement): HTMLInputElement { return this.form.elements.namedItem(`seen${cell.name.slice(4)}`) as HTMLInputElement; }

  private show(said: Saved): void {
    const write = (what: string, text: string): void => { const el = document.querySelector(what); if (el) el.textContent = text; };
    for (const [id, text] of Object.entries(said.rows)) write(`[data-row-sum="${id}"]`, text);
    for (const [id, text] of Object.entries(said.groups)) write(`[data-group="${id}"]`, text);
    said.days.forEach((text, n) => write(`[data-day-sum="${n}"]`, text));
    write('[data-total]', said.total);
    write('[data-sentence]', said.sentence);
  }
}
customElements.define('tandem-hours', TandemHours);
