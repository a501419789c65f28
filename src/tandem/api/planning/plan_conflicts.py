"""Conflicts of the plan: what they cost, their ways out with the effect of each, drafts of a way, the yes or no to them."""

from datetime import date
from typing import Annotated, Any

from django.db.models import CharField, IntegerField, Value
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.collaboration.jobs import NOUN as JOBS
from tandem.api.generic import Noun, Values
from tandem.api.shapes import OPTIONAL, Body, words
from tandem.collaboration.models import Job
from tandem.kit.types import Id
from tandem.people.models import Space
from tandem.planning import way_words
from tandem.planning.actions import plan_conflicts as actions
from tandem.planning.models import PlanConflict, PlanDraft
from tandem.product.models import Promise
from tandem.reports.queries import plan_conflicts as reads
from tandem.work.models import WorkItem

router = Router(tags=["planning"])
drafts = Router(tags=["planning"])


def _names(user: Any, rows: list[Values]) -> None:
    """What it is about in words; of spaces and items only those that the reader sees, and how many they do not."""
    told = reads.titles(user, [(row["kind"], row["subject_kind"], row["subject_id"]) for row in rows])
    spaces = {pk for row in rows for pk in row["detail"].get("spaces", ())}
    seen = set(Space.objects.visible_to(user).filter(pk__in=spaces).values_list("id", flat=True))
    items = {pk for row in rows for pk in (row["detail"].get("item"),) if pk}
    known = set(WorkItem.objects.visible_to(user).filter(pk__in=items).values_list("id", flat=True)) if items else set()
    promises = {pk for row in rows for pk in row["detail"].get("promises", ())}
    promised = set(Promise.objects.visible_to(user).filter(pk__in=promises).values_list("id", flat=True)) if promises else set()
    for row in rows:
        row["title"] = told[row["kind"], row["subject_kind"], row["subject_id"]]
        concerned = row["detail"].get("spaces", [])
        row["unseen"] = sum(pk not in seen for pk in concerned)
        row["detail"] |= {"spaces": [pk for pk in concerned if pk in seen]}
        if "promises" in row["detail"]:
            row["detail"] |= {"promises": [pk for pk in row["detail"]["promises"] if pk in promised]}
        if row["detail"].get("item") not in known:
            row["detail"].pop("item", None)


NOUN = Noun(
    path="plan-conflicts",
    model=PlanConflict,
    word="conflict",
    shows="id space_id kind subject_kind subject_id days wanted_on computed_on detail ways_of_id ways_job_id found_at gone_at version",
    computes={"title": (str, lambda user: Value("", CharField())), "unseen": (int, lambda user: Value(0, IntegerField()))},
    filters="space_id kind subject_kind subject_id",
    narrows={"is_open": (bool, lambda rows, value: rows.filter(gone_at__isnull=value))},
    usual=({"is_open"}, lambda rows: rows.open()),
    masks=_names,
)
DRAFTS = Noun(
    path="plan-drafts",
    model=PlanDraft,
    word="draft",
    shows="id space_id conflict_id state dates proposed_by_id proposed_at decided_by_id decided_at version",
    computes={"code": (str, lambda user: KeyTextTransform("code", "way"))},
    filters="space_id conflict_id state proposed_by_id",
)


class PlanWayEffect(BaseModel):
    """A project or promise that ends later by this way: by how many working days, and how many of them beyond its date."""

    what: str
    days: float
    days_late: float


class PlanWayObjective(BaseModel):
    """An objective whose open work moves: by how many calendar days its last end (negative: earlier), how many of the features, releases,
    projects and items that serve it move, and how many lose work."""

    objective_id: int
    title: str
    days: int
    moved: int
    loses: int


class PlanWayBefore(BaseModel):
    """A promise about what a window is of, or an objective that it serves, whose day is so many days before the new end of the window."""

    kind: str
    id: int
    title: str
    days: int


class PlanWay(BaseModel):
    """`before` and `unseen_before`: of a window of the roadmap that moves. `sentence` in the language of the request. `unseen`: projects and promises that end later and that you cannot see;
    `unseen_objectives` the same of objectives whose work moves."""

    number: int
    code: str
    sentence: str
    item_id: int | None
    until: date | None
    person_days: float
    moves: int
    later: list[PlanWayEffect]
    unseen: int
    objectives: list[PlanWayObjective]
    unseen_objectives: int
    before: list[PlanWayBefore]
    unseen_before: int


class PlanWays(BaseModel):
    """`ways` is null while nobody has asked; `version` goes along with a proposal. `job_id`: what computes them, or did last."""

    conflict_id: int
    version: int
    plan_id: int | None
    job_id: int | None
    is_computing: bool
    ways: list[PlanWay] | None


class PlanConflictProposal(Body):
    """`way`: the number of a way out, as it was looked at."""

    way: Annotated[int, Field(ge=0, le=100)]


class PlanDraftVerdict(Body):
    """`name` is that of the baseline which a yes takes."""

    is_accepted: bool
    name: words(200, 1) = OPTIONAL  # type: ignore[valid-type]


def _way(one: reads.Way, seen: set[int]) -> PlanWay:
    way = one.way
    return PlanWay(
        number=one.number, code=way["code"], sentence=way_words.way(way, one.item, one.other, one.person), item_id=way["item"] if way["item"] in seen else None,
        until=way["until"], person_days=way["capacity"] / 32, moves=len(way["dates"]), unseen=one.hidden,
        later=[PlanWayEffect(what=name, days=days, days_late=late) for name, days, late in one.later],
        objectives=[PlanWayObjective(objective_id=aim.pk, title=aim.title, days=aim.days, moved=aim.moved, loses=aim.loses) for aim in one.objectives],
        unseen_objectives=one.hidden_objectives,
        before=[PlanWayBefore(kind=kind, id=pk, title=title, days=days) for kind, pk, title, days in one.before], unseen_before=one.hidden_before,
    )  # fmt: skip


@router.get("/{id}/ways/", response={200: PlanWays, **generic.NO}, operation_id="plan_conflicts_ways_read")
def ways(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    user = request.auth  # type: ignore[attr-defined]
    conflict = NOUN.of(user).select_related("space").filter(pk=NOUN.row(user, id).pk).get()
    found = reads.one(user, conflict).ways
    seen = set(WorkItem.objects.visible_to(user).filter(pk__in=[one.way["item"] for one in found if one.way["item"]]).values_list("id", flat=True))
    job = Job.objects.visible_to(user).filter(pk=conflict.ways_job_id).running().first()
    return generic.send(PlanWays(
        conflict_id=conflict.pk, version=conflict.version, plan_id=conflict.ways_of_id, job_id=conflict.ways_job_id, is_computing=job is not None,
        ways=None if conflict.ways is None else [_way(one, seen) for one in found],
    ).model_dump())  # fmt: skip


def _ask(*, actor: Any, conflict: PlanConflict) -> Job:
    return actions.ask_ways(actor=actor, conflict=conflict, title=actions.title_of(conflict))


def _propose(*, actor: Any, conflict: PlanConflict, version: int, way: int) -> PlanConflict:
    actions.propose(actor=actor, conflict=conflict, number=way, version=version)
    return conflict


def _decide(*, actor: Any, draft: PlanDraft, version: int, is_accepted: bool, name: str = "Way out of a conflict") -> PlanDraft:
    if is_accepted:
        actions.accept(actor=actor, draft=draft, version=version, name=name)
    else:
        actions.decline(actor=actor, draft=draft, version=version)
    return draft


generic.reads(router, NOUN, history=False)
generic.adds(router, NOUN, "ways", Body, _ask, gives=JOBS)
generic.acts(router, NOUN, "proposals", PlanConflictProposal, _propose)
generic.reads(drafts, DRAFTS)
generic.acts(drafts, DRAFTS, "verdicts", PlanDraftVerdict, _decide)
