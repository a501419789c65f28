/* One question that a step depends on: words, and a choice if there are some. Enter answers, Esc takes the step back. */
import { make } from './dom';
import { say } from './words';

export interface Question { title: string; text?: string; label: string; save: string; choices?: [value: string, label: string][]; choiceLabel?: string; chosen?: string }
export interface Answer { text: string; choice: string }

export function ask(q: Question): Promise<Answer | null> {
  const back = document.activeElement as HTMLElement | null;
  const text = make('input', { class: 'in-td', type: 'text', name: 'text', required: true, maxlength: '500', 'aria-label': q.label, placeholder: q.label, autocomplete: 'off' });
  const choice = q.choices ? make('select', { class: 'in-td', name: 'choice', 'aria-label': q.choiceLabel ?? '' }, ...q.choices.map(([v, l]) => make('option', { value: v, selected: v === q.chosen }, l))) : undefined;
  const cancel = make('button', { type: 'button', class: 'btn btn-bare' }, say('cancel'));
  const form = make('form', { class: 'stack', method: 'dialog' }, make('h2', { class: 'h-sec' }, q.title), ...(q.text ? [make('p', { class: 'ink2' }, q.text)] : []), ...(choice ? [choice] : []), text,
    make('div', { class: 'form-f' }, make('button', { type: 'submit', class: 'btn btn-ink' }, q.save), cancel));
  const box = make('dialog', { class: 'ask', 'aria-label': q.title }, form);
  document.body.append(box);
  return new Promise((done) => {
    let answer: Answer | null = null;
    form.addEventListener('submit', (e) => {
      e.preventDefault();
      if (!text.value.trim()) { text.focus(); return; }
      answer = { text: text.value.trim(), choice: choice?.value ?? '' };
      box.close();
    });
    cancel.addEventListener('click', () => box.close());
    // the page's own shortcuts must not hear what is typed here
    box.addEventListener('keydown', (e) => e.stopPropagation());
    box.addEventListener('close', () => { box.remove(); back?.focus?.({ preventScroll: true }); done(answer); });
    box.showModal();
    text.focus();
  });
}

/** One of several, as buttons; null when it is left open. */
export function choose(q: { title: string; choices: [value: string, label: string][] }): Promise<string | null> {
  const back = document.activeElement as HTMLElement | null, cancel = make('button', { type: 'button', class: 'btn btn-bare' }, say('cancel'));
  const all = q.choices.map(([value, label]) => make('button', { type: 'button', class: 'btn', value }, label));
  const box = make('dialog', { class: 'ask', 'aria-label': q.title }, make('h2', { class: 'h-sec' }, q.title), make('div', { class: 'ask-l' }, ...all), make('div', { class: 'form-f' }, cancel));
  document.body.append(box);
  return new Promise((done) => {
    let chosen: string | null = null;
    all.forEach((b) => b.addEventListener('click', () => { chosen = b.value; box.close(); }));
    cancel.addEventListener('click', () => box.close());
    box.addEventListener('keydown', (e) => {
      e.stopPropagation();
      const at = all.indexOf(document.activeElement as HTMLButtonElement), by = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
      if (by) { e.preventDefault(); all[(at + by + all.length) % all.length]?.focus(); }
    });
    box.addEventListener('close', () => { box.remove(); back?.focus?.({ preventScroll: true }); done(chosen); });
    box.showModal();
    all[0]?.focus();
  });
}

/** A limit that stops, or the time somebody has, refused a step: the reason to take it all the same, or null. */
export async function reasonFor(refusal: { status: number; message: string; body: Record<string, unknown> }): Promise<string | null> {
  if (refusal.status !== 422) return null;
  if (refusal.body.code === 'overbooked') return (await ask({ title: say('over_title'), text: refusal.message, label: say('over_why'), save: say('over_save') }))?.text ?? null;
  if (refusal.body.code !== 'wip_limit_reached') return null;
  return (await ask({ title: say('limit_title'), text: refusal.message, label: say('limit_why'), save: say('limit_let_in') }))?.text ?? null;
}
