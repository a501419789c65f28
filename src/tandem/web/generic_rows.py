"""The rows of a plain noun's list, written in Python: hundreds of cells, and each through the template costs ten times as much."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

_EMPTY = '<span class="sub">–</span>'
_WORD, _SHORT = 12, 20  # bytes: so many letters, or a third of that in Chinese


def body(noun: Any, rows: Iterable[Any]) -> Markup:
    """What stands between `<tbody>` and `</tbody>`."""
    return Markup("".join(_row(noun, noun.columns, row) for row in rows))  # noqa: S704  every cell is escaped below


def _row(noun: Any, columns: Sequence[Any], row: Any) -> str:
    cells = []
    for column in columns:
        value = column.cell(row)
        if column.is_title:
            cls = ' class="n"' if column.is_number else ' class="t"'
            cells.append(f'\n<td{cls}><a class="str" href="{escape(noun.url(row))}" data-peek>{escape(value)}</a></td>')
        else:
            shown = _EMPTY if value is None or value == "" else escape(f"{value:,}" if isinstance(value, Decimal) else value)
            cells.append(f'\n<td class="n">{shown}</td>' if column.is_number else f"\n<td{_width(shown)}>{shown}</td>")
    return f"<tr data-row>{''.join(cells)}</tr>"


def _width(shown: str) -> str:
    """A word or a day stays in one line, and on a phone a few words too; there a sentence gets room to be read."""
    if shown.startswith("<"):
        shown = shown[shown.find(">") + 1 : shown.rfind("<")]
        if "<" in shown:
            return ""
    length = len(shown.encode())
    return ' class="nw"' if length <= _WORD or (shown[-3:-2] == "-" and length <= _SHORT) else ' class="s"' if length <= _SHORT else ' class="w"'
