"""Branches of the plan: changes that several people write down, one picture of them, and one decision to carry them out."""

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.history.record import canonical, record, taken_back, within
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people import writing
from tandem.people.access import Permission, others_may, require
from tandem.people.models import Space
from tandem.planning import plan_refusals
from tandem.planning.actions import plan_changes, plan_commitments
from tandem.planning.models import PlanChange, PlanScenario
from tandem.portfolio.models import Project
from tandem.resources.models import Booking
from tandem.work.models import WorkItem

_DO = Permission.EDIT_PLAN
COMPUTE = "planning.plan_scenario"
MOST = 200
_S = PlanScenario.State
_THINGS = ((PlanChange.Kind.ITEM, PlanChange.Kind.DROP), (PlanChange.Kind.PROJECT,), (PlanChange.Kind.BOOKING, PlanChange.Kind.UNBOOK))
_LIKE: dict[str, tuple[str, ...]] = {kind: kinds for kinds in (*_THINGS, *((kind,) for kind in PlanChange.OF_PRODUCT)) for kind in kinds}
"Kinds of changes of one thing, of which a scenario knows one."
Carrier = Callable[[PlanChange], Any]
"""Of a change as whom it is carried out."""


def create(*, actor: Any, space: Space, name: str, description: str = "") -> PlanScenario:
    """By who may edit plans in the space; everybody who may can add to it then."""
    if not name.strip():
        raise Refused("title_empty", field="name")
    return writing.create(
        PlanScenario, actor=actor, permission=_DO, verb="plan_scenario.created", space=space, name=name.strip(), description=description, opened_by=actor
    )


def add(*, actor: Any, scenario: PlanScenario, kind: str, subject: int, **values: Any) -> PlanChange:
    """Rehearsed at once: what somebody could not do live they cannot write down either. Of each thing there is one change: who
    wants it otherwise changes that one, knowing whose it is."""
    require(actor, _DO, scenario.space_id)
    if kind not in PlanChange.OF_PLAN:
        raise Refused("choice_unknown", field="kind")
    with transaction.atomic():
        return put(actor, _open(scenario), kind, subject, values, lambda change: actor)


def put(actor: Any, held: PlanScenario, kind: str, subject: int, values: dict[str, Any], carrier: Carrier) -> PlanChange:
    """The step itself, in a scenario that is held: rehearsed as `carrier` says, who need not be who writes it down."""
    values = plan_changes.checked(kind, values)
    space_id = plan_changes.space_of(kind, subject)
    if space_id is None or space_id not in actor.visible_space_ids():
        raise Hidden
    if held.changes.filter(kind__in=_LIKE.get(kind, ()), subject=subject).exists():
        raise Refused("plan_change_there")
    if held.changes.count() >= MOST:
        raise Refused("plan_changes_too_many", most=MOST)
    change = PlanChange(scenario=held, space_id=space_id, kind=kind, subject=subject, values=values, by=actor)
    change.seen = plan_changes.seen(kind, subject, values)
    rehearse(carrier(change), change)
    change.save(force_insert=True)
    record("plan_scenario.change_added", held, actor=actor, changes={"kind": [None, kind]})
    return change


def revise(*, actor: Any, change: PlanChange, version: int | None, **values: Any) -> PlanChange:
    """Another value for the same thing, or the same one in view of what stands there now. Of two at once the second is told."""
    require(actor, _DO, change.scenario.space_id)
    with transaction.atomic():
        return put_again(actor, _open(change.scenario), change, version, values, lambda change: actor)


def put_again(actor: Any, held: PlanScenario, change: PlanChange, version: int | None, values: dict[str, Any], carrier: Carrier) -> PlanChange:
    if change.space_id not in actor.visible_space_ids():
        raise Hidden
    by = actor if values else change.by  # who only looks at it again has written nothing
    values = plan_changes.checked(change.kind, values) if values else change.values
    again = PlanChange(scenario=held, space_id=change.space_id, kind=change.kind, subject=change.subject, values=values, by=actor)
    rehearse(carrier(again), again)
    change.write(expected=version, values=values, seen=plan_changes.seen(change.kind, change.subject, values), by=by, at=clock.now())
    record("plan_scenario.change_revised", held, actor=actor, changes={"kind": [None, change.kind]})
    return change


def drop(*, actor: Any, change: PlanChange, version: int | None) -> None:
    require(actor, _DO, change.scenario.space_id)
    with transaction.atomic():
        take_out(actor, _open(change.scenario), change, version)


def take_out(actor: Any, held: PlanScenario, change: PlanChange, version: int | None) -> None:
    if change.space_id not in actor.visible_space_ids():
        raise Hidden
    if version is not None:
        change.write(expected=version)
    record("plan_scenario.change_dropped", held, actor=actor, changes={"kind": [change.kind, None]})
    change.delete()


def ask(*, actor: Any, scenario: PlanScenario, title: str) -> Job:
    """Computed in the background; one such job at a time."""
    require(actor, _DO, scenario.space_id)
    with transaction.atomic():
        held = _open(scenario)
        if held.job is not None and held.job.is_running:
            return held.job
        job = jobs.start(actor=actor, space=held.space, kind=COMPUTE, title=title, scenario_id=held.pk)
        PlanScenario.objects.filter(pk=held.pk).update(job=job)
    return job


def merge(*, actor: Any, scenario: PlanScenario, version: int | None, reason: str) -> int:
    """Every change is carried out as the person who decides, all or none: the same actions as by hand. Refused without a picture
    of these very changes, when something they change has changed since, when the person does not see all of them, and for who
    wrote all of them alone while somebody else may decide."""
    require(actor, _DO, scenario.space_id)
    if not reason.strip():
        raise Refused("reason_needed", field="reason")
    with transaction.atomic():
        held = _open(scenario)
        changes = list(held.changes.order_by("id"))
        _decidable(actor, held, changes)
        carry_out(actor, held, changes, lambda change: actor, version, reason)
    return len(changes)


def carry_out(actor: Any, held: PlanScenario, changes: list[PlanChange], carrier: Carrier, version: int | None, reason: str, told: Callable[[PlanChange], str] | None = None) -> uuid.UUID:
    """The step itself: all or none, as `carrier` says; gives the run of its events. `told`: the reason as it is told with a change."""
    run = uuid.uuid4()
    with within(run):
        for change in changes:
            plan_changes.carry_out(actor=carrier(change), change=change, run=run, reason=told(change) if told else reason)
        close(actor, held, version, _S.MERGED, reason)
        record("plan_scenario.merged", held, actor=actor, changes={"rows": [None, len(changes)]}, text={"reason": [None, reason.strip()]})
    return run


def discard(*, actor: Any, scenario: PlanScenario, version: int | None, reason: str = "") -> None:
    require(actor, _DO, scenario.space_id)
    with transaction.atomic():
        held = _open(scenario)
        close(actor, held, version, _S.DISCARDED, reason)
        record("plan_scenario.discarded", held, actor=actor)


def needs_another(actor: Any, scenario: PlanScenario, changes: list[PlanChange]) -> bool:
    """Whether somebody else has to decide: two look at what becomes the plan, where there are two."""
    return {change.by_id for change in changes} <= {actor.pk} and others_may(actor, _DO, scenario.space_id)


def digest(changes: list[PlanChange]) -> str:
    """Which changes a picture shows."""
    return hashlib.sha256(canonical([[c.pk, c.version, c.kind, c.subject, c.values] for c in changes]).encode()).hexdigest()


def moved(changes: list[PlanChange]) -> list[tuple[PlanChange, str, Any, Any]]:
    """What was changed live since a change was written down: (change, of what, value then, value now)."""
    found = []
    stands = plan_changes.seen_now(changes)
    for change in changes:
        now = stands[change.pk]
        found += [(change, name, change.seen.get(name), now.get(name)) for name in sorted({*change.seen, *now}) if change.seen.get(name) != now.get(name)]
    return found


def _decidable(actor: Any, scenario: PlanScenario, changes: list[PlanChange]) -> None:
    if not changes:
        raise Refused("plan_scenario_empty")
    if {change.space_id for change in changes} - set(actor.visible_space_ids()):
        raise Refused("plan_scenario_unseen")
    if scenario.job is not None and scenario.job.is_running:
        raise Refused("plan_scenario_not_computed")
    judged(scenario, changes)
    if needs_another(actor, scenario, changes):
        raise Refused("plan_scenario_is_own")


def judged(scenario: PlanScenario, changes: list[PlanChange]) -> None:
    """Refused unless the picture is of these changes, of all of them, and what they change stands as it did: it is held until the decision."""
    if scenario.computed_of != digest(changes):
        raise Refused("plan_scenario_not_computed")
    if (scenario.outcome or {}).get("refused"):
        raise Refused("plan_scenario_in_part")
    lock(changes)
    if moved(changes):
        raise Refused("plan_scenario_moved")


def lock(changes: list[PlanChange]) -> None:
    """What is changed stays as it was looked at until the decision is carried out; in one order, so that nobody waits in a circle."""
    for model, kinds in zip((WorkItem, Project, Booking), _THINGS, strict=True):
        wanted = [change.subject for change in changes if change.kind in kinds]
        list(model.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted).order_by("pk").values_list("pk"))
    plan_commitments.lock(changes)


def close(actor: Any, scenario: PlanScenario, version: int | None, state: str, reason: str) -> None:
    if version is not None and scenario.version != version:
        raise Stale(scenario)
    scenario.write(expected=scenario.version, state=state, decided_by=actor, decided_at=clock.now(), reason=reason.strip()[:2000])


def _open(scenario: PlanScenario) -> PlanScenario:
    held = hold(scenario)
    if held.state == _S.ASKED:
        raise Refused("plan_scenario_asked")
    if held.state != _S.OPEN:
        raise Refused("plan_scenario_over")
    return held


def hold(scenario: PlanScenario | int) -> PlanScenario:
    """Nobody adds while somebody decides."""
    pk = scenario if isinstance(scenario, int) else scenario.pk
    return PlanScenario.objects.select_for_update(of=("self",)).select_related("space", "job").get(pk=pk)


def rehearse(actor: Any, change: PlanChange) -> None:
    """A real run that is taken back: every rule speaks, nothing is written. What it says to somebody else than who wrote the change is
    told as far as the writer may know it."""
    try:
        with taken_back(), transaction.atomic():
            plan_changes.carry_out(actor=actor, change=change, run=uuid.uuid4(), reason="–")
            transaction.set_rollback(True)
    except (Refused, Denied, Hidden) as problem:
        if actor.pk == change.by_id:
            raise
        why = plan_refusals.told(change.by, change, *((problem.code, problem.params) if isinstance(problem, Refused) else (plan_refusals.IMPOSSIBLE, {})))
        if why is not None:
            raise Refused(why[0], **why[1]) from None
