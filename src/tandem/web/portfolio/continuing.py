"""On the course of reports: the projects that are shown ask for a place in next year's choice, without typing their cases again."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit.dates import months_on, quarter_start
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.actions import continuing
from tandem.portfolio.models import Project, Proposal
from tandem.reports.queries.project_reports import Line
from tandem.strategy.models import Objective
from tandem.web import doors


def of(request: HttpRequest, space: Space | None, found: list[Line]) -> dict[str, Any] | None:
    """What the panel shows; nothing where no scenario could be asked, or for whom may not."""
    user = request.user
    if space is None or space.kind not in (SpaceKind.PORTFOLIO, SpaceKind.ORGANISATION) or not may(user, Permission.EDIT_PORTFOLIO, space.pk):
        return None
    candidates = Proposal.objects.visible_to(user).filter(space=space)
    newest = max((line.course.last.on for line in found), default=None)
    return {
        "count": len({line.project_id for line in found}), "first": months_on(quarter_start(newest), 3) if newest else None,
        "objectives": [("", "–"), *Objective.objects.visible_to(user).open().values_list("pk", "title")[:200]], "kinds": Proposal.Kind.choices,
        "candidates": (candidates.candidates() | candidates.filter(project__state__in=("proposed", "running"))).count(),
        "url": f"{reverse('project_reports_course_proposals', kwargs={'key': space.key})}?{request.GET.urlencode()}",
    }  # fmt: skip


def take(request: HttpRequest, space: Space, found: list[Line]) -> str:
    """The projects that the filters leave become candidates; what was done, in words."""
    try:
        first = forms.DateField().clean(request.POST.get("first", ""))
    except forms.ValidationError:
        raise Refused("date_unreadable", field="first") from None
    number = whole_number(request.POST.get("objective", ""), 18)
    done = continuing.propose(
        actor=request.user, space=space, projects=Project.objects.visible_to(request.user).filter(pk__in={line.project_id for line in found}),
        first=first, kind=request.POST.get("kind", ""), weight=whole_number(request.POST.get("weight", ""), 3) or 0,
        objective=doors.find(Objective.objects, request.user, pk=number) if number else None,
    )  # fmt: skip
    return said(done)


def said(done: continuing.Outcome) -> str:
    parts = [ngettext("%(n)s candidate is new", "%(n)s candidates are new", done.made) % {"n": done.made}]
    if done.renewed:
        parts.append(ngettext("%(n)s was renewed", "%(n)s were renewed", done.renewed) % {"n": done.renewed})
    if done.same:
        parts.append(ngettext("%(n)s is as it was", "%(n)s are as they were", done.same) % {"n": done.same})
    if done.over:
        parts.append(ngettext("of %(n)s nothing is left then", "of %(n)s nothing is left then", done.over) % {"n": done.over})
    if done.decided:
        parts.append(ngettext("the case of %(n)s was decided and stays", "the cases of %(n)s were decided and stay", done.decided) % {"n": done.decided})
    if done.elsewhere:
        parts.append(ngettext("%(n)s asks in another portfolio", "%(n)s ask in another portfolio", done.elsewhere) % {"n": done.elsewhere})
    if done.unknown:
        parts.append(ngettext(
            "of %(n)s no case can be made from what you see here (it takes a report with cost and finish)",
            "of %(n)s no case can be made from what you see here (it takes a report with cost and finish)", done.unknown,
        ) % {"n": done.unknown})  # fmt: skip
    return _("%(what)s.") % {"what": _(", ").join(parts)}

