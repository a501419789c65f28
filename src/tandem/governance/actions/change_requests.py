"""Raising a change, writing its content down, handing it in, taking it back, and carrying it out first where it cannot wait."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tandem.governance import lent_voices, pictures, sides
from tandem.governance.actions import change_impacts
from tandem.governance.models import ChangeRequest
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people import writing
from tandem.people.access import Permission, may, require
from tandem.people.models import Space, SpaceKind, User
from tandem.people.scoping import know_all, members_of
from tandem.planning.actions import plan_requests, plan_scenarios
from tandem.planning.actions.plan_scenarios import Carrier
from tandem.planning.models import PlanChange, PlanScenario
from tandem.work.actions import baselines

_DO = Permission.COMMENT
_S = ChangeRequest.State
DUE = timedelta(days=5)
"After so long both sides have said what they think of what was carried out first."
_MOST_ASKED = 50


def create(*, actor: Any, space: Space, title: str, reason: str, scenario: PlanScenario | None = None, **values: Any) -> ChangeRequest:
    """Anybody who may comment there raises a change, and says why. An open plan scenario of the same space becomes its content."""
    require(actor, _DO, space.pk)
    title, reason = title.strip(), reason.strip()
    if not title:
        raise Refused("title_empty", field="title")
    if not reason:
        raise Refused("reason_needed", field="reason")
    for name in ("conflict", "promise"):
        if values.get(name) is not None and not values[name].is_seen_by(actor):
            raise Hidden
    with transaction.atomic():
        if scenario is None:
            scenario = plan_requests.open_for(actor=actor, space=space, name=title)
        elif scenario.space_id != space.pk:
            raise Refused("other_space", field="scenario")
        else:
            scenario = plan_requests.take(actor=actor, scenario=scenario)
        row = writing.create(
            ChangeRequest, actor=actor, permission=_DO, verb="change_request.created", space=space, title=title, reason=reason, author=actor,
            scenario=scenario, **{name: value for name, value in values.items() if value is not None},
        )  # fmt: skip
        _keep_writers(row, scenario.opened_by_id, *scenario.changes.values_list("by_id", flat=True))
    return row


def change(*, actor: Any, change_request: ChangeRequest, version: int | None, **values: Any) -> ChangeRequest:
    """Its words, by who wrote it, while nobody is asked about it."""
    with transaction.atomic():
        held = hold(change_request)
        _require_writer(actor, held)
        if held.state not in (_S.DRAFT, _S.RETURNED):
            raise Refused("change_handed_in")
        for name in ("title", "reason"):
            if name in values and not values[name].strip():
                raise Refused("title_empty" if name == "title" else "reason_needed", field=name)
        row: ChangeRequest = writing.change(held, actor=actor, permission=_DO, verb="change_request.changed", version=version, **values)
        _keep_writers(row, actor.pk)
    return row


def add(*, actor: Any, change_request: ChangeRequest, kind: str, subject: int, **values: Any) -> PlanChange:
    """What would be otherwise, of something that the person sees. What was handed in asks both sides anew."""
    with transaction.atomic():
        held = _written(actor, change_request)
        made = plan_requests.write_down(actor=actor, scenario=held.scenario, kind=kind, subject=subject, carrier=sides.stand_in, **values)
        _ask_again(actor, held, actor.pk)
    return made


def revise(*, actor: Any, change_request: ChangeRequest, change: PlanChange, version: int | None, **values: Any) -> PlanChange:
    """Another value, or the same in view of what stands there now."""
    with transaction.atomic():
        held = _written(actor, change_request, change)
        writers = [change.by_id, actor.pk] if values else [change.by_id]
        made = plan_requests.rewrite(actor=actor, change=change, version=version, carrier=sides.stand_in, **values)
        _ask_again(actor, held, *writers)
    return made


def drop(*, actor: Any, change_request: ChangeRequest, change: PlanChange, version: int | None = None) -> None:
    with transaction.atomic():
        held = _written(actor, change_request, change)
        plan_requests.take_out(actor=actor, change=change, version=version)
        _ask_again(actor, held, change.by_id, actor.pk)


def submit(*, actor: Any, change_request: ChangeRequest, version: int | None) -> ChangeRequest:
    """Handed in by who wrote it: its effect is computed, and both sides are asked."""
    with transaction.atomic():
        held = hold(change_request)
        _require_writer(actor, held)
        if held.state not in (_S.DRAFT, _S.RETURNED):
            raise Refused("change_handed_in")
        changes = list(held.scenario.changes.order_by("id"))
        if not changes:
            raise Refused("plan_scenario_empty")
        now = clock.now()
        held.write(expected=version, state=_S.SUBMITTED, round=held.round + 1, asked_at=now, submitted_at=held.submitted_at or now, trouble=None, redrawn=None)
        people = asked(held, changes)
        record("change_request.submitted", held, actor=actor, changes={"round": [held.round - 1, held.round], "approvers": [None, people]})
        change_impacts.ask(actor=actor, change_request=held)
    return held


def withdraw(*, actor: Any, change_request: ChangeRequest, version: int | None, reason: str) -> ChangeRequest:
    """By its author, or who manages access there, with the reason; nothing of it is carried out."""
    if not reason.strip():
        raise Refused("reason_needed", field="reason")
    with transaction.atomic():
        held = hold(change_request)
        require(actor, Permission.VIEW, held.space_id)
        if held.author_id != actor.pk and not may(actor, Permission.MANAGE_ACCESS, held.space_id):
            raise Denied(Permission.MANAGE_ACCESS)
        if not held.is_writable:
            raise Refused("change_over")
        return end(actor=actor, held=held, version=version, state=_S.WITHDRAWN, answer=reason, verb="change_request.withdrawn")


def apply_first(*, actor: Any, change_request: ChangeRequest, version: int | None, reason: str) -> ChangeRequest:
    """What cannot wait is carried out by who may do so, on a picture of it; both sides say afterwards what they think of it."""
    require(actor, Permission.APPLY_FIRST, change_request.space_id)
    if not reason.strip():
        raise Refused("reason_needed", field="reason")
    with transaction.atomic():
        held = hold(change_request)
        if held.state != _S.SUBMITTED:
            raise Refused("change_not_waiting")
        _refuse_unseen(actor, held)
        changes = plan_requests.judge(held.scenario)
        if pictures.is_old(held.scenario.outcome):
            raise Refused("change_picture_old")
        if not all(sides.may_carry(actor, change) for change in changes):
            raise Refused("change_not_yours_to_apply")
        run = plan_requests.carry_out(actor=actor, scenario=held.scenario, carrier=lambda change: actor, reason=why(held), told=Told(held))
        take_baselines(held, changes, lambda change: actor)
        now = clock.now()
        held.write(
            expected=version, state=_S.URGENT, round=held.round + 1, asked_at=now, applied_at=now, applied_by=actor, run=run, due_on=clock.today() + DUE, redrawn=None,
        )
        said = {"state": [_S.SUBMITTED.value, _S.URGENT.value], "due_on": [None, held.due_on], "approvers": [None, asked(held, changes)]}
        record("change_request.applied_first", held, actor=actor, changes=said, text={"reason": [None, reason.strip()[:2000]]})
    return held


def end(*, actor: Any, held: ChangeRequest, version: int | None, state: str, answer: str, verb: str) -> ChangeRequest:
    """Closed with its reason; the branch is laid aside unless it was carried out already."""
    before = held.state
    held.write(expected=version, state=state, decided_at=clock.now(), answer=answer.strip()[:2000])
    if held.applied_at is None:
        plan_requests.lay_aside(actor=actor, scenario=held.scenario, reason=answer)
    record(verb, held, actor=actor, changes={"state": [before, state]}, text={"reason": [None, answer.strip()[:2000]]})
    return held


def hold(change_request: ChangeRequest) -> ChangeRequest:
    """Whoever writes, hands in or decides comes one after the other; first the request, then its content, as it stands by then."""
    rows = ChangeRequest.objects.select_for_update(of=("self",)).select_related("space", "author")
    held = rows.filter(pk=change_request.pk).first()
    if held is None:
        raise Hidden
    held.scenario = plan_scenarios.hold(held.scenario_id)
    return held


def looked_at(held: ChangeRequest, version: int | None) -> None:
    if version is not None and held.version != version:
        raise Stale(held)


class Told:
    """What is written of a request in other places: its words only where whoever sees the place sees the request as well."""

    def __init__(self, held: ChangeRequest) -> None:
        self.held = held
        self.above = {pk: None if is_closed else parent for pk, parent, is_closed in Space.objects.values_list("id", "parent_id", "is_confidential")}
        self.elsewhere = _("Change request %(number)s") % {"number": held.pk}

    def __call__(self, change: PlanChange) -> str:
        return why(self.held) if self.is_open_in(change.space_id) else self.elsewhere

    def is_open_in(self, space_id: int) -> bool:
        """There, and below it with nothing confidential between."""
        at: int | None = space_id
        while at is not None and at != self.held.space_id:
            at = self.above.get(at)
        return at is not None


def why(held: ChangeRequest) -> str:
    return f"{held.title}: {held.reason}"[:500]


def _written(actor: Any, change_request: ChangeRequest, change: PlanChange | None = None) -> ChangeRequest:
    """Held, of somebody who may write in it, before it is over."""
    held = hold(change_request)
    _require_writer(actor, held)
    if not held.is_writable:
        raise Refused("change_over")
    if change is not None and change.scenario_id != held.scenario_id:
        raise Hidden
    return held


def _require_writer(actor: Any, held: ChangeRequest) -> None:
    """Who wrote it, and whoever plans the work or the product there: then it is theirs as well, and others judge it."""
    require(actor, _DO, held.space_id)
    if held.author_id != actor.pk and not (may(actor, Permission.EDIT_PLAN, held.space_id) or may(actor, Permission.EDIT_PRODUCT, held.space_id)):
        raise Denied(Permission.EDIT_PLAN)


def _keep_writers(held: ChangeRequest, *people: int) -> None:
    """Whoever wrote any of it once does not judge it, also when somebody else wrote over it since."""
    if new := sorted({*people, held.author_id} - {held.author_id, *held.writers}):
        held.write(expected=None, writers=[*held.writers, *new])


def _ask_again(actor: Any, held: ChangeRequest, *people: int) -> None:
    """The content is another: what was said of the old one counts no more."""
    _keep_writers(held, *people)
    if held.state != _S.SUBMITTED:
        held.write(expected=None, trouble=None)
        return
    held.write(expected=None, round=held.round + 1, asked_at=clock.now(), trouble=None, redrawn=None)
    people = asked(held, list(held.scenario.changes.order_by("id")))
    record("change_request.asked_again", held, actor=actor, changes={"round": [held.round - 1, held.round], "approvers": [None, people]})
    change_impacts.ask(actor=actor, change_request=held)


def asked(held: ChangeRequest, changes: list[PlanChange]) -> list[int]:
    """Who could say something to it: those who speak for a side there and wrote nothing of it, and those who may in the place of one of them."""
    ids = members_of(held.space_id).exclude(user__in=sides.wrote(held, changes)).order_by("user_id").values_list("user_id", flat=True).distinct()
    known = list(User.objects.active().filter(pk__in=list(ids)))
    know_all(known)
    people = [one for one in known if any(sides.may_speak(one, held, side, changes) for side in sides.RIGHTS)]
    return sorted({one.pk for one in people} | {one.delegate_id for _side, one in lent_voices.takers(held, changes)})[:_MOST_ASKED]


def _refuse_unseen(actor: Any, held: ChangeRequest) -> None:
    if PlanChange.objects.visible_to(actor).filter(scenario=held.scenario_id).count() != held.scenario.changes.count():
        raise Refused("plan_scenario_unseen")


def take_baselines(held: ChangeRequest, changes: list[PlanChange], carrier: Carrier) -> None:
    """Of each project whose plan it changes, as it stands since."""
    by_space: dict[int, PlanChange] = {}
    told = Told(held)
    for change in changes:
        if change.kind in PlanChange.OF_PLAN and change.kind != PlanChange.Kind.AWAY:
            by_space.setdefault(change.space_id, change)
    for space in Space.objects.filter(pk__in=by_space, kind=SpaceKind.PROJECT).order_by("pk"):
        name = f"{held.pk} {held.title}" if told.is_open_in(space.pk) else told.elsewhere
        baselines.take(actor=carrier(by_space[space.pk]), space=space, name=name[:200])
