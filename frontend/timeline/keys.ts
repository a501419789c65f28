/* Everything that the pointer can do, by keys. Letters rest when the person has turned shortcuts off. */
import { shortcutsOn, typing } from '../shared/dom';
import { say } from '../shared/words';
import { HEAD } from './draw';
import { add, indent, outdent, remove, shift } from './outline';
import type { TandemTimeline } from './timeline';

export function onKey(t: TandemTimeline, e: KeyboardEvent): void {
  if (!t.plan || typing(e) || !t.pane.el.contains(e.target as Node)) return;
  if (!(e.altKey || e.ctrlKey || e.metaKey ? command(t, e) : walk(t, e) || letter(t, e))) return;
  e.preventDefault();
  e.stopPropagation();
}

function command(t: TandemTimeline, e: KeyboardEvent): boolean {
  const i = t.vis[t.at], T = t.plan!.time, by = e.key === 'ArrowLeft' ? -1 : e.key === 'ArrowRight' ? 1 : 0;
  if (e.altKey && by && !e.ctrlKey && !e.metaKey) {
    if (!t.plan!.has(i)) { t.say(say('tl_undated'), true); return true; }
    const step = t.px < 1.5 ? 7 * by : by;   // where a day is no longer seen, a week
    if (e.shiftKey) t.changes.put(i, T.start[i], Math.max(T.start[i] + .5, T.finish[i] + step));
    else t.changes.put(i, T.start[i] + step, T.finish[i] + step);
    return true;
  }
  if (e.altKey && !e.ctrlKey && !e.metaKey && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) { shift(t, i, e.key === 'ArrowUp' ? -1 : 1); return true; }
  if (e.key === 'z' && (e.ctrlKey || e.metaKey) && !e.shiftKey && !e.altKey) { t.changes.undo(); return true; }
  return false;
}

function walk(t: TandemTimeline, e: KeyboardEvent): boolean {
  const p = t.plan!, i = t.vis[t.at], page = Math.max(1, Math.floor((t.sc.clientHeight - HEAD) / t.row()) - 2);
  switch (e.key) {
    case 'ArrowDown': t.focusRow(t.at + 1); return true;
    case 'ArrowUp': t.focusRow(t.at - 1); return true;
    case 'PageDown': t.focusRow(t.at + page); return true;
    case 'PageUp': t.focusRow(t.at - page); return true;
    case 'Home': t.focusRow(0); return true;
    case 'End': t.focusRow(t.vis.length - 1); return true;
    case 'ArrowRight': if (t.shut.has(i)) t.toggle(i); else if (p.isParent(i)) t.focusRow(t.at + 1); else return false; return true;
    case 'ArrowLeft': if (p.isParent(i) && !t.shut.has(i)) t.toggle(i); else if (p.parent[i] >= 0) t.focusRow(t.rowOf[p.parent[i]]); else return false; return true;
    case 'Escape': if (t.linkFrom >= 0) { t.linkFrom = -1; t.tell(); return true; } return t.pointer.cancel();
    case 'F2': t.editor.start(t.at, 'name'); return true;
    case 'Insert': add(t, i); return true;
    case 'Delete': remove(t, i); return true;
    case 'Enter': if (t.linkFrom >= 0) linkFrom(t, i); else t.open(); return true;
    default: return false;
  }
}

function letter(t: TandemTimeline, e: KeyboardEvent): boolean {
  if (!shortcutsOn()) return false;
  switch (e.key) {
    case 'j': t.focusRow(t.at + 1); return true;
    case 'k': t.focusRow(t.at - 1); return true;
    case 'l': linkFrom(t, t.vis[t.at]); return true;
    case 'e': t.editor.start(t.at, 'name'); return true;
    case 'n': add(t, t.vis[t.at]); return true;
    case ']': indent(t, t.vis[t.at]); return true;
    case '[': outdent(t, t.vis[t.at]); return true;
    case '+': case '=': t.zoom(1); return true;
    case '-': t.zoom(-1); return true;
    case '.': t.goTo(t.plan!.time.start[t.vis[t.at]]); return true;
    default: return false;
  }
}

/** First L marks the forerunner, second L (or Enter) the follower. */
export function linkFrom(t: TandemTimeline, i: number): void {
  if (!t.plan!.editable || !t.hasAttribute('link') || i === undefined || t.plan!.isHead(i)) return;
  if (t.linkFrom < 0) { t.linkFrom = i; t.say(say('tl_link_from', { name: t.plan!.name[i] }), true); return; }
  const from = t.linkFrom;
  t.linkFrom = -1;
  t.changes.link(from, i, 0);
  t.tell();
}
