/* "@" in a text area inside [data-mentions="SPACE"] names a person who sees that space: a list under the text area, found by name or
   pinyin; arrows choose, Enter or Tab takes, Esc leaves. Kept as @[Name](user:ID). Silent while an input method composes. */
import { make } from './dom';
import { send } from './http';
import { initials, matches, type Person } from './people';
import { say } from './words';

const MOST = 8;
const asked = new Map<string, Promise<Person[]>>();
let open: { area: HTMLTextAreaElement; box: HTMLElement; shown: Person[]; at: number; begin: number } | undefined;

/** Who sees the space; asked once for each, and again when the answer did not come. */
function people(space: string): Promise<Person[]> {
  let found = asked.get(space);
  if (!found) {
    found = send('GET', `${document.body.dataset.people ?? ''}?space=${encodeURIComponent(space)}`).then((answer) => answer.people as Person[]);
    found.catch(() => asked.delete(space));
    asked.set(space, found);
  }
  return found;
}

/** Where the name that is being typed begins, and what of it is there. A name has at most two blanks; an address has a letter before its @. */
function typed(area: HTMLTextAreaElement): { begin: number; text: string } | undefined {
  if (area.selectionStart !== area.selectionEnd) return undefined;
  const before = area.value.slice(0, area.selectionStart), at = before.lastIndexOf('@'), text = before.slice(at + 1);
  if (at < 0 || /[\w@]/.test(before[at - 1] ?? '') || text.length > 40 || /[\n[\]()]/.test(text) || (text.match(/ /g) ?? []).length > 2 || text.startsWith(' ')) return undefined;
  return { begin: at, text };
}

function close(): void {
  open?.area.removeAttribute('aria-activedescendant');
  open?.area.setAttribute('aria-expanded', 'false');
  open?.box.remove();
  open = undefined;
}

function draw(): void {
  if (!open) return;
  open.box.replaceChildren(...open.shown.map((p, n) => make('div', { class: 'pal-o', role: 'option', id: `td-mention-${n}`, 'data-n': String(n), 'aria-selected': String(n === open!.at), 'data-at': n === open!.at }, make('span', { class: 'av' }, initials(p.name)), make('span', { class: 'cut' }, p.name))));
  open.area.setAttribute('aria-activedescendant', `td-mention-${open.at}`);
}

function take(n: number): void {
  if (!open || !open.shown[n]) return;
  const { area, begin, shown } = open, p = shown[n];
  area.setRangeText(`@[${p.name.replace(/[[\]\\]/g, '\\$&')}](user:${p.id}) `, begin, area.selectionStart, 'end');
  close();
  area.dispatchEvent(new Event('input', { bubbles: true }));
}

async function look(area: HTMLTextAreaElement): Promise<void> {
  const space = area.closest<HTMLElement>('[data-mentions]')?.dataset.mentions, now = space ? typed(area) : undefined;
  if (!space || !now) { close(); return; }
  let all: Person[];
  try { all = await people(space); } catch { close(); return; }
  const still = typed(area);
  if (!still || still.begin !== now.begin || document.activeElement !== area) { close(); return; }
  const shown = all.filter((p) => matches(p, still.text)).slice(0, MOST);
  if (!shown.length) { close(); return; }
  if (open?.area !== area) {
    close();
    const box = make('div', { class: 'menu-l who-pick mention-l', role: 'listbox', id: 'td-mentions', 'aria-label': say('find_person') });
    box.addEventListener('pointerdown', (e) => { e.preventDefault(); const o = (e.target as HTMLElement).closest<HTMLElement>('[data-n]'); if (o) take(Number(o.dataset.n)); });
    document.body.append(box);
    open = { area, box, shown, at: 0, begin: still.begin };
    area.setAttribute('aria-controls', 'td-mentions');
    area.setAttribute('aria-autocomplete', 'list');
  }
  Object.assign(open!, { shown, at: 0, begin: still.begin });
  area.setAttribute('aria-expanded', 'true');
  draw();
  const r = area.getBoundingClientRect(), size = open!.box.getBoundingClientRect();
  const top = r.bottom + 4 + size.height > innerHeight ? Math.max(8, r.top - size.height - 4) : r.bottom + 4;
  open!.box.style.inset = `${top}px auto auto ${Math.max(8, Math.min(r.left, innerWidth - size.width - 8))}px`;
}

function key(e: KeyboardEvent): void {
  if (!open || e.target !== open.area || e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
  const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
  if (step) { open.at = (open.at + step + open.shown.length) % open.shown.length; draw(); }
  else if (e.key === 'Enter' || e.key === 'Tab') take(open.at);
  else if (e.key === 'Escape') close();
  else return;
  e.preventDefault();
  e.stopPropagation();
}

export function startMentions(): void {
  const area = (e: Event) => (e.target as HTMLElement).matches?.('[data-mentions] textarea') ? (e.target as HTMLTextAreaElement) : undefined;
  document.addEventListener('input', (e) => { const a = area(e); if (a && !(e as InputEvent).isComposing) void look(a); });
  document.addEventListener('compositionend', (e) => { const a = area(e); if (a) void look(a); });
  document.addEventListener('keydown', key, true);
  document.addEventListener('focusout', (e) => { if (open && e.target === open.area) close(); });
  addEventListener('scroll', (e) => { if (open && !open.box.contains(e.target as Node)) close(); }, true);
}
