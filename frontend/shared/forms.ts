/* Forms that stay where they are: [data-send] goes by fetch, says what happened, and the page shows its new state. Without script
   each is an ordinary form. Besides: Ctrl+Enter sends, [data-swap] turns text into its form, [data-copy] copies an address. */
import { make } from './dom';
import { csrf, Refusal, wording } from './http';
import { closePeek } from './peek';
import { again } from './refetch';
import { complain, toast } from './toast';
import { say } from './words';

function fail(form: HTMLFormElement, text: string): void {
  form.querySelector('.cell-err')?.remove();
  form.append(make('p', { class: 'cell-err whole', role: 'alert' }, text));
}

/** POSTs the form and returns the answer's JSON; throws a Refusal that speaks. */
export async function post(url: string, body: FormData): Promise<Record<string, unknown>> {
  let answer: Response;
  try {
    answer = await fetch(url, { method: 'POST', body, credentials: 'same-origin', headers: { Accept: 'application/json', 'X-CSRFToken': csrf(), 'X-Requested-With': 'fetch' } });
  } catch { throw new Refusal(0, say('offline')); }
  let said: Record<string, unknown> = {};
  try { said = (await answer.json()) as Record<string, unknown>; } catch { /* the status says enough */ }
  if (!answer.ok) throw new Refusal(answer.status, wording(answer.status, said), said);
  return said;
}

async function submit(form: HTMLFormElement, by: HTMLElement | null): Promise<void> {
  if (form.hasAttribute('aria-busy')) return;
  form.setAttribute('aria-busy', 'true');
  form.querySelector('.cell-err')?.remove();
  try {
    const answer = await post(form.action, new FormData(form, by));
    if (typeof answer.message === 'string' && answer.message) toast(answer.message, { undo: (answer.undo as string) || undefined });
    const field = form.querySelector<HTMLElement>('[name=title],[name=other],[name=lines]')?.getAttribute('name'), action = form.getAttribute('action');
    if (form.dataset.send === 'close') closePeek();
    await again(form);
    // the next part or link is often typed at once
    if (field) document.querySelector<HTMLElement>(`form[data-send][action="${CSS.escape(action ?? '')}"] [name="${field}"]`)?.focus({ preventScroll: true });
  } catch (e) {
    if (form.isConnected && e instanceof Refusal && form.offsetParent && !form.closest('.menu-l')) fail(form, e.message); else complain(e);
  } finally { form.removeAttribute('aria-busy'); document.dispatchEvent(new CustomEvent('td:sent')); }
}

function lag(select: HTMLSelectElement): void {
  const box = select.form?.querySelector<HTMLElement>('[data-lag]');
  if (box) box.hidden = !/^(FS|SS|FF|SF)/.test(select.value);
}

/** What somebody said, as a quotation in one's own comment. */
function quote(button: HTMLElement): void {
  const thread = button.closest<HTMLElement>('[data-mentions]'), box = thread?.querySelector<HTMLTextAreaElement>(':scope>form textarea[name=body]');
  const said = document.querySelector<HTMLElement>(`${button.dataset.quote!} .prose`)?.innerText.trim();
  if (!box || !said) return;
  box.value = `${box.value.trimEnd()}${box.value.trim() ? '\n\n' : ''}${said.split('\n').map((l) => `> ${l}`).join('\n')}\n\n`;
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}

export function startForms(): void {
  document.addEventListener('submit', (e) => {
    const form = e.target as HTMLFormElement;
    if (!form.matches('[data-send]') || e.defaultPrevented) return;
    e.preventDefault();
    form.closest<HTMLDetailsElement>('details[data-menu]')?.removeAttribute('open');
    void submit(form, (e as SubmitEvent).submitter);
  });
  document.addEventListener('keydown', (e) => {
    const t = e.target as HTMLElement;
    const sends = t.matches('textarea[data-enter-sends]') && !e.shiftKey;
    if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey || sends) || e.isComposing) return;
    const form = t.closest<HTMLFormElement>('form[data-send],form[data-keys-send]');
    if (form && t.matches('textarea,input,select')) { e.preventDefault(); form.requestSubmit(); }
  });
  const kinds = 'form[data-send] select[name=kind]';
  document.addEventListener('change', (e) => { const s = e.target as HTMLSelectElement; if (s.matches?.(kinds)) lag(s); if (s.matches?.('[data-send-now]')) { s.blur(); s.form?.requestSubmit(); } });
  document.addEventListener('change', (e) => {
    const field = e.target as HTMLInputElement, told = field.closest?.('.file-in')?.querySelector('output');
    if (told) told.textContent = [...(field.files ?? [])].map((f) => f.name).join(', ') || (told.dataset.none ?? '');
  });
  document.addEventListener('td:fresh', (e) => (e as CustomEvent<{ region: HTMLElement }>).detail.region.querySelectorAll<HTMLSelectElement>(kinds).forEach(lag));
  document.addEventListener('click', (e) => {
    const t = e.target as HTMLElement;
    const swap = t.closest<HTMLElement>('[data-swap]');
    if (swap) {
      const box = document.querySelector<HTMLElement>(swap.dataset.swap!), form = box?.querySelector<HTMLFormElement>('form');
      if (!box || !form) return;
      form.hidden = !form.hidden;
      box.querySelector<HTMLElement>('.prose')!.hidden = !form.hidden;
      if (form.hidden) form.reset(); else form.querySelector<HTMLElement>('textarea')?.focus();
    }
    const quoted = t.closest<HTMLElement>('[data-quote]');
    if (quoted) quote(quoted);
    const copy = t.closest<HTMLElement>('[data-copy]');
    if (copy) navigator.clipboard?.writeText(new URL(copy.dataset.copy!, location.href).href).then(() => toast(say('copied')), complain);
  });
}
