"""What has come due: a risk to look at again, a decision, the approval of a change that was carried out first. Each is told once for each day."""

from collections.abc import Iterable, Iterator

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification
from tandem.governance.actions import change_requests
from tandem.governance.models import ChangeRequest, Decision, Risk, Verdict
from tandem.kit import clock
from tandem.kit.types import Ref

MOST = 500


def remind() -> int:
    """May run as often as it likes. Returns how many were told."""
    return notifications.tell([*_risks(), *_decisions(), *_approvals()])


def _risks() -> Iterable[News]:
    rows = Risk.objects.due_review(clock.today()).exclude(owner=None).values_list("pk", "owner_id", "space_id", "review_on")
    for pk, owner, space, on in rows:
        yield News(owner, Notification.Kind.DUE, Ref(Risk._meta.label_lower, pk), space, f"risk_review:{pk}:{on}", facts={"review": on.isoformat()})


def _decisions() -> Iterable[News]:
    """Who is to decide, and who decided what is to be looked at again."""
    for row in Decision.objects.coming_due(clock.today()).exclude(owner=None).order_by("id")[:MOST]:
        on = row.due_on if row.is_open else row.revisit_on
        if on is not None and row.owner_id is not None:
            about = Ref(Decision._meta.label_lower, row.pk)
            yield News(row.owner_id, Notification.Kind.DUE, about, row.space_id, f"decision:{row.pk}:{on}", facts={"decision_due": on.isoformat()})


def _approvals() -> Iterator[News]:
    """Who has not yet said what they think of what was carried out first, on the day by which they should have."""
    rows = ChangeRequest.objects.filter(state=ChangeRequest.State.URGENT, due_on__lte=clock.today()).select_related("space", "scenario", "author")
    for row in rows.order_by("id")[:MOST]:
        spoken = set(Verdict.objects.not_taken_back().filter(request=row, round=row.round).values_list("by_id", flat=True))
        about, on = Ref(ChangeRequest._meta.label_lower, row.pk), row.due_on
        for pk in change_requests.asked(row, list(row.scenario.changes.order_by("id"))):
            if pk not in spoken and on is not None:
                yield News(pk, Notification.Kind.DUE, about, row.space_id, f"approval:{row.pk}:{on}", facts={"approval_due": on.isoformat()})
