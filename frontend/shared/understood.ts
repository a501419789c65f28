/* What the server reads in a typed line, as chips below it, before anything is saved. A press on a chip puts its words into quotation
   marks: they are taken as they are. */
import { make } from './dom';
import { send } from './http';
import { say } from './words';

interface Chip { kind: string; text: string; start: number; end: number; problem: boolean }

export function understood(input: HTMLInputElement, url: string): HTMLElement {
  const box = make('div', { class: 'und', role: 'status', 'aria-live': 'polite' });
  let timer = 0, ask: AbortController | undefined;
  const draw = (chips: Chip[], text: string) => {
    const letters = Array.from(text);
    box.replaceChildren(...chips.map((c) => {
      const words = letters.slice(c.start, c.end).join('');
      if (c.problem) return make('span', { class: 'chip not' }, `${words}: ${c.text}`);
      const b = make('button', { type: 'button', class: 'chip', title: say('line_as_text', { text: words }) }, c.text, make('span', { 'aria-hidden': 'true' }, '×'));
      b.addEventListener('pointerdown', (e) => e.preventDefault());
      b.addEventListener('click', () => {
        input.value = `${letters.slice(0, c.start).join('')}"${words.replaceAll('"', '')}"${letters.slice(c.end).join('')}`;
        input.focus();
        look(0);
      });
      return b;
    }));
  };
  const look = (delay = 150) => {
    clearTimeout(timer);
    ask?.abort();
    const text = input.value;
    // a line without a mark and without a figure at its end holds nothing to read
    if (!/[!@^#~！＠＾＃～…]|\d\S*\s*$/.test(text)) { box.replaceChildren(); return; }
    timer = window.setTimeout(async () => {
      ask = new AbortController();
      try {
        const answer = await send('GET', `${url}?${new URLSearchParams({ text })}`, undefined, undefined, ask.signal);
        if (input.value === text) draw(answer.chips as Chip[], text);
      } catch { /* the line is read again when it is saved */ }
    }, delay);
  };
  input.addEventListener('input', (e) => { if (!(e as InputEvent).isComposing) look(); });
  input.addEventListener('compositionend', () => look());
  input.addEventListener('td:line', () => { clearTimeout(timer); ask?.abort(); box.replaceChildren(); });
  return box;
}
