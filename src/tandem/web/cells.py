"""How values look in cells and facts: people, states, dates, links to other records."""

from datetime import date as calendar_day
from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from tandem.web.templating import day

SHAPES = {"to_do": "none", "in_progress": "on", "done": "done"}


def person(user: Any) -> Any:
    return user.name if user else ""


def link(row: Any, url: str) -> Any:
    return Markup('<a href="{}" data-peek>{}</a>').format(url, escape(str(row))) if row else ""


def seen(user: Any, row: Any) -> Any:
    """The name of another record, if it stands in a space that the reader sees."""
    if row is None:
        return "–"
    return str(row) if row.is_seen_by(user) else _("an item that you cannot see")


def state(category: str, name: Any) -> Markup:
    """The state's own word, with the shape of its category. Ink: a state is said, not computed."""
    return Markup(  # noqa: S704  escaped here
        f'<span class="st said"><i class="sh sh-{SHAPES.get(category, "none")}" aria-hidden="true"></i><span>{escape(name)}</span></span>'
    )


def date(value: Any) -> Any:
    return Markup(f'<span class="num nw">{day(value)}</span>') if value else ""  # noqa: S704  a day has no markup


def dates(first: Any, last: Any) -> Any:
    """A range of days."""
    return Markup('<span class="num nw">{} – {}</span>').format(day(first), day(last)) if first and last else ""


def labels(values: list[str]) -> Any:
    return Markup(" ").join(Markup('<span class="chip">{}</span>').format(v) for v in values)


def bare(value: Any) -> Any:
    """A cell without its dress, for files: a day as a day, the rest as its text."""
    if not isinstance(value, Markup):
        return value
    text = value.striptags()
    try:
        return calendar_day.fromisoformat(text)
    except ValueError:
        return text
