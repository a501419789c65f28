"""Planning, starting and closing sprints. A Scrum team manages itself: whoever works in the project may do it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, may, require
from tandem.people.models import Membership, Space, SpaceKind, Team, User
from tandem.work.actions import sprint_scope
from tandem.work.models import Sprint, SprintMember, WorkItem

_DO = Permission.EDIT_WORK
_TEXT = ("goal", "review")
LONGEST = 62
FURTHEST = 3660  # days from today
"""Days. The Scrum Guide says a month or less; some teams take two."""


def create(
    *,
    actor: Any,
    space: Space,
    name: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    goal: str = "",
) -> Sprint:
    """A planned sprint of a project, with the people of the one before, else of the project's team."""
    if space.kind != SpaceKind.PROJECT:
        raise Refused("sprint_needs_project", space=space.name)
    _check(name, starts_at, ends_at)
    with transaction.atomic():
        sprint = writing.create(
            Sprint, actor=actor, permission=_DO, verb="sprint.created", personal=_TEXT, space=space,
            name=name.strip(), starts_at=starts_at, ends_at=ends_at, goal=goal,
        )  # fmt: skip
        people = _usual_people(space, sprint)
        SprintMember.objects.bulk_create(SprintMember(sprint=sprint, user_id=u, share=s) for u, s in people)
    return sprint


def change(*, actor: Any, sprint: Sprint, version: int | None, **values: Any) -> Sprint:
    """Name, goal and dates while it is open; what the review said when it is closed. The dates of a closed one stay."""
    dates = {f: values.get(f, getattr(sprint, f)) for f in ("starts_at", "ends_at")}
    if not sprint.is_open and any(dates[f] != getattr(sprint, f) for f in dates):
        raise Refused("sprint_closed", name=sprint.name)
    moved = any(dates[f] != getattr(sprint, f) for f in dates)
    _check(values.get("name", sprint.name), *(dates.values() if moved else (None, None)))
    return writing.change(
        sprint, actor=actor, permission=_DO, verb="sprint.changed", version=version, personal=_TEXT, **values
    )


def start(*, actor: Any, sprint: Sprint, version: int | None) -> Sprint:
    """It needs dates and something to do; what it holds now is what the team set out to do. Others may run beside it."""
    require(actor, _DO, sprint.space_id)
    with transaction.atomic():
        now = _locked(sprint)
        if now.state != Sprint.State.FUTURE:
            raise Refused("sprint_not_planned", name=now.name)
        if now.starts_at is None or now.ends_at is None:
            raise Refused("sprint_undated", field="ends_at")
        if now.ends_at.date() < clock.today():
            raise Refused("sprint_over", field="ends_at")
        if not WorkItem.objects.present().filter(sprints=sprint).exists():
            raise Refused("sprint_empty")
        sprint.write(expected=version, state=Sprint.State.ACTIVE, started_at=clock.now())
        record(
            "sprint.started",
            sprint,
            actor=actor,
            changes={"state": [Sprint.State.FUTURE, Sprint.State.ACTIVE]},
        )
    return sprint


def close(
    *,
    actor: Any,
    sprint: Sprint,
    version: int | None,
    to: Sprint | None = None,
    elsewhere: dict[int, Sprint | None] | None = None,
    is_goal_met: bool | None = None,
    review: str = "",
) -> Sprint:
    """What is not finished goes on in `to` (None: the backlog), single items in what `elsewhere` says. It stays on
    record that this sprint could not finish it: it remains among its items."""
    require(actor, _DO, sprint.space_id)
    elsewhere = elsewhere or {}
    with transaction.atomic():
        targets = {s.pk: s for s in (to, *elsewhere.values()) if s is not None}
        now = _locked(sprint, *targets.values())
        if now.state != Sprint.State.ACTIVE:
            raise Refused("sprint_not_running", name=now.name)
        for target in targets.values():
            if target.pk == sprint.pk or target.space_id != sprint.space_id:
                raise Refused("other_space", field="to")
        held = [item.pk for item in sprint_scope.held(sprint)]
        rest = list(WorkItem.objects.open().filter(pk__in=held).in_backlog_order())
        values = {"is_goal_met": is_goal_met, "review": review.strip()}
        sprint.write(expected=version, state=Sprint.State.CLOSED, closed_at=clock.now(), **values)
        shown = {"state": [Sprint.State.ACTIVE, Sprint.State.CLOSED], "is_goal_met": [None, is_goal_met]}
        text = {"review": ["", values["review"]]} if values["review"] else None
        record("sprint.closed", sprint, actor=actor, changes=shown, text=text)
        for target in targets.values():
            going = [i for i in rest if (elsewhere.get(i.pk, to) or sprint).pk == target.pk]
            sprint_scope.carry_over(actor=actor, items=going, origin=sprint, target=target)
    return sprint


def reopen(*, actor: Any, sprint: Sprint, version: int | None) -> Sprint:
    """A closed sprint runs again, with what it handed on and nobody has moved since; the undo of closing."""
    require(actor, _DO, sprint.space_id)
    with transaction.atomic():
        now = _locked(sprint)
        if now.state != Sprint.State.CLOSED:
            raise Refused("sprint_not_closed", name=now.name)
        sprint.write(expected=version, state=Sprint.State.ACTIVE, closed_at=None, is_goal_met=None)
        record(
            "sprint.reopened",
            sprint,
            actor=actor,
            changes={"state": [Sprint.State.CLOSED, Sprint.State.ACTIVE]},
        )
        sprint_scope.take_back(actor=actor, sprint=sprint, closed_at=now.closed_at)
    return sprint


def remove(*, actor: Any, sprint: Sprint, version: int | None = None) -> None:
    """Only a planned one; its items are in the backlog again."""
    require(actor, _DO, sprint.space_id)
    with transaction.atomic():
        if _locked(sprint).state != Sprint.State.FUTURE:
            raise Refused("sprint_has_begun", name=sprint.name)
        sprint_scope.empty(actor=actor, sprint=sprint)
        writing.remove(sprint, actor=actor, permission=_DO, verb="sprint.removed", version=version)


def set_people(
    *, actor: Any, sprint: Sprint, version: int | None, people: list[tuple[User, int, float]]
) -> Sprint:
    """Who is in the sprint: (person, share of attention in percent, days off). Each of them sees the project."""
    require(actor, _DO, sprint.space_id)
    rows = [SprintMember(sprint=sprint, user=u, share=share, days_off=off) for u, share, off in people]
    with transaction.atomic():
        if _locked(sprint).state == Sprint.State.CLOSED:
            raise Refused("sprint_closed", name=sprint.name)
        for row in rows:
            if not 0 <= row.days_off <= 366:  # nor is it no number
                raise Refused("out_of_range", field="people")
            if not may(row.user, Permission.VIEW, sprint.space_id):
                raise Refused("person_outside", field="people", name=row.user.name)
            row.full_clean(validate_unique=False, validate_constraints=False)
        before = _described(SprintMember.objects.filter(sprint=sprint))
        after = _described(rows)
        if before == after:
            return sprint
        sprint.write(expected=version)
        SprintMember.objects.filter(sprint=sprint).delete()
        SprintMember.objects.bulk_create(rows)
        ids = [[row[0] for row in side] for side in (before, after)]
        # how long somebody is away is theirs: it can be erased
        record(
            "sprint.staffed", sprint, actor=actor, changes={"members": ids}, text={"members": [before, after]}
        )
    return sprint


def _described(rows: Any) -> list[list[Any]]:
    return sorted([row.user_id, row.share, row.days_off] for row in rows)


def _check(name: str, starts_at: datetime | None, ends_at: datetime | None) -> None:
    if not name.strip():
        raise Refused("title_empty", field="name")
    if starts_at and ends_at and ends_at < starts_at:
        raise Refused("period_reversed", field="ends_at")
    if starts_at and ends_at and (ends_at - starts_at).days > LONGEST:
        raise Refused("sprint_too_long", field="ends_at", most=LONGEST)
    for field, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        if moment and abs((moment.date() - clock.today()).days) > FURTHEST:
            raise Refused("out_of_range", field=field)


def _locked(sprint: Sprint, *others: Sprint) -> Sprint:
    """The row as it is now; neither it nor the others are closed or filled meanwhile."""
    rows = (
        Sprint.objects.select_for_update(no_key=True)
        .order_by("pk")
        .in_bulk([sprint.pk, *(o.pk for o in others)])
    )
    if sprint.pk not in rows:
        raise Refused("in_use")
    if closed := next((rows[o.pk] for o in others if not rows[o.pk].is_open), None):
        raise Refused("sprint_closed", field="to", name=closed.name)
    return rows[sprint.pk]


def _usual_people(space: Space, sprint: Sprint) -> list[tuple[int, int]]:
    last = Sprint.objects.filter(space=space).exclude(pk=sprint.pk).order_by("-id").first()
    found = (
        list(SprintMember.objects.filter(sprint=last, user__is_active=True).values_list("user_id", "share"))
        if last
        else []
    )
    if not found:
        team = Team.objects.filter(space=space).values_list("members", flat=True)
        found = [
            (u, 100)
            for u in User.objects.filter(pk__in=team, is_active=True)
            .order_by("pk")
            .values_list("pk", flat=True)
        ]
    if not found:
        roles = Membership.objects.filter(space=space, user__is_active=True).order_by("user_id")
        found = [
            (m.user_id, 100)
            for m in roles.distinct("user_id").select_related("user")
            if may(m.user, _DO, space.pk)
        ]
    return found
