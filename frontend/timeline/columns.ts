/* The columns of the tree grid: what they show, how wide they are, and how a cell is edited. Each kind of date has its own. */
import { locale, say, signed } from '../shared/words';
import { isoDate } from './axis';
import { MILESTONE, type Plan, SUMMARY, type Time } from './plan';

export interface Edit { type: 'text' | 'date' | 'number'; get: (p: Plan, i: number) => string; put: (p: Plan, i: number, text: string) => Record<string, unknown> | null }
export interface Column { word: string; width: number; num: boolean; text: (p: Plan, i: number) => string; off?: (p: Plan, i: number) => boolean; has?: (p: Plan) => boolean; edit?: Edit }

export const round = (n: number): string => String(Math.round(n * 10) / 10).replace('-', '−');
export const percent = (n: number): string => (Number.isNaN(n) ? '' : new Intl.NumberFormat(locale(), { style: 'percent' }).format(n / 100));
const date = (p: Plan, day: number): string => (Number.isNaN(day) ? '' : isoDate(p.dateOf(day)));
const days = (n: number): string => (Number.isNaN(n) ? '' : say('tl_days', { n: round(n) }));
/** The finish is the end of the last day: people read the day itself. */
export const lastDay = (p: Plan, i: number): number => {
  const f = p.time.finish[i];
  return p.kind[i] !== MILESTONE && f > p.time.start[i] && Number.isInteger(f) ? f - 1 : f;
};
const parsed = (text: string): number | null => { const m = /^(\d{4})-(\d\d?)-(\d\d?)$/.exec(text.trim()); return m ? Date.UTC(+m[1], +m[2] - 1, +m[3]) / 864e5 : null; };
const figure = (text: string): number | null => { const n = Number(text.replace(',', '.').replace(/[^\d.]/g, '')); return text.trim() && Number.isFinite(n) ? n : null; };
const at = (word: string, time: Time): Column => ({ word, width: 94, num: true, text: (p, i) => date(p, p.time[time][i]), has: (p) => p.time[time].some((d) => !Number.isNaN(d)) });

export const NAME: Edit = { type: 'text', get: (p, i) => p.name[i], put: (p, i, text) => (text.trim() && text.trim() !== p.name[i] ? { name: text.trim() } : null) };
const START: Edit = { type: 'date', get: (p, i) => date(p, p.time.start[i]), put: (p, i, text) => { const d = parsed(text); return d === null || text === START.get(p, i) ? null : { start: p.unit(d) }; } };
const FINISH: Edit = { type: 'date', get: (p, i) => date(p, lastDay(p, i)), put: (p, i, text) => { const d = parsed(text); return d === null || text === FINISH.get(p, i) ? null : p.kind[i] === MILESTONE ? { start: p.unit(d) } : { finish: p.unit(d + 1) }; } };
const DURATION: Edit = { type: 'number', get: (p, i) => (Number.isNaN(p.duration[i]) ? '' : String(p.duration[i])), put: (p, i, text) => { const n = figure(text); return n === null || n === p.duration[i] ? null : { duration: n }; } };
const PERCENT: Edit = { type: 'number', get: (p, i) => String(p.percent[i] || 0), put: (p, i, text) => { const n = figure(text); return n === null || n > 100 || n === p.percent[i] ? null : { percent: n }; } };
const DEADLINE: Edit = { type: 'date', get: (p, i) => date(p, p.time.deadline[i]), put: (p, i, text) => { const d = parsed(text); return text === DEADLINE.get(p, i) || (text && d === null) ? null : { deadline: d === null ? null : p.unit(d) + p.unit(17 / 24) }; } };

export const COLUMNS: Record<string, Column> = {
  key: { word: 'tl_key', width: 78, num: false, text: (p, i) => p.key[i] ?? '' },
  state: { word: 'tl_state', width: 92, num: false, text: (p, i) => p.states[p.state[i]] ?? '', has: (p) => p.states.length > 0 },
  people: { word: 'tl_people', width: 110, num: false, text: (p, i) => (p.people[i] ?? []).map((k) => p.persons[k]).join(', '), has: (p) => p.persons.length > 0 },
  duration: { word: 'tl_duration', width: 66, num: true, text: (p, i) => (p.kind[i] === SUMMARY ? '' : days(p.duration[i])), edit: DURATION },
  start: { word: 'tl_start', width: 94, num: true, text: (p, i) => date(p, p.time.start[i]), edit: START },
  finish: { word: 'tl_finish', width: 94, num: true, text: (p, i) => date(p, lastDay(p, i)), edit: FINISH },
  slack: { word: 'tl_slack', width: 62, num: true, text: (p, i) => days(p.slack[i]), off: (p, i) => p.slack[i] < 0, has: (p) => p.slack.some((n) => !Number.isNaN(n)) },
  free: { word: 'tl_free', width: 72, num: true, text: (p, i) => days(p.free[i]), has: (p) => p.free.some((n) => !Number.isNaN(n)) },
  percent: { word: 'tl_percent', width: 56, num: true, text: (p, i) => (p.percent[i] ? percent(p.percent[i]) : ''), edit: PERCENT },
  before: { word: 'tl_before', width: 110, num: false, text: (p, i) => before(p, i), has: (p) => p.links.length > 0 },
  promise: at('tl_promise_col', 'promise'), p50: at('tl_p50', 'p50'), p80: at('tl_p80', 'p80'),
  slip: { word: 'tl_slip', width: 58, num: true, text: (p, i) => { const d = Math.round(p.time.p80[i] - p.time.promise[i]); return Number.isNaN(d) ? '' : say('tl_days', { n: signed(d) }); }, off: (p, i) => p.status[i] === 'off', has: (p) => p.time.promise.some((d) => !Number.isNaN(d)) },
  deadline: { ...at('tl_deadline', 'deadline'), off: (p, i) => p.time.finish[i] > p.time.deadline[i], has: () => true, edit: DEADLINE },
  planned_start: at('tl_planned_start', 'planned_start'), planned_finish: at('tl_planned_finish', 'planned_finish'),
  base_start: at('tl_base_start', 'base_start'), base_finish: at('tl_base_finish', 'base_finish'),
  actual_start: at('tl_actual_start', 'actual_start'), actual: at('tl_actual', 'actual'),
};
/** As planners write it: `POR-3FS+2 d`. */
function before(p: Plan, i: number): string {
  return (p.inn[i] ?? []).map((k) => { const [f, , type, lag] = p.links[k]; return `${p.key[f] ?? f + 1}${type ? ['FS', 'SS', 'FF', 'SF'][type] : lag ? 'FS' : ''}${lag ? say('tl_days', { n: signed(p.lagDays(lag)) }) : ''}`; }).join(', ');
}

const kept = (name: string): string => `tandem.tl-columns.${name}`;
export function chosen(name: string, usual: string[]): string[] {
  try { const said = localStorage.getItem(kept(name)); if (said !== null) return said.split(',').filter((c) => c in COLUMNS); } catch { /* then the usual ones */ }
  return usual;
}
export function choose(name: string, columns: string[]): void { try { localStorage.setItem(kept(name), columns.join(',')); } catch { /* not kept then */ } }
