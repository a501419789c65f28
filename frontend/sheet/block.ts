/* Blocks of cells as spreadsheets pass them on: text with tabs and lines, quoted where a cell holds either. No page is touched here. */

/** The cells of a text that Excel, LibreOffice or a web table put on the clipboard. */
export function cells(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [], cell = '', quoted = false, at = 0;
  const endCell = () => { row.push(cell.trim()); cell = ''; }, endRow = () => { endCell(); rows.push(row); row = []; };
  for (; at < text.length; at++) {
    const c = text[at];
    if (quoted) { if (c !== '"') cell += c; else if (text[at + 1] === '"') { cell += '"'; at++; } else quoted = false; }
    else if (c === '"' && cell === '' && closes(text, at)) quoted = true;
    else if (c === '\t') endCell();
    else if (c === '\n' || c === '\r') { if (c === '\r' && text[at + 1] === '\n') at++; endRow(); }
    else cell += c;
  }
  if (cell || row.length) endRow();
  return rows.map((r) => r.map(plain));
}

/** A quotation mark opens a cell only if one closes it before the next tab or line end that it does not enclose. */
function closes(text: string, at: number): boolean {
  const end = /(?:[^"]|"")*"(?=[\t\r\n]|$)/y;
  end.lastIndex = at + 1;
  return end.test(text);
}

const FORMULA = /^[=+@]|^-(?![\d\s]|$)/;
/** A text that a spreadsheet would run as a formula begins with an apostrophe there, and loses it here. */
export const guarded = (text: string): string => (FORMULA.test(text) ? `'${text}` : text).replace(/[\t\r\n]+/g, ' ');
const plain = (text: string): string => (text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text);

export interface Area { x: number; y: number; x1: number; y1: number }

/** The block as it fills the selection: repeated where the selection is a multiple of it, as spreadsheets do. */
export function spread(block: string[][], area: Area): string[][] {
  const high = area.y1 - area.y + 1, wide = area.x1 - area.x + 1, rows = block.length, width = Math.max(...block.map((r) => r.length));
  const tall = high > rows && high % rows === 0 ? high : rows, broad = wide > width && wide % width === 0 ? wide : width;
  return Array.from({ length: tall }, (_r, r) => Array.from({ length: broad }, (_c, c) => block[r % rows][c % width] ?? ''));
}

/** The first row of the area in all rows below it. */
export const filled = (first: string[], area: Area): string[][] => Array.from({ length: area.y1 - area.y }, () => [...first]);
