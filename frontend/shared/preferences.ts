/* Theme, density, shortcuts: applied at once, kept by the form that would work without script as well. */
import { send } from './http';
import { complain } from './toast';

const dark = (theme: string): boolean => theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);

function apply(name: string, value: string): boolean {
  const html = document.documentElement;
  if (name === 'theme') { html.dataset.theme = value; html.dataset.bsTheme = dark(value) ? 'dark' : 'light'; return true; }
  if (name === 'density') { html.dataset.density = value; return true; }
  return false;
}

/** The form's own POST, without leaving the page. */
async function keep(form: HTMLFormElement, name: string, value: string): Promise<void> {
  const data = new FormData(form);
  data.set(name, value);
  const answer = await fetch(form.action, { method: 'POST', body: data, credentials: 'same-origin', redirect: 'manual' });
  if (answer.type !== 'opaqueredirect' && !answer.ok) await send('POST', form.action, { [name]: value });
}

export function startPreferences(): void {
  document.addEventListener('submit', (e) => {
    const form = e.target as HTMLFormElement;
    const by = (e as SubmitEvent).submitter as HTMLButtonElement | null;
    if (!form.matches('[data-preference]') || !by?.name) return;
    let value = by.value;
    if (by.hasAttribute('data-toggle-theme')) value = document.documentElement.dataset.bsTheme === 'dark' ? 'light' : 'dark';
    if (!apply(by.name, value)) return;      // language and shortcuts need the page again
    e.preventDefault();
    form.querySelectorAll('[aria-pressed]').forEach((b) => b.setAttribute('aria-pressed', String(b === by)));
    keep(form, by.name, value).catch(complain);
  });
}
