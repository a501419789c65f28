"""The rows of a plain noun's list, written in Python: hundreds of cells, and each through the template costs ten times as much."""

from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import Markup, escape

_EMPTY = '<span class="sub">–</span>'


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
            shown = _EMPTY if value is None or value == "" else escape(value)
            cells.append(f'\n<td class="n">{shown}</td>' if column.is_number else f"\n<td>{shown}</td>")
    return f"<tr data-row>{''.join(cells)}</tr>"
