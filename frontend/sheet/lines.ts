/* Where no spreadsheet fits (a phone): a block that was copied from one is pasted into a field and becomes new items, all of them or none. */
import { make } from '../shared/dom';
import { Refusal, send } from '../shared/http';
import { complain, toast } from '../shared/toast';
import { cells } from './block';

type Told = { row: number; label: string; message: string };
const SHOWN = 20;

/** `word` words the answer; `most` rows at once. */
export function pasteLines(form: HTMLFormElement, url: string, home: number, most: number, word: (key: string, fill?: Record<string, string | number>) => string): void {
  const field = form.querySelector('textarea')!, told = make('div', { role: 'alert' }), columns = (form.dataset.columns ?? '').split(' ');
  const heads = (form.dataset.heads ?? '').split('\t').map((h) => h.toLowerCase());
  form.append(told);
  form.addEventListener('submit', (e) => {
    e.preventDefault();
    const rows = cells(field.value).map((texts, row) => ({ texts, row })).filter((r) => r.texts.some(Boolean));
    if (rows.length > 1 && rows[0].texts.every((text, n) => text.toLowerCase() === heads[n])) rows.shift();
    told.replaceChildren();
    if (!rows.length || form.hasAttribute('aria-busy')) { field.focus(); return; }
    if (rows.length > most) { told.append(make('p', { class: 'cell-err whole' }, word('too_many', { most }))); return; }
    form.setAttribute('aria-busy', 'true');
    const sent = rows.map(({ texts, row }) => ({ row, cells: Object.fromEntries(columns.map((c, n) => [c, texts[n] ?? ''] as const).filter(([, text]) => text)) }));
    send('POST', url, { space: home, columns, rows: sent }).then((answer) => {
      field.value = '';
      toast(String(answer.message ?? ''), { undo: String(answer.undo ?? '') || undefined });
    }, (problem: unknown) => {
      const found = (problem instanceof Refusal && (problem.body.problems as Told[] | undefined)) || [];
      if (!found.length) { complain(problem); return; }
      const lines = found.slice(0, SHOWN).map((p) => make('li', {}, make('b', {}, [word('row', { row: p.row + 1 }), p.label].filter(Boolean).join(' · ')), ` ${p.message}`));
      const more = found.length > SHOWN ? [make('p', { class: 'sub' }, word('more_problems', { n: found.length - SHOWN }))] : [];
      told.append(make('div', { class: 'sheet-told' }, make('b', {}, word('refused_head', { n: new Set(found.map((p) => p.row)).size })), make('ul', {}, ...lines), ...more));
    }).finally(() => form.removeAttribute('aria-busy'));
  });
}
