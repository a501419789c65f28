/* The line under the plan: what the focused row says, in words. */
import { make } from '../shared/dom';
import { say } from '../shared/words';
import { shortDate } from './axis';
import { lastDay, percent, round } from './columns';
import { ACTUAL, COMPUTED, PLANNED, type Plan } from './plan';

export function facts(p: Plan, i: number | undefined, rows: number): Node[] {
  if (i === undefined) return [document.createTextNode(say(p.n ? 'tl_no_hit' : 'tl_none'))];
  const d = (day: number) => shortDate(p.dateOf(day)), T = p.time, has = (n: number) => !Number.isNaN(n);
  const word = p.isHead(i) ? '' : p.origin[i] === PLANNED ? say('tl_as_planned') : p.origin[i] === ACTUAL ? say('tl_as_happened') : say('tl_as_computed');
  const driver = p.driver[i] ? p.at(p.driver[i]) : -1, slack = p.slack[i];
  const list = [
    has(T.start[i]) && has(T.finish[i]) ? `${word} ${d(T.start[i])} – ${d(lastDay(p, i))}` : p.isOpen(i) ? say('tl_since', { date: d(T.start[i]) }) : '',
    p.status[i] !== 'done' && p.kind[i] !== 1 && T.finish[i] < p.today ? say('tl_overdue') : '',
    p.percent[i] > 0 ? say('tl_done_n', { n: percent(p.percent[i]) }) : '',
    p.driver[i] && p.origin[i] === COMPUTED ? say('tl_waits', { name: driver >= 0 ? p.name[driver] : say('tl_unseen') }) : '',
    slack < 0 ? say('tl_too_late', { n: round(-slack) }) : p.critical[i] ? say('tl_on_critical') : has(slack) ? say('tl_slack_n', { n: round(slack) }) : '',
    has(T.deadline[i]) ? say('tl_deadline_at', { date: d(T.deadline[i]) }) : '',
    has(T.promise[i]) ? say('tl_promised', { date: d(T.promise[i]) }) : '',
    has(T.p80[i]) ? say('tl_forecasts', { p50: d(T.p50[i]), p80: d(T.p80[i]) }) : '',
    has(T.base_finish[i]) ? (p.baseline ? `${p.baseline} ${d(T.base_start[i])} – ${d(T.base_finish[i])}` : say('tl_planned_at', { start: d(T.base_start[i]), finish: d(T.base_finish[i]) })) : '',
    p.note[i] ?? '',
  ];
  return [make('b', { class: 'cut' }, p.name[i]), make('span', { class: 'cut' }, list.filter(Boolean).join(' · ')), make('span', { class: 'push sub hide-s nw' }, p.editable ? say('tl_keys') : say('tl_rows', { n: rows }))];
}
