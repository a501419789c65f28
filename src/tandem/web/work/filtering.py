"""The filter bar of tables and boards: chips of what is set, proposals, help, and views saved under a name."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from tandem.collaboration import words
from tandem.collaboration.models import SavedView
from tandem.kit.errors import Refused
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.reports.queries import filter_language
from tandem.web.work import view_days


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


@dataclass(frozen=True)
class Problem:
    """Why a filter cannot be read, and which of its characters are meant (from 1)."""

    sentence: str
    at: int = 1
    length: int = 1

    def __str__(self) -> str:
        return self.sentence


def problem_of(refused: Refused) -> Problem:
    sentence = words.refusal(refused.code, refused.params)
    return Problem(sentence, refused.params.get("at", 1), refused.params.get("length", 1))


def terms() -> list[dict[str, str]]:
    return [{"insert": text, "hint": hint} for group in guide() for text, hint in group["rows"]]


def guide() -> list[dict[str, Any]]:
    """The language by example: what the help beside the bar shows."""
    return _guide(get_language())


@cache
def _guide(language: str | None) -> list[dict[str, Any]]:
    def said(english: str, chinese: str) -> str:
        return chinese if language == "zh-hans" else english

    return [
        {"title": _("State and people"), "rows": [
            (said("state:open", "状态:未完成"), _("not done")), (said("state:done", "状态:已完成"), _("done")),
            (said("assignee:me", "经办人:我"), _("mine")), (said("no:assignee", "无:经办人"), _("nobody's")),
            (said("reporter:me", "报告人:我"), _("reported by me")), (said("blocked:yes", "受阻:是"), _("blocked, by another item or otherwise")),
        ]},
        {"title": _("Dates and sizes"), "rows": [
            (said("due:<2w", "截止:<2周"), _("due within two weeks")), (said("due:overdue", "截止:逾期"), _("past the due date")),
            (said("due:2027-01..2027-03", "截止:2027-01..2027-03"), _("between two months")),
            (said("updated:>-3d", "更新:>-3天"), _("changed in the last three days")),
            (said("finished:last-week", "完成:上周"), _("finished last week")), (said("points:>=5", "点数:>=5"), _("five points or more")),
        ]},
        {"title": _("What it is"), "rows": [
            (said("priority:urgent,high", "优先级:紧急,高"), _("a comma means or")), (said("-label:ui", "-标签:ui"), _("a minus means not")),
            (said("has:points", "有:点数"), _("holds something")), (said("in:POR", "范围:POR"), _("a project, programme or portfolio with all below it")),
            (said("parent:POR-12", "父项:POR-12"), _("parts of an item")), (said("class:expedite", "服务类别:加急"), _("delay costs at once")),
            (said("sprint:active", "迭代:进行中"), _("in a running sprint")),
            (said("sort:-priority", "排序:-优先级"), _("sorted, the most urgent first")),
        ]},
    ]  # fmt: skip


_LABELS = {
    "state": lazy("State"), "assignee": lazy("Assignee"), "reporter": lazy("Reported by"), "type": lazy("Type"), "label": lazy("Label"),
    "priority": lazy("Priority"), "due": lazy("Due"), "start": lazy("Planned start"), "finish": lazy("Planned finish"),
    "started": lazy("Work began"), "finished": lazy("Finished"), "created": lazy("Created"), "updated": lazy("Changed"),
    "points": lazy("Points"), "progress": lazy("Percent done"), "project": lazy("Project"), "in": lazy("In, with all below it"),
    "parent": lazy("Part of"), "sprint": lazy("Sprint"), "blocked": lazy("Blocked"), "key": lazy("Key"), "has": lazy("Has"),
    "no": lazy("Has no"), "sort": lazy("Sorted by"), "class": lazy("Class of service"), "estimate": lazy("Estimate"), "logged": lazy("Logged"),
    "remaining": lazy("Left"), "is": lazy("Is"), "linked": lazy("Linked"),
}  # fmt: skip


def label(field: str) -> str:
    return str(_LABELS[field])


def meanings() -> dict[str, Any]:
    """What a proposed field or fixed value means, by its code."""
    return _LABELS | {
        "open": _("not done"), "to_do": _("not begun"), "in_progress": _("begun"), "done": _("done"), "me": _("mine"), "none": _("nothing there"),
        "overdue": _("past the due date"), "active": _("a running sprint"), "future": _("a planned sprint"), "closed": _("a past sprint"),
        "parts": _("Parts"), "description": _("Description"), "<2w": _("within two weeks"), ">2w": _("later than in two weeks"),
        ">-3d": _("in the last three days"), "-priority": _("the most urgent first"), "-updated": _("the last changed first"),
        "archived": _("put away"), "awaiting": _("waits for an approval"),
        "-points": _("the largest first"), "-created": _("the newest first"), "rank": _("as in the backlog"), "title": _("Title"),
    }  # fmt: skip


ASIDE = ("cursor", "view", "on", "part")
"""Where one looks within a view: no part of what it shows."""


def query_of(query: str) -> str:
    """The query string as a view keeps it: what it shows, in the same words however it was put together."""
    pairs = sorted((name, value) for name, value in parse_qsl(query) if name not in ASIDE)
    several = {name: ",".join(v for n, v in pairs if n == name) for name, _value in pairs if name == "cols"}
    return urlencode([*((n, v) for n, v in pairs if n != "cols"), *several.items()])


def kept(request: HttpRequest) -> dict[str, str]:
    """What a new filter leaves as it is: scope, group, columns, layout."""
    return {n: ",".join(request.GET.getlist(n)) for n in request.GET if n not in ("q", "cursor", "part") and request.GET[n]}


def pages_of(page: str, space: Space | None) -> list[str]:
    """Under which names a page's views are kept: those of this scope, then those of everywhere."""
    return [f"{page}:{space.pk}", page] if space else [page]


def saved_views(user: Any, page: str, space: Space | None) -> list[SavedView]:
    """The saved views of a page that the person may use, those first with which a page opens."""
    rows = SavedView.objects.visible_to(user).filter(page__in=pages_of(page, space)).select_related("owner", "space")
    return list(rows.order_by("-is_default", "name", "id")[:50])


def views(request: HttpRequest, kept_views: list[SavedView]) -> list[dict[str, Any]]:
    """For the menu: the one that is open is marked, and whether it was changed."""
    opened, here = request.GET.get("view", ""), query_of(request.GET.urlencode())
    found = []
    for view in sorted(kept_views, key=lambda one: (one.name.casefold(), one.pk)):
        is_open = str(view.pk) == opened if opened else query_of(view.query) == here
        is_mine = view.owner_id == request.user.pk
        manages = view.audience == SavedView.Audience.OFFICIAL and may(request.user, Permission.MANAGE_ACCESS, view.space_id)
        found.append({
            "view": view, "is_mine": is_mine, "is_open": is_open, "is_changed": is_open and query_of(view.query) != here,
            **(view_days.of_view(request.user, view) if is_open else {"letters": None, "days": []}), "may_save": is_mine or manages, "href": f"?{urlencode([*parse_qsl(view.query), ('view', view.pk)])}",
        })  # fmt: skip
    return found
