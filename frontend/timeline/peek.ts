/* The peek of a row: links and dates that are set there go the way of every other change of the plan. */
import { asked, openPeek } from '../shared/peek';
import type { TandemTimeline } from './timeline';

export function wirePeek(t: TandemTimeline): () => void {
  const url = (): string => t.getAttribute('link') ?? '', day = (text: string): number => Math.round(Date.UTC(+text.slice(0, 4), +text.slice(5, 7) - 1, +text.slice(8, 10)) / 60000);
  const linkOf = (el: Element): number => Number(el.closest<HTMLElement>('[data-link]')?.dataset.link);
  const versionOf = (el: Element): number => Number(el.closest<HTMLElement>('[data-link]')?.dataset.version);
  const again = () => { const path = asked(); if (path) void openPeek(path, null, { push: false, focus: false }); };
  const click = (e: Event) => { const b = (e.target as Element).closest('[data-tl-unlink]'); if (b) t.changes.post(url(), { link: linkOf(b), removed: true }, again); };
  const change = (e: Event) => {
    const el = e.target as HTMLInputElement;
    if (el.matches('[data-tl-kind]')) t.changes.post(url(), { link: linkOf(el), version: versionOf(el), type: el.value }, again);
    if (el.matches('[data-tl-lag]')) t.changes.post(url(), { link: linkOf(el), version: versionOf(el), lag: Math.round(Number(el.value) * 480) }, again);
  };
  const submit = (e: Event) => {
    const form = e.target as HTMLFormElement, p = t.plan;
    if (!p || !form.matches('[data-tl-constraint],[data-tl-deadline]')) return;
    e.preventDefault();
    const i = p.at(form.dataset.id!), given = new FormData(form), at = String(given.get('at') ?? '');
    if (i < 0) return;
    if (form.matches('[data-tl-deadline]')) { t.changes.patch(i, { deadline: at ? day(at) + 1020 : null }, undefined, again); return; }
    const kind = String(given.get('kind')), ends = /^F|^MF/.test(kind);   // a start is in the morning, a finish in the evening of that day
    t.changes.patch(i, { constraint: [kind, at ? day(at) + (ends ? 1020 : 480) : null] }, undefined, again);
  };
  document.addEventListener('click', click);
  document.addEventListener('change', change);
  document.addEventListener('submit', submit);
  return () => { document.removeEventListener('click', click); document.removeEventListener('change', change); document.removeEventListener('submit', submit); };
}
