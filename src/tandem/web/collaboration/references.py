"""A text with the records that it names as chips: each leads to its record and shows the state that it has now."""

import re
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from markupsafe import Markup, escape

from tandem.reports.queries import references as reads
from tandem.reports.queries.references import Key, Named
from tandem.web import cells, markdown
from tandem.web.templating import day

_TAG = re.compile(r'(<(?:[^>"]|"[^"]*")*>)')
_OPENS = re.compile(r"<(a|code|pre)\b")
_CLOSES = re.compile(r"</(a|code|pre)\b")


def named(request: HttpRequest, *texts: str) -> dict[Key, Named]:
    keys = dict.fromkeys(key for text in texts for key in reads.keys_in(text, request.get_host()))
    return reads.read(request.user, keys)


def topics(found: dict[Key, Named], *space_ids: int) -> list[str]:
    """What a page listens to, so that the states on it are those of now."""
    return [f"space:{pk}" for pk in sorted({one.space_id for one in found.values()} | set(space_ids))]


def dressed(text: str, found: dict[Key, Named], host: str = "") -> Markup:
    """The rendered text; names inside links and code stay as they were written."""
    parts, inside = [], 0
    for piece in _TAG.split(str(markdown.rendered(text))):
        if piece.startswith("<"):
            inside += 1 if _OPENS.match(piece) else -1 if _CLOSES.match(piece) else 0
            parts.append(piece)
        else:
            parts.append(piece if inside else _in_words(piece, found, host))
    return Markup("".join(parts))  # noqa: S704  what came from the text was cleaned, what was put in is escaped


def _in_words(text: str, found: dict[Key, Named], host: str) -> str:
    def put(at: re.Match[str]) -> str:
        key = reads.key_of(at, host)
        return str(chip(found.get(key), at[0])) if key else at[0]

    return reads.REFERENCE.sub(put, text)


def chip(one: Named | None, written: str) -> Markup:
    if one is None:
        return Markup('<span class="chip gone" title="{}">{}</span>').format(_("not there, or not for you to see"), written)
    state = said(one)
    shown = Markup(' <span class="ref-s"><i class="sh sh-{}" aria-hidden="true"></i>{}</span>').format(cells.SHAPES.get(one.category, "none"), state) if state else ""
    return Markup('<a class="chip ref" href="{}" data-peek>{}{}</a>').format(f"/{one.slug}/{one.at}/", one.label, shown)


def said(one: Named) -> str:
    """The state in words; of a promise with its date."""
    if one.day is None:
        return one.state
    words = {"kept": _("kept"), "withdrawn": _("withdrawn"), "replaced": _("revised"), "open": pgettext("of a promise", "promised")}
    return f"{words[one.state]} {day(one.day)}"


def link_of(one: Named | None, text: str) -> Any:
    """A chip where there is something to lead to, else the words that were kept."""
    return chip(one, text) if one else escape(text)
