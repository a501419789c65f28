/* The line under the plan: what the focused row says, in words. */
import { make } from '../shared/dom';
import { say } from '../shared/words';
import { shortDate } from './axis';
import { lastDay, percent, round } from './pane';
import type { Plan } from './plan';

export function facts(p: Plan, i: number | undefined, rows: number): Node[] {
  if (i === undefined) return [document.createTextNode(say('tl_none'))];
  const d = (day: number) => shortDate(p.dateOf(day)), T = p.time, has = (n: number) => !Number.isNaN(n);
  const list = [
    has(T.start[i]) ? `${d(T.start[i])} – ${d(lastDay(p, i))}` : '',
    p.percent[i] > 0 ? say('tl_done_n', { n: percent(p.percent[i]) }) : '',
    p.critical[i] ? say('tl_on_critical') : has(p.slack[i]) ? say('tl_slack_n', { n: round(p.slack[i]) }) : '',
    has(T.promise[i]) ? say('tl_promised', { date: d(T.promise[i]) }) : '',
    has(T.p80[i]) ? say('tl_forecasts', { p50: d(T.p50[i]), p80: d(T.p80[i]) }) : '',
    has(T.base_finish[i]) ? say('tl_base_at', { start: d(T.base_start[i]), finish: d(T.base_finish[i]) }) : '',
    p.note[i] ?? '',
  ];
  return [make('b', { class: 'cut' }, p.name[i]), make('span', { class: 'cut' }, list.filter(Boolean).join(' · ')), make('span', { class: 'push sub hide-s nw' }, p.editable ? say('tl_keys') : say('tl_rows', { n: rows }))];
}
