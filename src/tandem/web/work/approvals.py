"""A move that waits for approval, on the page of its item: yes, no with a reason, withdrawing it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.reports.queries import approvals
from tandem.web import doors
from tandem.work.actions import move_verdicts
from tandem.work.models import MoveRequest, WorkItem


def of(user: Any, item: WorkItem) -> dict[str, Any]:
    """What the item waits for, who has said yes, and what the reader may do about it."""
    if not item.has_requests or item.removed_at:  # type: ignore[attr-defined]
        return {"request_of": None}
    rows = MoveRequest.objects.visible_to(user).waiting().filter(item=item).select_related("item", "to_state", "asked_by")
    row = rows.prefetch_related("verdicts__by").first()
    if row is None:
        return {"request_of": None}
    said = list(row.verdicts.all())
    return {
        "request_of": row, "verdicts": said,
        "may_decide": bool(approvals.decidable(user, [row])) and user.pk not in {one.by_id for one in said},
        "may_withdraw": row.asked_by_id == user.pk or may(user, Permission.EDIT_PLAN, row.space_id),
    }  # fmt: skip


def waits(item: WorkItem) -> str:
    """What a door says to whoever asked for the move."""
    return _("%(key)s waits for approval to go into “%(state)s”.") % {"key": item.key, "state": item.awaiting.to_state.name}


@login_required
@require_POST
def verdict(request: HttpRequest, id: int) -> HttpResponse:
    """`do`: approve or reject, with `reason`; `item_version` is the one that the reader saw."""
    row = doors.find(MoveRequest.objects.select_related("item"), request.user, pk=id)
    is_yes = request.POST.get("do") == "approve"
    row = move_verdicts.decide(
        actor=request.user, request=row, version=doors.version_in(request), is_yes=is_yes, reason=request.POST.get("reason", ""),
        item_version=whole_number(request.POST.get("item_version", ""), 9),
    )  # fmt: skip
    if not is_yes:
        said = _("The move is rejected.")
    else:
        said = _("Approved: the item has moved.") if row.state == MoveRequest.State.APPROVED else _("Approved. Others are still asked.")
    return _done(request, row, said)


@login_required
@require_POST
def withdrawal(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(MoveRequest.objects.select_related("item"), request.user, pk=id)
    return _done(request, move_verdicts.withdraw(actor=request.user, request=row, version=doors.version_in(request)), _("Withdrawn."))


def _done(request: HttpRequest, row: MoveRequest, said: str) -> HttpResponse:
    return doors.done(request, reverse("work_item", kwargs={"key": row.item.key}), said)


urls = [
    path("move-requests/<int:id>/verdicts/", verdict, name="move_request_verdicts"),
    path("move-requests/<int:id>/withdrawals/", withdrawal, name="move_request_withdrawals"),
]
