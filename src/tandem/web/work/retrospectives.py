"""The retrospective of a sprint: writing apart, then showing, grouping, voting, agreeing. Only for those who work there."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from tandem.kit.errors import Hidden, Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, require
from tandem.reports.queries import work_items as items_reads
from tandem.web import doors
from tandem.web.work import ceremonies
from tandem.work.actions import retrospectives
from tandem.work.models import (
    Retrospective,
    RetrospectiveAction,
    RetrospectiveNote,
    RetrospectiveVote,
    Sprint,
)


@login_required
def retrospective(request: HttpRequest, id: int) -> HttpResponse:
    user: Any = request.user
    sprint = doors.find(Sprint.objects.select_related("space"), user, pk=id)
    require(user, Permission.EDIT_WORK, sprint.space_id)
    row = Retrospective.objects.visible_to(user).select_related("space").filter(sprint=sprint).first()
    if request.method == "POST":
        return _do(request, sprint, row)
    if request.GET.get("part") == "alike":
        return _alike(request, row)
    request.live_topics = [f"space:{sprint.space_id}"]  # type: ignore[attr-defined]
    context = {
        "sprint": sprint, "space": sprint.space, "row": row, "topic": f"space:{sprint.space_id}", "formats": Retrospective.Format.choices,
        "box": ceremonies.ceremony("retrospective", ceremonies.length(sprint)), "before": _before(user, sprint),
        "most": RetrospectiveVote.MOST, **(_shown(user, row) if row else {}),
    }  # fmt: skip
    return render(request, "work/retrospective.html", context)


def _shown(user: Any, row: Retrospective) -> dict[str, Any]:
    """While all are writing each sees their own notes, and how many the others wrote."""
    notes = list(row.notes.annotate(count=Count("votes")))
    mine = set(RetrospectiveVote.objects.filter(note__retrospective=row, user=user).values_list("note_id", flat=True))  # house: reads — seen before
    is_writing = row.state == Retrospective.State.WRITING
    seen = [n for n in notes if n.author_id == user.pk] if is_writing else notes
    heads = [n for n in seen if n.group_id is None]
    alike: dict[int, list[RetrospectiveNote]] = {}
    for note in seen:
        if note.group_id is not None:
            alike.setdefault(note.group_id, []).append(note)
    if not is_writing:
        heads.sort(key=lambda n: (-n.count, n.pk))  # type: ignore[attr-defined]
    columns = [
        {"name": name, "label": label, "notes": [{"note": n, "alike": alike.get(n.pk, []), "is_mine": n.pk in mine} for n in heads if n.column == name],
         "hidden": sum(1 for n in notes if n.column == name) - sum(1 for n in seen if n.column == name)}
        for name, label in row.columns
    ]  # fmt: skip
    agreed = row.actions.values_list("item_id", flat=True)
    return {
        "columns": columns, "heads": heads, "left": RetrospectiveVote.MOST - len(mine), "writers": len({n.author_id for n in notes}),
        "agreed": items_reads.listed(user).filter(pk__in=list(agreed)).order_by("id"),
    }  # fmt: skip


def _alike(request: HttpRequest, row: Retrospective | None) -> HttpResponse:
    """What a note may be put together with: asked for when its menu is opened, so that a hundred notes are not a
    hundred lists of a hundred."""
    if row is None:
        raise Hidden
    note = _note(request, row, request.GET)
    rest = row.notes.filter(group=None).exclude(pk=note.pk) if row.state == Retrospective.State.SHOWN else row.notes.none()
    return render(request, "work/retrospective_alike.html", {"sprint_id": row.sprint_id, "note": note, "rest": rest.order_by("pk")[:500]})


def _before(user: Any, sprint: Sprint) -> list[Any]:
    """What was agreed in the last retrospective of this project, and what became of it."""
    rows = Retrospective.objects.visible_to(user).filter(space=sprint.space_id).exclude(sprint=sprint)
    last = rows.filter(sprint__starts_at__lt=sprint.starts_at).order_by("-sprint__starts_at").first() if sprint.starts_at else None
    if last is None:
        return []
    ids = RetrospectiveAction.objects.filter(retrospective=last).values_list("item_id", flat=True)  # house: reads — seen before
    return list(items_reads.listed(user).filter(pk__in=list(ids)).order_by("id"))


def _do(request: HttpRequest, sprint: Sprint, row: Retrospective | None) -> HttpResponse:
    what, here = request.POST.get("do", ""), reverse("sprint_retrospective", kwargs={"id": sprint.pk})
    if what == "open":
        retrospectives.open_one(actor=request.user, sprint=sprint, format=request.POST.get("format", ""))
        return doors.go_to(request, here)
    if what not in _DEEDS:
        raise Refused("change_unknown")
    if row is None:
        raise Hidden
    return doors.go_to(request, here, _DEEDS[what](request, row) or "")


def _note(request: HttpRequest, row: Retrospective, given: Any, name: str = "note") -> RetrospectiveNote:
    """A note of this retrospective that the asker sees."""
    found = row.notes.filter(pk=whole_number(given.get(name, "")) or 0).first()
    if found is None or (row.state == Retrospective.State.WRITING and found.author_id != request.user.pk):
        raise Hidden
    found.retrospective = row
    return found


def _write(request: HttpRequest, row: Retrospective) -> None:
    given = request.POST
    retrospectives.write(actor=request.user, retrospective=row, column=given.get("column", ""), text=given.get("text", ""))


def _withdraw(request: HttpRequest, row: Retrospective) -> None:
    retrospectives.withdraw(actor=request.user, note=_note(request, row, request.POST))


def _show(request: HttpRequest, row: Retrospective) -> None:
    retrospectives.show(actor=request.user, retrospective=row, version=doors.version_in(request))


def _close(request: HttpRequest, row: Retrospective) -> None:
    retrospectives.close(actor=request.user, retrospective=row, version=doors.version_in(request))


def _group(request: HttpRequest, row: Retrospective) -> None:
    into = _note(request, row, request.POST, "into") if request.POST.get("into") else None
    retrospectives.group(actor=request.user, note=_note(request, row, request.POST), into=into)


def _vote(request: HttpRequest, row: Retrospective) -> None:
    retrospectives.vote(actor=request.user, note=_note(request, row, request.POST), is_for=request.POST.get("vote") == "1")


def _agree(request: HttpRequest, row: Retrospective) -> str:
    item = retrospectives.agree(actor=request.user, retrospective=row, title=request.POST.get("title", "")[:1000])
    return _("%(key)s was added") % {"key": item.key}


_DEEDS: dict[str, Callable[[HttpRequest, Retrospective], str | None]] = {
    "write": _write, "withdraw": _withdraw, "show": _show, "close": _close, "group": _group, "vote": _vote, "agree": _agree,
}  # fmt: skip

urls = [path("sprints/<int:id>/retrospective/", retrospective, name="sprint_retrospective")]
