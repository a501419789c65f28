/* The filter bar: keys grey, values bold, ghost text for the next term (Tab takes it). The input itself stays an ordinary input. */
import { suggest } from './suggest';

type Term = { insert: string };

/** The text with keys grey and values bold; what the server could not read (place and length in characters) is underlined. */
function painted(text: string, bad: number[]): Node[] {
  if (bad.length !== 2 || bad.some(Number.isNaN)) return parts(text);
  const all = Array.from(text), from = bad[0] - 1, to = from + bad[1];
  const mark = document.createElement('u');
  mark.append(...parts(all.slice(from, to).join('')));
  return [...parts(all.slice(0, from).join('')), mark, ...parts(all.slice(to).join(''))];
}

function parts(text: string): Node[] {
  const out: Node[] = [];
  for (const m of text.matchAll(/(\s+)|(-?[^\s:："]+[:：])?("[^"]*"?|[^\s]*)/g)) {
    if (!m[0]) continue;
    if (m[1]) { out.push(document.createTextNode(m[1])); continue; }
    if (m[2]) out.push(document.createTextNode(m[2]));
    if (m[3]) { const b = document.createElement('b'); b.textContent = m[3]; out.push(b); }
  }
  return out;
}

function ghost(text: string, terms: Term[]): string {
  const last = /(\S*)$/.exec(text)![1].toLowerCase();
  const used = text.toLowerCase();
  if (!last) { const t = terms.find((x) => !used.includes(x.insert.split(':')[0].toLowerCase() + ':')); return t ? t.insert : ''; }
  const t = terms.find((x) => x.insert.toLowerCase().startsWith(last) && x.insert.length > last.length);
  return t ? t.insert.slice(last.length) : '';
}

function enhance(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>('input[type=text]'), paint = form.querySelector<HTMLElement>('.paint');
  if (!input || !paint || form.dataset.ready) return;
  form.dataset.ready = '1';
  let terms: Term[] = [];
  try { terms = JSON.parse(form.querySelector('[data-terms]')?.textContent || '[]') as Term[]; } catch { /* no proposals then */ }
  const bad = (form.dataset.bad ?? '').split(',').map(Number), given = input.value;
  // before our own keys, so that an open list has the first word
  const list = form.dataset.suggest ? suggest(input, form.dataset.suggest) : undefined;
  let next = '';
  const draw = () => {
    const active = document.activeElement === input, atEnd = input.selectionStart === input.value.length;
    next = !list?.isOpen() && ((active && atEnd) || !input.value) ? ghost(input.value, terms) : '';
    const g = document.createElement('span');
    g.className = 'g';
    g.textContent = next && input.value && !/\s$/.test(input.value) && ghost(input.value, terms) === next && !/(\S+)$/.test(input.value) ? ` ${next}` : next;
    paint.replaceChildren(...painted(input.value, input.value === given ? bad : []), g);
    if (next && active) { const k = document.createElement('kbd'); k.textContent = 'Tab'; k.style.marginInlineStart = '6px'; paint.append(k); }
    paint.scrollLeft = input.scrollLeft;
  };
  for (const name of ['input', 'focus', 'blur', 'keyup', 'scroll', 'click']) input.addEventListener(name, draw);
  input.addEventListener('keydown', (e) => {
    if (e.isComposing) return;
    if (e.key === 'Tab' && !e.shiftKey && next) { e.preventDefault(); input.value += next; draw(); }
    if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); input.blur(); }
  });
  // a shortcut brings the caret to the end, where terms are added; a click puts it where it points
  let pointed = false;
  input.addEventListener('pointerdown', () => { pointed = true; });
  input.addEventListener('focus', () => { if (!pointed) input.setSelectionRange(input.value.length, input.value.length); pointed = false; draw(); });
  draw();
}

// help by example: a click adds the term
document.addEventListener('click', (e) => {
  const b = (e.target as HTMLElement).closest<HTMLElement>('[data-term]');
  const input = b && document.querySelector<HTMLInputElement>('form[data-qbar] input[type=text]');
  if (!b || !input) return;
  input.value = `${input.value.trim()} ${b.dataset.term}`.trim();
  input.focus();
  input.dispatchEvent(new Event('input'));
});

export function startQbar(root: ParentNode = document): void { root.querySelectorAll<HTMLFormElement>('form[data-qbar]').forEach(enhance); }
