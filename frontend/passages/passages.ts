/* A page with remarks: what is marked in its text becomes the passage of a new remark; the passages that have one are tinted. */
const squeeze = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** The range of some words within an element, however its markup cuts them. */
export function rangeOf(root: Element, words: string): Range | null {
  let text = '';
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const at: [Text, number][] = [];
  for (let n = walk.nextNode() as Text | null; n; n = walk.nextNode() as Text | null) {
    for (let i = 0; i < n.data.length; i++) {
      const c = /\s/.test(n.data[i]!) ? ' ' : n.data[i]!;
      if (c === ' ' && (text === '' || text.endsWith(' '))) continue;
      text += c;
      at.push([n, i]);
    }
  }
  const from = text.indexOf(squeeze(words));
  const first = at[from], last = at[from + squeeze(words).length - 1];
  if (from < 0 || !first || !last) return null;
  const range = document.createRange();
  range.setStart(first[0], first[1]);
  range.setEnd(last[0], last[1] + 1);
  return range;
}

function tint(): void {
  const text = document.querySelector('[data-passages]');
  if (!text || !('highlights' in CSS)) return;
  const ranges = [...document.querySelectorAll('[data-passage]')].map((a) => rangeOf(text, a.textContent ?? '')).filter((r) => r !== null);
  CSS.highlights.set('passage', new Highlight(...ranges));
}

function mark(): void {
  const chosen = getSelection(), text = document.querySelector<HTMLElement>('[data-passages]');
  if (!chosen || chosen.isCollapsed || !text || !text.contains(chosen.anchorNode) || !text.contains(chosen.focusNode)) return;
  const field = document.querySelector<HTMLInputElement>(`${text.dataset.passages!} [name=quote]`), said = squeeze(chosen.toString());
  if (field && said.length > 1) field.value = said.slice(0, 500);
}

document.addEventListener('selectionchange', mark);
document.addEventListener('click', (e) => {
  const link = (e.target as HTMLElement).closest?.('[data-passage]'), text = document.querySelector('[data-passages]');
  const range = link && text && rangeOf(text, link.textContent ?? '');
  if (!range) return;
  e.preventDefault();
  getSelection()?.removeAllRanges();
  range.startContainer.parentElement?.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
});
document.addEventListener('td:fresh', tint);
tint();
