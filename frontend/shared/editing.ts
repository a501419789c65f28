/* Two people in one field of a work item: says which field stands open here (again every few seconds), shows who else has one open,
   and shows what another saved meanwhile beside one's own text, with a choice. */
import { make } from './dom';
import { send } from './http';
import { say } from './words';

interface Said { item: number; key: string; field: string; who: number; name: string; is_over: boolean }
export type Answer = Record<string, unknown>;
const FIRST = 300, AGAIN = 5000, GONE = 15_000, OURS = /^\/work-items\/[^/]+\/$/;
const others = new Map<string, Said & { until: number }>();
const flags = new Map<Element, HTMLElement>();
let clock = 0;

function hear(said: Said): void {
  const mark = `${said.item} ${said.who} ${said.field}`;
  if (said.is_over) others.delete(mark); else others.set(mark, { ...said, until: Date.now() + GONE });
  clock ||= window.setInterval(tick, 1000);
  paint();
}
/** Rows are fetched again and people fall silent: what is shown follows within a second. */
function tick(): void {
  for (const [mark, s] of others) if (s.until < Date.now()) others.delete(mark);
  paint();
  if (!others.size) { clearInterval(clock); clock = 0; }
}

/** Who has that field of the item open elsewhere. */
export const writers = (item: number, field: string): string[] => !others.size ? [] : [...others.values()].filter((s) => s.item === item && s.field === field).map((s) => s.name);
export const inWords = (names: string[]): string => say(names.length > 1 ? 'are_editing' : 'is_editing', { name: [...new Set(names)].join(', ') });

function hosts(s: Said): Element[] {
  const cells = [...document.querySelectorAll<HTMLElement>(`[data-edit][data-name="${CSS.escape(s.field)}"]`)];
  return [...cells.filter((c) => c.dataset.url === `/work-items/${s.key}/`), ...document.querySelectorAll(`[data-card="${s.item}"]`)];
}
function paint(): void {
  const wanted = new Map<Element, string[]>();
  for (const s of others.values()) for (const host of hosts(s)) wanted.set(host, [...(wanted.get(host) ?? []), s.name]);
  for (const [host, flag] of flags) if (!wanted.has(host) || !host.isConnected) { flag.remove(); flags.delete(host); }
  for (const [host, names] of wanted) {
    let flag = flags.get(host);
    if (!flag?.isConnected) {
      flags.set(host, (flag = make('span', { class: 'ed-by', role: 'status' })));
      if (host.matches('[data-card]')) host.append(flag); else host.after(flag);
    }
    const text = inWords(names);
    if (flag.textContent !== text) flag.textContent = text;
  }
  document.dispatchEvent(new CustomEvent('td:others'));
}

/** Says that the field stands open, until the returned function is called. */
export function hold(url: string, field: string): () => void {
  if (!OURS.test(url) || !field) return () => undefined;
  let told = false;
  const tell = (over = false) => void send('POST', `${url}editing/`, { field, over }).catch(() => undefined);
  const begin = () => { if (!document.hidden) { told = true; tell(); } };
  const first = window.setTimeout(begin, FIRST), again = window.setInterval(begin, AGAIN);
  return () => { clearTimeout(first); clearInterval(again); if (told) tell(true); };
}

const plain = (cell: HTMLElement, value: unknown): string => {
  const text = String(value ?? '').replace(/\r\n/g, '\n').trim();
  return cell.dataset.kind === 'number' && text ? String(Number(text)) : /^(labels|people)$/.test(cell.dataset.kind ?? '') ? text.split(',').map((t) => t.trim()).sort().join() : text;
};

/** Holds the cell's field, and shows in it what another saves meanwhile. `theirs` is called with it when the writer takes it. */
export function watch(cell: HTMLElement, input: HTMLElement, theirs: (answer: Answer) => void): () => void {
  const { url = '', name: field = '' } = cell.dataset, release = hold(url, field);
  if (!OURS.test(url) || !field) return release;
  let timer = 0, over = false, hasNews = false;
  const look = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void send('GET', `${url}editing/?field=${encodeURIComponent(field)}`).then((answer) => {
      if (over || plain(cell, answer.value) === plain(cell, cell.dataset.value)) return;
      hasNews = true;
      both(input, answer, () => theirs(answer), () => {
        // what stands there now is known: saving writes over it on purpose
        cell.dataset.value = String(answer.value ?? '');
        cell.dataset.version = String(answer.version);
      });
    }, () => undefined), FIRST);
  };
  document.addEventListener('td:live', look, true);
  look();
  return () => {
    over = true;
    clearTimeout(timer);
    document.removeEventListener('td:live', look, true);
    release();
    if (hasNews) setTimeout(() => dispatchEvent(new CustomEvent('td:refetch')), FIRST);
  };
}

/** Their value beside one's own text, which stays as it is until the writer says which one stands. */
export function both(input: HTMLElement, answer: Answer, theirs: () => void, mine: () => void): void {
  input.parentElement?.querySelector('.cell-both')?.remove();
  const button = (text: string, act: () => void) => {
    const b = make('button', { type: 'button', class: 'btn btn-sm' }, text);
    b.addEventListener('pointerdown', (e) => e.preventDefault());  // the field keeps the focus
    b.addEventListener('click', (e) => { e.stopPropagation(); box.remove(); act(); });
    return b;
  };
  const at = String(answer.at ?? ''), name = String(answer.by || say('somebody'));
  const isLong = input instanceof HTMLTextAreaElement, text = String((isLong ? answer.value : answer.shown) ?? '') || '–';
  const box = make('span', { class: 'cell-both', role: 'alert' },
    make('b', {}, at ? say('saved_at', { name, time: at }) : say('saved_by', { name })), make('span', { class: 'both-t' }, text),
    make('span', { class: 'form-f' }, button(say('keep_theirs'), theirs), button(say('keep_mine'), () => { mine(); input.focus({ preventScroll: true }); })));
  input.after(box);
}

export function startEditing(): void {
  document.addEventListener('td:editing', (e) => hear((e as CustomEvent<Said>).detail));
}
