/* Small parts for building markup without inline script or style. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, attrs: Record<string, string | boolean | undefined> = {}, ...kids: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (value === true) el.setAttribute(name, '');
    else if (value !== false && value !== undefined) el.setAttribute(name, value);
  }
  el.append(...kids);
  return el;
}

export function icon(name: string): SVGSVGElement {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(ns, 'use');
  use.setAttribute('href', `${document.body.dataset.icons ?? ''}#${name}`);
  svg.append(use);
  return svg;
}

/** True while the key belongs to what is being typed, or to an input method that composes (vital for Chinese). */
export function typing(e: KeyboardEvent): boolean {
  if (e.isComposing || e.keyCode === 229) return true;
  const t = e.target as HTMLElement | null;
  return !!t && (t.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName) && !/^(checkbox|radio|button|submit)$/.test((t as HTMLInputElement).type)));
}

export const shortcutsOn = (): boolean => document.documentElement.dataset.shortcuts !== 'off';

/** htmx, when it is on the page: islands hand it the markup that they put in. */
interface Htmx { process(el: Element): void; ajax(verb: string, path: string, opts: unknown): Promise<void> }
export const htmx = (): Htmx | undefined => (window as unknown as { htmx?: Htmx }).htmx;
