/* One way to talk to the server: JSON, CSRF token, versions, and refusals in words. */
import { say } from './words';

export class Refusal extends Error {
  constructor(public status: number, message: string, public body: Record<string, unknown> = {}) { super(message); }
}

export const csrf = (): string => document.body.dataset.csrf ?? '';

export function wording(status: number, body: Record<string, unknown>): string {
  const said = [body.message, body.title, body.detail].find((v): v is string => typeof v === 'string' && v !== '');
  if (said) return said;
  if (status === 409 || status === 412) return say('stale_row');
  if (status === 403 || status === 401) return say('denied');
  if (status === 404 || status === 410) return say('gone');
  return say('failed', { why: String(status) });
}

/** Sends JSON and returns JSON ({} for an empty answer); throws a Refusal that speaks the reader's language. */
export async function send(
  method: string, url: string, data?: unknown, version?: number | string, signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  const headers: Record<string, string> = { Accept: 'application/json', 'X-CSRFToken': csrf(), 'X-Requested-With': 'fetch' };
  if (data !== undefined) headers['Content-Type'] = 'application/json';
  if (version !== undefined) headers['If-Match'] = `"${version}"`;
  let answer: Response;
  try {
    answer = await fetch(url, { method, headers, signal, credentials: 'same-origin', body: data === undefined ? undefined : JSON.stringify(data) });
  } catch (e) {
    if ((e as Error).name === 'AbortError') throw e;
    throw new Refusal(0, say('offline'));
  }
  const text = await answer.text();
  let body: Record<string, unknown> = {};
  try { body = text ? (JSON.parse(text) as Record<string, unknown>) : {}; } catch { if (answer.ok) throw new Refusal(answer.status, say('failed', { why: 'JSON' })); }
  if (!answer.ok) throw new Refusal(answer.status, wording(answer.status, body), body);
  return body;
}

/** A fragment of a page as text, or a Refusal. Only what our pages answered becomes markup (the server marks it): a file that somebody
    attached, or any other body under our address, must not. */
export async function fragment(url: string, signal?: AbortSignal, more: Record<string, string> = {}): Promise<string> {
  let answer: Response;
  try {
    answer = await fetch(url, { headers: { Accept: 'text/html', 'HX-Request': 'true', ...more }, signal, credentials: 'same-origin' });
  } catch (e) {
    if ((e as Error).name === 'AbortError') throw e;
    throw new Refusal(0, say('offline'));
  }
  if (answer.redirected && /\/login\//.test(answer.url)) location.assign(answer.url);
  if (answer.status === 204) return '';
  const type = answer.headers.get('content-type') ?? '';
  const isOurs = answer.headers.get('x-fragment') === '1' && /^text\/html\b/i.test(type) && !answer.headers.has('content-disposition');
  if (answer.ok && !isOurs) throw new Refusal(answer.status, say('denied'));
  const text = await answer.text();
  if (!answer.ok) throw new Refusal(answer.status, answer.headers.get('content-type')?.startsWith('text/plain') && text ? text : wording(answer.status, {}));
  return text;
}
