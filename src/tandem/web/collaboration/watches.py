"""Watching: who watches a record, and the button for it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.collaboration.actions import watches
from tandem.collaboration.models import Watch
from tandem.collaboration.models.watch import NOUNS, SPACE
from tandem.kit.http import is_local_path
from tandem.kit.text import whole_number
from tandem.reports.queries import thanks
from tandem.web import doors
from tandem.web.collaboration import subjects

SHOWN = 100


def of(user: Any, subject: models.Model) -> dict[str, Any]:
    """Who watches it and whether the asker does, also by its space; with the thanks that were given for it: two queries. Empty for what cannot be watched."""
    kind, space_id = subject._meta.label_lower, subject.space_id  # type: ignore[attr-defined]
    if kind not in NOUNS:
        return {}
    here = models.Q(subject_kind=kind, subject_id=subject.pk)
    mine = models.Q(subject_kind=SPACE, subject_id=space_id, user=user)
    rows = Watch.objects.visible_to(user).kept().filter(here | mine)
    rows = rows.order_by(models.Case(models.When(user=user, then=0), default=1), "user__name")  # one's own before the cut
    found = list(rows.values_list("subject_kind", "user_id", "user__name")[: SHOWN + 1])
    people = [(pk, name) for where, pk, name in found if where == kind]
    return {
        "kind": kind, "id": subject.pk, "space_id": space_id, "names": [name for _pk, name in people], "count": len(people),
        "is_watching": any(pk == user.pk for pk, _name in people), "is_space_watched": any(where == SPACE for where, _pk, _name in found), "thanks": thanks.on(user, subject),
    }  # fmt: skip


@login_required
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """`do`: watch or leave."""
    subject = subjects.find(
        request.user, request.POST.get("kind", ""), whole_number(request.POST.get("id", "")) or 0
    )
    back = request.POST.get("next", "")
    where = back if is_local_path(back) else "/"
    if request.POST.get("do") == "leave":
        watches.leave(actor=request.user, subject=subject)
        return doors.done(request, where, _("You no longer watch %(name)s") % {"name": subject})
    watches.watch(actor=request.user, subject=subject)
    return doors.done(request, where, _("You watch %(name)s") % {"name": subject})


urls = [path("watches/", change, name="watches")]
