/* The words of the islands: the server puts them into #td-words, so nothing is translated here. */
type Words = Record<string, string>;
let table: Words | undefined;

function words(): Words {
  // a page may say some of them otherwise
  table ??= Object.assign({}, ...['td-words', 'td-words-here'].map((id) => JSON.parse(document.getElementById(id)?.textContent || '{}') as Words)) as Words;
  return table;
}

/** The word for `key`, its {braces} filled in. An unknown key shows itself: better than nothing. */
export function say(key: string, fill: Record<string, string | number> = {}): string {
  return (words()[key] ?? key).replace(/\{(\w+)\}/g, (all, name: string) => String(fill[name] ?? all));
}

/** Plain "en" would write American dates; ours are "12 Feb". */
export const locale = (): string => { const l = document.documentElement.lang || 'en'; return l === 'en' ? 'en-GB' : l; };

/** "+26", "−3": the true minus. */
export const signed = (n: number): string => (n > 0 ? `+${n}` : n < 0 ? `−${Math.abs(n)}` : '0');
