/* The page's script: small behaviours for server-rendered markup, and the loader of islands. */
import { startDrop } from './shared/drop';
import { startEdit } from './shared/edit';
import { startEditing } from './shared/editing';
import { startForms } from './shared/forms';
import { startKeys } from './shared/keys';
import './shared/live';
import { startMentions } from './shared/mentions';
import { dressPeople, startPeopleLists } from './shared/people';
import { startMenus } from './shared/menus';
import { startPeek } from './shared/peek';
import { startPreferences } from './shared/preferences';
import { startQbar } from './shared/qbar';
import { startRefetch } from './shared/refetch';
import { startRows } from './shared/rows';
import { startBuilder } from './shared/suggest';
import { startToasts } from './shared/toast';

startMenus();
startToasts();
startPreferences();
startPeek();
startRows();
startEdit();
startEditing();
startForms();
startMentions();
dressPeople(document);
startPeopleLists();
startRefetch();
startQbar();
startBuilder();
startDrop();
startKeys();

document.documentElement.classList.add('js');
// a filter that needs no button: <select data-autosubmit>
document.addEventListener('change', (e) => { const s = e.target as HTMLSelectElement; if (s.matches?.('[data-autosubmit]')) s.form?.requestSubmit(); });

// the palette is fetched when it is first wanted
document.addEventListener('click', (e) => {
  const b = (e.target as HTMLElement).closest<HTMLElement>('[data-palette-open]');
  if (b) void import('./palette/palette').then((p) => p.openPalette(b.dataset.paletteOpen || ''));
});

// … and read in when nothing else is to do: who types on after Ctrl K should not hit the page's own keys
if (document.querySelector('[data-palette-open]')) (window.requestIdleCallback ?? ((f: () => void) => setTimeout(f, 800)))(() => void import('./palette/palette'));

// a page with remarks on its passages
if (document.querySelector('[data-passages]')) void import('./passages/passages');

// islands: a component's code is fetched only when the page (or a swap) contains its tag
const islands: Record<string, () => Promise<unknown>> = {
  'tandem-timeline': () => import('./timeline/timeline'),
  'tandem-board': () => import('./board/board'),
  'tandem-backlog': () => import('./backlog/backlog'),
  'tandem-checklist': () => import('./checklist/checklist'),
  'tandem-hours': () => import('./hours/hours'),
  'tandem-calendar': () => import('./calendar/calendar'),
  'tandem-sheet': () => import('./sheet/sheet'),
};
function scan(root: ParentNode): void {
  for (const tag in islands) if (!customElements.get(tag) && root.querySelector(tag)) void islands[tag]();
}
scan(document);
new MutationObserver((records) => {
  for (const r of records) r.addedNodes.forEach((n) => { if (n instanceof HTMLElement && n.isConnected) { scan(n.parentNode ?? document); startQbar(n.parentNode ?? document); } });
}).observe(document.body, { childList: true, subtree: true });
