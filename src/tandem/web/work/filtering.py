"""The filter bar of tables and boards: chips of what is set, proposals, help, and views saved under a name."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tandem.collaboration.models import SavedView
from tandem.kit.errors import Refused
from tandem.reports.queries import filter_language


def changed(request: HttpRequest, **changes: Any) -> str:
    """This page's address with other parameters; an empty one goes away, and with it the place in the pages."""
    query = request.GET.copy()
    query.pop("part", None)
    for name, value in changes.items():
        if isinstance(value, list):
            query.setlist(name, value)
        else:
            query[name] = value
        if not value:
            del query[name]
    return f"?{query.urlencode()}"


def chips(request: HttpRequest, text: str) -> list[dict[str, str]]:
    """What the filter says, term by term, each with the address without it."""
    try:
        found = filter_language.terms(text)
    except Refused:
        return []
    return [{"text": t.text, "without": changed(request, q=filter_language.without(text, t), cursor="")} for t in found]


def terms() -> list[dict[str, str]]:
    return [{"insert": text, "hint": hint} for group in guide() for text, hint in group["rows"]]


def guide() -> list[dict[str, Any]]:
    """The language by example: what the help beside the bar shows."""
    return _guide(get_language())


@cache
def _guide(language: str | None) -> list[dict[str, Any]]:
    return [
        {"title": _("State and people"), "rows": [
            ("state:open", _("not done")), ("state:done", _("done")), ("assignee:me", _("mine")), ("assignee:none", _("nobody's")),
            ("reporter:me", _("reported by me")), ("blocked:yes", _("blocked, by another item or otherwise")),
        ]},
        {"title": _("Dates and sizes"), "rows": [
            ("due:<2w", _("due within two weeks")), ("due:overdue", _("past the due date")), ("due:2027-01..2027-03", _("between two months")),
            ("updated:<1w", _("changed within a week")), ("points:>=5", _("five points or more")),
        ]},
        {"title": _("What it is"), "rows": [
            ("priority:urgent,high", _("a comma means or")), ("-label:ui", _("a minus means not")), ("type:bug", _("of this type")),
            ("project:POR", _("key of a project")), ("parent:POR-12", _("parts of an item")), ("class:expedite", _("delay costs at once")), ("sprint:\"Sprint 4\"", _("in this sprint")),
        ]},
    ]  # fmt: skip


def views(request: HttpRequest, page: str) -> list[dict[str, Any]]:
    """The saved views of a page that the person may use; the one that is open is marked."""
    here = request.GET.copy()
    here.pop("cursor", None)
    query = here.urlencode()
    rows = SavedView.objects.visible_to(request.user).filter(page=page)[:50]
    return [{"view": v, "is_mine": v.owner_id == request.user.pk, "is_open": v.query == query} for v in rows]
