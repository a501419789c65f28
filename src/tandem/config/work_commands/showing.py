"""Rows as a table of a terminal, where Chinese characters are two columns wide, or as JSON."""

import json
import unicodedata
from collections.abc import Sequence
from typing import Any

import click

from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.words import _

as_json = click.option("--json", "is_json", is_flag=True, help=_("Print JSON, as the API answers it."))


def priorities() -> dict[int, str]:
    return {1: _("Urgent"), 2: _("High"), 3: _("Medium"), 4: _("Low")}


def dump(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Columns as wide as they need; the last one takes the rest."""
    shown = [[clean("" if cell is None else str(cell)).replace("\n", " ") for cell in row] for row in (head, *rows)]
    wide = [max(width(row[n]) for row in shown) for n in range(len(head))]
    for row in shown:
        cells = [cell + " " * (wide[n] - width(cell)) for n, cell in enumerate(row)]
        click.echo("  ".join(cells).rstrip())


def items(api: Api, rows: list[Row]) -> None:
    if not rows:
        click.echo(_("No work items."))
        return
    names = api.names({pk for row in rows for pk in row["assignee_ids"][:2]})
    words = priorities()
    table(
        (_("key"), _("state"), _("priority"), _("assignees"), _("due"), _("title")),
        [
            (
                row["key"],
                row["state_name"],
                words.get(row["priority"], ""),
                ", ".join(names[pk] for pk in row["assignee_ids"][:2]) + ("…" if len(row["assignee_ids"]) > 2 else ""),
                row["due_on"],
                row["title"],
            )
            for row in rows
        ],
    )


def hours(minutes: int | None) -> str:
    if minutes is None:
        return ""
    whole, rest = divmod(minutes, 60)
    return f"{whole}h {rest}m" if whole and rest else f"{whole}h" if whole else f"{rest}m"


def changed(row: Row) -> None:
    """One line about one item: what it is now."""
    click.echo(clean(f"{row['key']}  {row['state_name']}  {row['title']}"))
