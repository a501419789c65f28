"""What a space does by itself: its rules, its webhooks, and the addresses that others send to."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from tandem.automation.models import Hook, Inlet, Rule
from tandem.automation.spaces import ways_up
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.web import doors
from tandem.web.automation.sentences import Names, sentence

MOST = 200


@login_required
def automation(request: HttpRequest) -> HttpResponse:
    """The spaces, each with what it has."""
    rows = Space.objects.visible_to(request.user).annotate(
        hooks=_count(request, Hook), rules=_count(request, Rule)
    )
    return render(request, "automation/spaces.html", {"rows": rows.order_by("kind", "name")[:MOST]})


def _count(request: HttpRequest, model: Any) -> Any:
    found = model.objects.visible_to(request.user).filter(space=OuterRef("pk")).order_by().values("space")
    return Coalesce(Subquery(found.annotate(n=Count("pk")).values("n")), 0)


@login_required
def of_space(request: HttpRequest, key: str) -> HttpResponse:
    space = doors.find(Space.objects, request.user, key=key)
    request.live_topics = [f"space:{space.pk}"]  # type: ignore[attr-defined]
    above = ways_up().get(space.pk, set()) - {space.pk}
    holding = Rule.objects.visible_to(request.user).filter(space__in={space.pk, *above}).select_related("owner", "space")
    rules = sorted(holding, key=lambda rule: (rule.space_id != space.pk, rule.pk))
    unseen = Rule.objects.filter(space__in=above).on().count() - sum(r.is_on for r in rules if r.space_id != space.pk)  # house: reads — a number
    names = Names(request.user, rules)
    context = {
        "space": space,
        "unseen": unseen,
        "rules": [(rule, sentence(rule, names)) for rule in rules],
        "may_change": may(request.user, Permission.AUTOMATE, space.pk),
        "inlets": list(
            Inlet.objects.visible_to(request.user)
            .filter(space=space, revoked_at=None)
            .select_related("owner")
        ),
        "hooks": list(Hook.objects.visible_to(request.user).filter(space=space).select_related("owner")),
    }
    return render(request, "automation/space.html", context)


urls = [
    path("automation/", automation, name="automation"),
    path("automation/<slug:key>/", of_space, name="automation_space"),
]
