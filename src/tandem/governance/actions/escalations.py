"""Nothing moved: who is told, step by step up the tree of spaces, each step once."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification
from tandem.governance import scales
from tandem.governance.models import Issue, IssueEscalation
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.types import Ref
from tandem.people.access import GRANTS, Permission
from tandem.people.models import Membership, Space, User

LEADING = frozenset(role for role, held in GRANTS.items() if Permission.MANAGE_ACCESS in held)
"Who leads a space, on either side."
BATCH = 500


def steps_due(issue: Issue, silence: dict[str, int], now: datetime) -> int:
    """How many times the silence that its severity allows has passed since the last progress."""
    allowed = timedelta(days=silence[issue.severity])
    return max(0, int((now - issue.progress_at) / allowed))


def next_step(issue: Issue, silence: dict[str, int], told: int) -> datetime:
    """When the next people are told, unless something moves before."""
    return issue.progress_at + timedelta(days=silence[issue.severity]) * (told + 1)


def tree(near: Iterable[int] | None = None) -> tuple[dict[int, int | None], dict[int, list[int]]]:
    """The space above each, and who leads each, or each of these and those above them: two queries."""
    spaces = dict(Space.objects.values_list("id", "parent_id"))
    wanted = set(spaces if near is None else near)
    step = wanted
    while near is not None and (step := {above for one in step if (above := spaces.get(one)) is not None} - wanted):
        wanted |= step
    leaders: dict[int, list[int]] = {}
    for space, user in Membership.objects.filter(space_id__among=frozenset(wanted), role__in=LEADING, user__is_active=True, user__is_placeholder=False).order_by("user_id").values_list("space_id", "user_id"):
        leaders.setdefault(space, []).append(user)
    return spaces, leaders


def chain(space_id: int, spaces: dict[int, int | None], leaders: dict[int, list[int]]) -> list[tuple[int, list[int]]]:
    """The spaces whose leaders are told, from the issue's own up, each once; spaces that nobody leads are passed over."""
    found: list[tuple[int, list[int]]] = []
    at: int | None = space_id
    while at is not None:
        if leaders.get(at):
            found.append((at, leaders[at]))
        at = spaces.get(at)
    return found


def escalate() -> int:
    """May run as often as it likes, also twice at once: a step is a row that there is once, written with its news. Returns how many
    steps were taken."""
    now = clock.now()
    due = _due(now)
    if not due:
        return 0
    spaces, leaders = tree()
    return sum(_escalate(pk, silence, now, spaces, leaders) for pk, silence in due.items())


def _due(now: datetime) -> dict[int, dict[str, int]]:
    """Every open issue of which a step is due that is not told yet, with the silence that holds there; read in batches, the longest
    silent first."""
    found: dict[int, dict[str, int]] = {}
    waiting = Issue.objects.open().filter(progress_at__lte=now - timedelta(days=1)).order_by("progress_at", "id")
    rows = list(waiting[:BATCH])
    while rows:
        known = scales.scales_for({row.space_id for row in rows})
        told = Counter(IssueEscalation.objects.filter(issue__in=rows, since=F("issue__progress_at")).values_list("issue_id", flat=True))
        found |= {row.pk: silence for row in rows if steps_due(row, silence := known[row.space_id].silence, now) > told[row.pk]}
        last = rows[-1]
        rows = list(waiting.filter(Q(progress_at__gt=last.progress_at) | Q(progress_at=last.progress_at, id__gt=last.pk))[:BATCH])
    return found


def _escalate(pk: int, silence: dict[str, int], now: datetime, spaces: dict[int, int | None], leaders: dict[int, list[int]]) -> int:
    with transaction.atomic():
        issue = Issue.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        if issue is None or not issue.is_open:
            return 0
        # told of meanwhile, or of another severity by now: what holds under the lock counts
        path = chain(issue.space_id, spaces, leaders)[: steps_due(issue, silence, now)]
        done = set(IssueEscalation.objects.filter(issue=issue, since=issue.progress_at).values_list("level", flat=True))
        taken = 0
        for level, (space_id, users) in enumerate(path, 1):
            if level in done:
                continue
            reached = _reached(issue, users)
            IssueEscalation.objects.create(
                space_id=issue.space_id, issue=issue, since=issue.progress_at, level=level, told_in_id=space_id, told=[one.pk for one in reached]
            )
            record("issue.escalated", issue, actor=None, changes={"step": [level - 1, level]})
            _tell(issue, reached, level)
            taken += 1
    return taken


def _reached(issue: Issue, users: list[int]) -> list[Any]:
    return [one for one in User.objects.active().filter(pk__in=users).order_by("pk") if issue.is_seen_by(one)]


def _tell(issue: Issue, people: list[Any], level: int) -> None:
    if clock.is_replay():
        return
    mark, about = f"issue:{issue.pk}:{issue.progress_at.isoformat()}:{level}", Ref(Issue._meta.label_lower, issue.pk)
    facts = {"issue_silent": issue.progress_at.date().isoformat(), "step": level}
    notifications.tell(News(one.pk, Notification.Kind.DUE, about, issue.space_id, mark, facts=facts) for one in people)
