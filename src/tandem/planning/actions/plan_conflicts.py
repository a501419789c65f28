"""Conflicts of the plan: asking for ways out, proposing one, and the yes or no of who answers for a project's plan."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused, Stale
from tandem.people.access import Permission, others_may, require, spaces_where
from tandem.people.models import SpaceKind, User
from tandem.planning import runs
from tandem.planning.actions import acceptances
from tandem.planning.models import LevelledDates, LevelledPlan, PlanConflict, PlanDraft, Run
from tandem.portfolio.models import Project
from tandem.work.actions import assignments
from tandem.work.models import Assignment, WorkItem

WAYS = "planning.plan_ways"
STAFFED = (PlanConflict.Kind.SKILL, PlanConflict.Kind.LEAVE, PlanConflict.Kind.OVERLOAD, PlanConflict.Kind.LEAVER)
"""Conflicts whose ways out are other people, or what the levelled plan makes of it."""
ASKABLE = (PlanConflict.Kind.PROJECT, PlanConflict.Kind.PROMISE, PlanConflict.Kind.DRIFT, *STAFFED)


def title_of(conflict: PlanConflict) -> str:
    """How the job that computes ways out is called."""
    return _("Ways out of conflict %(n)s") % {"n": conflict.pk}


def ask_ways(*, actor: Any, conflict: PlanConflict, title: str) -> Job:
    """Ways out are computed in the background: seconds. One such job for a conflict at a time."""
    require(actor, Permission.EDIT_WORK, conflict.space_id)
    if conflict.gone_at is not None:
        raise Refused("conflict_gone")
    if conflict.kind not in ASKABLE:
        raise Refused("conflict_without_ways")
    with transaction.atomic():
        held = PlanConflict.objects.select_for_update(of=("self",)).select_related("ways_job").get(pk=conflict.pk)
        if held.ways_job is not None and held.ways_job.is_running:
            return held.ways_job
        job = jobs.start(actor=actor, space=conflict.space, kind=WAYS, title=title, conflict_id=conflict.pk)
        PlanConflict.objects.filter(pk=conflict.pk).update(ways_job=job)
    return job


def propose(*, actor: Any, conflict: PlanConflict, number: int, version: int | None) -> list[PlanDraft]:
    """A draft for each project whose dates the way moves and whose work the person may edit; nothing is planned by that.

    Refused when the ways were computed anew since they were looked at, or when what they move stands elsewhere by now."""
    require(actor, Permission.EDIT_WORK, conflict.space_id)
    with transaction.atomic():
        held = PlanConflict.objects.select_for_update(of=("self",)).get(pk=conflict.pk)
        if version is not None and held.version != version:
            raise Stale(held)
        if held.gone_at is not None or not 0 <= number < len(held.ways or ()):
            raise Refused("conflict_gone")
        way = held.ways[number]
        dates = {int(pk): span for pk, span in way["dates"].items()}
        if held.ways_of_id is None or LevelledDates.objects.filter(item_id__in=dates, plan_id__gt=held.ways_of_id).exists():
            raise Refused("ways_outdated")
        hand_over = set(way.get("items", ())) if way["code"] == "hand_over" else set()
        by_space = _moved(actor, dates, hand_over)
        if not by_space:
            raise Refused("way_moves_nothing")
        # what moves and is planned so already has no draft, and yet the next plan has to put it there
        told = {key: value for key, value in way.items() if key != "dates"} | {"starts": {pk: first for pk, (first, _last) in way["dates"].items()}}
        drafts = [
            PlanDraft.objects.create(space_id=space, conflict=held, way=told, dates=moved, proposed_by=actor) for space, moved in sorted(by_space.items())
        ]
        for draft in drafts:
            record("plan_draft.proposed", draft, actor=actor, changes={"way": [None, way["code"]], "rows": [None, len(draft.dates)]})
    return drafts


def _moved(actor: Any, dates: dict[int, list[str]], hand_over: set[int]) -> dict[int, dict[str, list[Any]]]:
    """By space the items whose planned dates or people are others, of those whose work the person may edit, each with its version."""
    mine = spaces_where(actor, Permission.EDIT_WORK)
    columns = ("id", "space_id", "version", "planned_start", "planned_finish")
    found: dict[int, dict[str, list[Any]]] = {}
    for pk, space, seen, start, finish in WorkItem.objects.open().filter(pk__in=dates, space_id__in=mine, space__kind=SpaceKind.PROJECT).values_list(*columns):
        if pk in hand_over or (start, finish) != tuple(datetime.fromisoformat(one) for one in dates[pk]):
            found.setdefault(space, {})[str(pk)] = [*dates[pk], seen]
    return found


def accept(*, actor: Any, draft: PlanDraft, version: int | None, name: str) -> int:
    """The dates of the draft become the plan in force of its project, all or none, and a baseline is taken. An item that
    was changed since the proposal stops it. Two look at it: nobody accepts what they proposed themselves, unless nobody else
    may plan the project."""
    require(actor, Permission.EDIT_PLAN, draft.space_id)
    if needs_another(actor, draft):
        raise Refused("draft_is_own")
    # the next plan is stored under the same lock: either it knows of the yes, or it is the one that stood
    with runs.one_at_a_time(Run.Kind.LEVEL, 0):
        stood = LevelledPlan.objects.newest_first().values_list("pk", flat=True).first()
        _decide(actor, draft, version, PlanDraft.State.ACCEPTED, stood)
        project = Project.objects.get(space_id=draft.space_id)
        dates = {int(pk): (datetime.fromisoformat(first), datetime.fromisoformat(last)) for pk, (first, last, _version) in draft.dates.items()}
        versions = {int(pk): seen for pk, (_first, _last, seen) in draft.dates.items()}
        moved = acceptances.write_dates(
            actor=actor, project=project, dates=dates, versions=versions, name=name, because={"draft": [None, draft.pk]}, people=_people(draft.way, dates)
        )
        _share(actor, draft, dates)
        record("plan_draft.accepted", draft, actor=actor, changes={"rows": [None, moved]})
    return moved


def _share(actor: Any, draft: PlanDraft, items: Collection[int]) -> None:
    """Who takes work over takes the share of it with which the way was computed; not of what was finished, removed or taken elsewhere
    since the proposal, which nobody takes over."""
    way = draft.way
    if way["code"] != "hand_over":
        return
    shares = {int(pk): share for pk, share in way.get("shares", {}).items() if int(pk) in items}
    to = User.objects.filter(pk=way["to"]).first()
    for item in WorkItem.objects.open().filter(space_id=draft.space_id, pk__in=shares, assignments__user=to).order_by("pk") if to else ():
        assignments.share(actor=actor, item=item, version=None, user=to, share=shares[item.pk])


def needs_another(actor: Any, draft: PlanDraft) -> bool:
    """Whether somebody else has to say yes to it."""
    return draft.proposed_by_id == actor.pk and others_may(actor, Permission.EDIT_PLAN, draft.space_id)


def _people(way: dict[str, Any], items: Collection[int]) -> dict[int, list[User]]:
    """Of items that are handed over who does them then, with the others who did before."""
    if way["code"] != "hand_over":
        return {}
    now: dict[int, set[int]] = {pk: {way["to"]} for pk in way["items"] if pk in items}
    for pk, user in Assignment.objects.filter(item__in=now).exclude(user=way["gone"]).values_list("item_id", "user_id"):
        now[pk].add(user)
    known = User.objects.in_bulk({user for users in now.values() for user in users})
    return {pk: [known[user] for user in sorted(users) if user in known] for pk, users in now.items()}


def decline(*, actor: Any, draft: PlanDraft, version: int | None) -> None:
    """Whoever answers for the plan says no, or whoever proposed it takes it back."""
    require(actor, Permission.VIEW, draft.space_id)
    if draft.proposed_by_id != actor.pk:
        require(actor, Permission.EDIT_PLAN, draft.space_id)
    with transaction.atomic():
        _decide(actor, draft, version, PlanDraft.State.DECLINED)
        record("plan_draft.declined", draft, actor=actor)


def _decide(actor: Any, draft: PlanDraft, version: int | None, state: str, stood: int | None = None) -> None:
    if draft.state != PlanDraft.State.OPEN:
        raise Refused("draft_decided")
    # without a version that of the row on which the state was looked at: two answers never both count
    draft.write(expected=draft.version if version is None else version, state=state, decided_by=actor, decided_at=clock.now(), stood_id=stood)
