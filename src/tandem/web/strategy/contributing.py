"""Saying what a record serves: the same panel on projects, programmes, portfolios, products and releases."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.kit.errors import Hidden
from tandem.kit.http import is_local_path
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.strategy.actions import objectives
from tandem.strategy.models import Contribution, Objective
from tandem.web import doors
from tandem.web.collaboration import subjects

KINDS = ("portfolio.project", "portfolio.programme", "portfolio.portfolio", "product.product", "product.release", "product.feature")
MOST = 200


def of(request: HttpRequest, row: models.Model) -> dict[str, Any]:
    """What it says that it serves, and the form for those who may say so. Two queries."""
    user: Any = request.user
    seen = user.visible_space_ids()
    said = Contribution.objects.visible_to(user).of(row).select_related("objective").order_by("-weight", "id")
    rows = [c for c in said if c.objective.space_id in seen]
    is_allowed = may(user, Permission.EDIT_WORK, row.space_id)  # type: ignore[attr-defined]
    return {
        "rows": rows, "kind": row._meta.label_lower, "id": row.pk, "left": 100 - sum(c.weight for c in rows), "may": is_allowed,
        "objectives": list(Objective.objects.visible_to(user).open()[:MOST]) if is_allowed else [],
        "alignment_url": f"{reverse('alignment')}?in={row.space_id}",  # type: ignore[attr-defined]
    }  # fmt: skip


@login_required
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Weight 0 takes it back; so does the form's own button, which can be undone by saying it again."""
    kind, number = request.POST.get("kind", ""), whole_number(request.POST.get("id", ""))
    if kind not in KINDS or number is None:
        raise Hidden
    row = subjects.find(request.user, kind, number)
    objective = doors.find(Objective.objects, request.user, pk=whole_number(request.POST.get("objective", "")) or 0)
    weight = whole_number(request.POST.get("weight", "")) or 0
    if weight:
        objectives.contribute(actor=request.user, objective=objective, subject=row, weight=weight)
        said = _("It serves “%(objective)s” with %(weight)s %%.") % {"objective": objective, "weight": weight}
    else:
        objectives.withdraw(actor=request.user, objective=objective, subject=row)
        said = _("It no longer serves “%(objective)s”.") % {"objective": objective}
    back = request.POST.get("next", "")
    return doors.go_to(request, back if is_local_path(back) else "/", said)


urls = [path("contributions/", change, name="contributions")]
