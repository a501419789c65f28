/* What the marks mean: drawn by the same painter as the plan. */
import { make } from '../shared/dom';
import { say } from '../shared/words';
import type { Palette } from './draw';
import { SvgPainter } from './painter';

const MARKS: [string, (k: SvgPainter, C: Palette) => void][] = [
  ['tl_is_computed', (k, C) => { k.rect(2, 5, 40, 11, C.bar, 2); k.rect(2, 5, 16, 11, C.done, 2); k.frame(2, 5, 40, 11, C['bar-edge'], 1); }],
  ['tl_is_critical', (k, C) => { k.rect(2, 5, 40, 11, C.bar, 2); k.frame(2, 5, 40, 11, C.ink, 2); }],
  ['tl_is_done', (k, C) => k.rect(2, 5, 40, 11, C.kept, 2)],
  ['tl_is_planned', (k, C) => { k.line([2, 5, 42, 5, 42, 16, 2, 16, 2, 5], C.ink2, 1, true); }],
  ['tl_is_summary', (k, C) => { k.rect(2, 6, 40, 5, C.ink2); k.poly([2, 11, 7, 11, 2, 16], C.ink2); k.poly([42, 11, 37, 11, 42, 16], C.ink2); }],
  ['tl_is_milestone', (k, C) => k.poly([22, 3, 29, 10, 22, 17, 15, 10], C.bg, C.ink)],
  ['tl_is_base', (k, C) => k.rect(2, 9, 40, 3, C.base, 1)],
  ['tl_is_slack', (k, C) => { k.line([2, 10, 38, 10], C.ink3, 1, true); k.line([38, 7, 38, 13], C.ink3, 1); }],
  ['tl_is_range', (k, C) => { k.rect(6, 6, 22, 8, C.risk, 1); k.frame(6, 6, 22, 8, C['risk-edge'], 1, 1); k.line([28, 10, 40, 10], C['risk-edge'], 1.5); k.line([40, 6, 40, 14], C['risk-edge'], 1.5); }],
  ['tl_all_done', (k, C) => { k.rect(6, 7, 22, 6, C.done, 1); k.frame(6, 7, 22, 6, C['bar-edge'], 1, 1); k.line([28, 10, 40, 10], C['bar-edge'], 1.5); }],
  ['tl_is_promise', (k, C) => { k.line([22, 6, 22, 18], C.ink, 1.5); k.poly([22, 1, 27, 6, 22, 11, 17, 6], C.ink); }],
  ['tl_is_deadline', (k, C) => k.poly([17, 5, 27, 5, 22, 13], C.bg, C.ink2)],
  ['tl_is_driver', (k, C) => { k.line([2, 6, 22, 6, 22, 15, 38, 15], C.sel, 2); k.poly([42, 15, 36, 11.5, 36, 18.5], C.sel); }],
];

export function legend(C: Palette): HTMLElement {
  const parser = new DOMParser(), list = make('ul', { class: 'tl-legend' });
  for (const [word, paint] of MARKS) {
    const k = new SvgPainter();
    paint(k, C);
    const svg = document.importNode(parser.parseFromString(k.svg(44, 20), 'image/svg+xml').documentElement, true);
    svg.setAttribute('aria-hidden', 'true');
    list.append(make('li', {}, svg, say(word)));
  }
  return list;
}
