/* Adding a card where it belongs: a line to type in; Enter adds and waits for the next one, Esc ends. */
import { make } from '../shared/dom';
import { csrf } from '../shared/http';
import { post } from '../shared/forms';
import { complain } from '../shared/toast';
import { understood } from '../shared/understood';
import { say } from '../shared/words';

export function quickAdd(link: HTMLAnchorElement, added: () => void): void {
  const input = make('input', { class: 'in-td', type: 'text', maxlength: '1000', placeholder: say('quick_title'), 'aria-label': say('quick_title'), autocomplete: 'off' });
  const line = link.dataset.line ?? '', box = make('form', { class: 'quick-f' }, input, understood(input, line));
  let over = false;
  const end = () => { if (over) return; over = true; box.replaceWith(link); added(); };
  box.addEventListener('submit', (e) => {
    e.preventDefault();
    const title = input.value.trim();
    if (!title) { end(); link.focus(); return; }
    const body = new FormData();
    body.set('csrfmiddlewaretoken', csrf());
    body.set('state', link.dataset.stateId ?? '');
    body.set('text', title);
    input.value = '';
    input.dispatchEvent(new Event('td:line'));
    const name = make('span', { class: 'ti' }, title), ghost = make('article', { class: 'kcard wait' }, name);
    box.before(ghost);
    post(line, body).then((answer) => { name.textContent = String(answer.title ?? title); ghost.append(make('span', { class: 'mt num' }, String(answer.key ?? ''))); ghost.classList.remove('wait'); if (over) added(); }, (e: unknown) => { ghost.remove(); input.value = title; complain(e); });
  });
  input.addEventListener('keydown', (e) => { if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); end(); link.focus(); } });
  input.addEventListener('blur', () => setTimeout(() => { if (!input.value.trim()) end(); }, 120));
  link.replaceWith(box);
  input.focus();
}
