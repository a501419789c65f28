"""Why something stands where it stands in the levelled plan, and two baselines beside each other."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from tandem.kit.text import whole_number
from tandem.people.models import Space
from tandem.reports.queries import baseline_pairs as pairs
from tandem.reports.queries import plan_chain as reads
from tandem.reports.queries import plan_sentences as words
from tandem.web import doors
from tandem.web.governance import change_links
from tandem.web.portfolio.report_course import places
from tandem.work.models import WorkItem


@login_required
@require_GET
def why(request: HttpRequest, id: int) -> HttpResponse:
    item = doors.find(WorkItem.objects.present().select_related("space", "state"), request.user, pk=id)
    found = reads.of(request.user, item)
    steps = [_step(number, one) for number, one in enumerate(found.steps)]
    context = {"item": item, "found": found, "steps": steps, "rest": words.unseen()}
    return render(request, "planning/plan_why_peek.html" if doors.is_peek(request) else "planning/plan_why.html", context)


def _step(number: int, one: reads.Link) -> dict[str, Any]:
    causes = [
        {"text": words.because(c, one), "gain": words.gain(c.slots), "other": c.other, "is_first": k == 0, "absences": [words.absence(a) for a in c.absences]}
        for k, c in enumerate(one.causes)
    ]  # fmt: skip
    return {"number": number + 1, "one": one, "causes": causes, "pauses": [words.absence(a) for a in one.pauses], "name": str(one.item) if one.item else words.unseen()}


@login_required
@require_GET
def compared(request: HttpRequest) -> HttpResponse:
    """Of each project two baselines, or one and what is planned now."""
    key = request.GET.get("in", "")
    space = doors.find(Space.objects.all(), request.user, key=key) if key else None
    names = pairs.names(request.user, space)
    first, second = request.GET.get("first", ""), request.GET.get("second", "")
    first = first if first in names else (names[0] if names else "")
    rows = pairs.compare(request.user, space, first, second if second in names else "") if first else []
    number = whole_number(request.GET.get("project", ""), 18)
    detail = pairs.detail(request.user, number, first, second if second in names else "") if number and first else None
    context = {"places": places(request), "space": space, "names": names, "first": first, "second": second, "rows": rows, "detail": detail, "project": number, "linked": change_links.linked(request.user, [first, second])}
    return render(request, "planning/baselines_compared.html", context)


urls = [
    path("plan/items/<int:id>/", why, name="plan_why"),
    path("plan/baselines/", compared, name="plan_baselines_compared"),
]
