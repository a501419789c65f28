/* [data-refetch] with an id: a region that is fetched again when what it shows has changed. What somebody is typing, has ticked or has
   chosen stays; while a cell or a field in it is in use, the new state waits. */
import { htmx } from './dom';
import { fragment } from './http';
import { refreshPeek } from './peek';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
const due = new Map<HTMLElement, number>();
const waiting = new Set<HTMLElement>();
// how often each region was asked for: what was asked before one's own last change, or before a newer answer, is not shown
const asked = new Map<HTMLElement, number>();
const ask = (region: HTMLElement): number => { const n = (asked.get(region) ?? 0) + 1; asked.set(region, n); return n; };

const nameOf = (f: Field): string => `${f.form?.getAttribute('action') ?? ''}|${f.closest('[id]')?.id ?? ''}|${f.name}`;
const fields = (root: ParentNode): Field[] => [...root.querySelectorAll<Field>('textarea[name],input[name]:not([type=hidden]):not([type=checkbox]):not([type=file]),select[name]')];
const dirty = (f: Field): boolean => f instanceof HTMLSelectElement ? [...f.options].some((o) => o.selected !== o.defaultSelected && o.index > 0) : f.value !== f.defaultValue;

/** What is half written in `root`, but for the form that has just been sent. */
export function drafts(root: ParentNode, sent?: HTMLFormElement): Map<string, string> {
  return new Map(fields(root).filter((f) => f.form !== sent && dirty(f)).map((f) => [nameOf(f), f.value]));
}
export function putBack(root: ParentNode, kept: Map<string, string>): void {
  for (const f of fields(root)) { const v = kept.get(nameOf(f)); if (v !== undefined) f.value = v; }
}

/** A form is known by where it sends to and by its fields: a page may have several to one address. */
function likeness(form: HTMLFormElement): string {
  const parts = [...form.querySelectorAll<HTMLInputElement>('[name]:not([name=csrfmiddlewaretoken])')];
  return [form.getAttribute('action'), ...parts.map((f) => f.name + (f.type === 'hidden' ? `=${f.value}` : ''))].join('|');
}
/** What a form was refused for stands until it is sent again. */
function refusals(root: ParentNode, sent?: HTMLFormElement): Map<string, Element> {
  const said = [...root.querySelectorAll<HTMLElement>('form>.cell-err.whole')].map((p) => [p.parentElement as HTMLFormElement, p] as const);
  return new Map(said.filter(([form]) => form !== sent).map(([form, p]) => [likeness(form), p]));
}

/** A region of pieces ([data-piece] with an id): those in which nobody writes are exchanged one by one. What came, went or moved waits until
    nobody writes in any. Returns whether something had to wait. */
function exchange(region: HTMLElement, fresh: HTMLElement, sent?: HTMLFormElement): boolean {
  const now = [...region.querySelectorAll<HTMLElement>('[data-piece][id]')], next = [...fresh.querySelectorAll<HTMLElement>('[data-piece][id]')];
  const held = now.filter((p) => writes(p) || (!(sent && p.contains(sent)) && busy(p)));
  if (!held.length && (now.length !== next.length || now.some((p, n) => p.id !== next[n]!.id))) { region.replaceChildren(...fresh.childNodes); return false; }
  for (const piece of next) {
    const there = now.find((p) => p.id === piece.id);
    if (there && !held.includes(there) && there.innerHTML !== piece.innerHTML) there.replaceChildren(...piece.childNodes);
  }
  return held.length > 0;
}
/** A field that saves itself holds what is not saved yet. */
const writes = (piece: HTMLElement): boolean => [...piece.querySelectorAll<HTMLTextAreaElement>('textarea[data-send-now]')].some((f) => f === document.activeElement || dirty(f));

/** What somebody typed is saved when every line of it stands in what came back; what was typed since it was sent is sent, too. */
function saved(region: HTMLElement, fresh: HTMLElement, sent?: HTMLFormElement): void {
  region.querySelectorAll<HTMLTextAreaElement>('[data-piece][id] textarea[data-send-now]').forEach((f) => {
    if (f === document.activeElement || !dirty(f)) return;
    const back = fresh.querySelector(`#${CSS.escape(f.closest('[data-piece]')!.id)}`)?.querySelector<HTMLTextAreaElement>(`textarea[name="${CSS.escape(f.name)}"]:not([hidden])`);
    const lines = new Set((back?.value ?? '').split('\n'));
    if (back && f.value.trimEnd().split('\n').every((line) => lines.has(line))) f.defaultValue = f.value;
    else if (sent && f.form === sent) setTimeout(() => { if (f.isConnected) sent.requestSubmit(); }, 50);
  });
}

function busy(region: HTMLElement): boolean {
  if (region.hasAttribute('data-held')) return true;  // something of it is being dragged or sent
  const at = document.activeElement as HTMLElement | null;
  return !!region.querySelector('.cell-in,.cell-err.choice,[data-edit][aria-busy],form[aria-busy],.who-pick,details[data-menu][open],.swap form:not([hidden])') || (!!at && region.contains(at) && at.matches('textarea,input:not([type=checkbox]),select'));
}

/** A region whose page is large names the part that holds it. */
function addressOf(region: HTMLElement): string {
  const at = new URL(location.href);
  if (region.dataset.part) at.searchParams.set('part', region.dataset.part);
  return at.pathname + at.search;
}

async function refetch(region: HTMLElement, sent?: HTMLFormElement): Promise<void> {
  if (!region.isConnected) return;
  const pieces = region.hasAttribute('data-pieces');
  if (!sent && !pieces && busy(region)) { waiting.add(region); return; }
  waiting.delete(region);
  const mine = ask(region);
  const doc = new DOMParser().parseFromString(await fragment(addressOf(region)), 'text/html');
  const fresh = doc.getElementById(region.id);
  if (!fresh || asked.get(region) !== mine) return;
  if (pieces) {
    saved(region, fresh, sent);
    if (exchange(region, fresh, sent)) waiting.add(region);
    htmx()?.process(region);
    document.dispatchEvent(new CustomEvent('td:fresh', { detail: { region } }));
    return;
  }
  if (!sent && busy(region)) { waiting.add(region); return; }
  const kept = drafts(region, sent), refused = refusals(region, sent), ticked = new Set([...region.querySelectorAll<HTMLInputElement>('[data-select]:checked')].map((b) => b.value));
  const held = region.querySelector<HTMLElement>('[data-row][aria-current]'), place = held ? [...region.querySelectorAll('[data-row]')].indexOf(held) : -1;
  const row = held?.dataset.id, focus = region.contains(document.activeElement) ? focusOf(document.activeElement as HTMLElement) : '';
  region.replaceChildren(...fresh.childNodes);
  putBack(region, kept);
  if (refused.size) region.querySelectorAll('form').forEach((form) => { const said = refused.get(likeness(form)); if (said) form.append(said); });
  region.querySelectorAll<HTMLInputElement>('[data-select]').forEach((b) => { b.checked = ticked.has(b.value); });
  if (row) {
    const same = region.querySelector(`[data-row][data-id="${CSS.escape(row)}"]`), rows = [...region.querySelectorAll<HTMLElement>('[data-row]')];
    // the row that went leaves its place to the next one
    const now = same ?? rows[Math.min(place, rows.length - 1)];
    now?.setAttribute('aria-current', 'true');
    if (!same) now?.querySelector<HTMLElement>('a[href]')?.focus({ preventScroll: true });
  }
  const versions = doc.querySelectorAll<HTMLElement>('[data-edit][data-url]');
  document.querySelectorAll<HTMLElement>('[data-edit][data-url]').forEach((c) => { if (!region.contains(c)) versions.forEach((v) => { if (v.dataset.url === c.dataset.url) c.dataset.version = v.dataset.version; }); });
  if (focus) region.querySelector<HTMLElement>(focus)?.focus({ preventScroll: true });
  htmx()?.process(region);
  document.dispatchEvent(new CustomEvent('td:fresh', { detail: { region } }));
}

function focusOf(el: HTMLElement): string {
  const row = el.closest<HTMLElement>('[data-row][data-id]');
  const within = el.dataset.name ? `[data-name="${CSS.escape(el.dataset.name)}"]` : el.matches('a[href]') ? `a[href="${CSS.escape(el.getAttribute('href')!)}"]` : el.matches('[data-select]') ? '[data-select]' : '';
  return within ? (row ? `[data-id="${CSS.escape(row.dataset.id!)}"] ` : '') + within : '';
}

function soon(region: HTMLElement, wait = 150): void {
  clearTimeout(due.get(region));
  due.set(region, window.setTimeout(() => { due.delete(region); refetch(region).catch(() => waiting.add(region)); }, wait));
}
const regions = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-refetch][id]')];

/** After one's own change: what the page shows, and the peek. */
export async function again(sent?: HTMLFormElement): Promise<void> {
  for (const r of regions()) { clearTimeout(due.get(r)); await refetch(r, sent && r.contains(sent) ? sent : undefined).catch(() => undefined); }
  await refreshPeek(sent);
  document.querySelectorAll('tandem-board').forEach((b) => b.dispatchEvent(new CustomEvent('td:live', { detail: { topic: '*' } })));
}

/** A page that says of when it is (`data-anew`, which one it shows) is asked for until the newer one is there. */
async function anew(): Promise<void> {
  const main = document.getElementById('main');
  for (let turn = 0; turn < 60; turn++) {
    const said = main?.querySelector<HTMLElement>(':scope>[data-anew]');
    if (!main || !said) return;
    await new Promise((done) => setTimeout(done, Math.min(250 + 50 * turn, 2000)));
    if (busy(main)) continue;
    const text = await fragment(addressOf(main), undefined, { 'X-Anew': said.dataset.anew! }).catch(() => '');
    const fresh = text && new DOMParser().parseFromString(text, 'text/html').getElementById('main');
    if (!fresh || busy(main)) continue;
    main.replaceChildren(...fresh.childNodes);
    htmx()?.process(main);
    document.dispatchEvent(new CustomEvent('td:fresh', { detail: { region: main } }));
  }
}

export function startRefetch(): void {
  void anew();
  document.addEventListener('td:live', (e) => {
    const el = e.target as HTMLElement;
    if (el.matches?.('[data-refetch][id]')) soon(el, 20);
    void refreshPeek();
  }, true);
  addEventListener('td:refetch', () => { regions().forEach((region) => { ask(region); soon(region); }); void refreshPeek(); });
  const later = (): void => { if (waiting.size) setTimeout(() => waiting.forEach((r) => soon(r)), 400); };
  document.addEventListener('focusout', later);
  document.addEventListener('td:sent', later);
}
