"""Nothing moved: who is told, step by step up the tree of spaces, each step once."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

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
MOST = 500
"Issues in one go; the next hour takes the next."


def steps_due(issue: Issue, silence: dict[str, int], now: datetime) -> int:
    """How many times the silence that its severity allows has passed since the last progress."""
    allowed = timedelta(days=silence[issue.severity])
    return max(0, int((now - issue.progress_at) / allowed))


def next_step(issue: Issue, silence: dict[str, int], told: int) -> datetime:
    """When the next people are told, unless something moves before."""
    return issue.progress_at + timedelta(days=silence[issue.severity]) * (told + 1)


def tree() -> tuple[dict[int, int | None], dict[int, list[int]]]:
    """The space above each, and who leads each: two queries."""
    spaces = dict(Space.objects.values_list("id", "parent_id"))
    leaders: dict[int, list[int]] = {}
    for space, user in Membership.objects.filter(role__in=LEADING, user__is_active=True, user__is_placeholder=False).order_by("user_id").values_list("space_id", "user_id"):
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
    now, taken = clock.now(), 0
    rows = list(Issue.objects.open().order_by("progress_at")[:MOST])
    known = scales.scales_for({row.space_id for row in rows})
    due = {row.pk: (row, count) for row in rows if (count := steps_due(row, known[row.space_id].silence, now))}
    if not due:
        return 0
    spaces, leaders = tree()
    for pk, (_row, count) in due.items():
        taken += _escalate(pk, count, spaces, leaders)
    return taken


def _escalate(pk: int, count: int, spaces: dict[int, int | None], leaders: dict[int, list[int]]) -> int:
    with transaction.atomic():
        issue = Issue.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        if issue is None or not issue.is_open:
            return 0
        path = chain(issue.space_id, spaces, leaders)[:count]
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
