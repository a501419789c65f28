"""Sprints: planning, membership, starting, closing, people, the history of scope and the figures."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.generic import NO, NO_WRITE, Noun
from tandem.api.shapes import OPTIONAL, Body, Reference, body
from tandem.api.work import work_items
from tandem.kit.errors import Hidden, Refused
from tandem.kit.types import Id
from tandem.people.models import User
from tandem.portfolio.models import Project
from tandem.reports.queries import sprint_figures
from tandem.reports.queries import sprints as reads
from tandem.work.actions import sprint_scope, sprints
from tandem.work.models import Sprint, SprintChange, SprintMember, WorkItem

router = Router(tags=["work"])

NOUN = Noun(
    path="sprints",
    model=Sprint,
    word="sprint",
    shows=(
        "id space_id name state starts_at ends_at goal started_at closed_at is_goal_met review version created_at"
    ),
    filters="space_id state",
)
PEOPLE = Noun(path="sprint-people", model=SprintMember, shows="id user_id share days_off")
CHANGES = Noun(
    path="scope-changes",
    model=SprintChange,
    shows="id sprint_id item_id is_added is_dated points carried_from_id at by_id",
)


class SprintPlace(Body):
    """Where one unfinished item goes on; null is the backlog."""

    work_item_id: Id
    sprint_id: Id | None = None


class SprintPerson(Body):
    user_id: Id
    share: int | None = Field(None, ge=1, le=100, description="In per cent; without it what is booked of their time for the project, else 100.")
    days_off: float = Field(0, ge=0, le=366, allow_inf_nan=False)


def _remove(*, actor: Any, sprint: Sprint) -> None:
    sprints.remove(actor=actor, sprint=sprint)


def _close(*, actor: Any, sprint: Sprint, version: int, elsewhere: Any = (), **values: Any) -> Sprint:
    known = Sprint.objects.visible_to(actor).in_bulk({e["sprint_id"] for e in elsewhere if e.get("sprint_id")})
    places = {}
    for one in elsewhere:
        wanted = one.get("sprint_id")
        if wanted and wanted not in known:
            raise Refused("reference_unknown", field="elsewhere")
        places[one["work_item_id"]] = known[wanted] if wanted else None
    return sprints.close(actor=actor, sprint=sprint, version=version, elsewhere=places, **values)


def _put(*, actor: Any, sprint: Sprint, items: Any = (), after: WorkItem | None = None) -> Sprint:
    sprint_scope.put(actor=actor, items=[(item, None) for item in items], sprint=sprint, after=after)
    return sprint


def _take_out(request: HttpRequest, id: Path[Id], work_item_id: Path[Id]) -> HttpResponse:
    """Back to the backlog."""
    sprint = NOUN.row(request.auth, id)
    item = WorkItem.objects.visible_to(request.auth).present().filter(pk=work_item_id, sprints=sprint).first()
    if item is None:
        raise Hidden
    if not sprint.is_open:
        raise Refused("sprint_closed", name=sprint.name)
    sprint_scope.put(actor=request.auth, items=[(item, None)], sprint=None)
    return HttpResponse(status=204)


def _staff(*, actor: Any, sprint: Sprint, version: int, people: list[dict[str, Any]]) -> Sprint:
    known = User.objects.visible_to(actor).in_bulk({p["user_id"] for p in people})
    if len(known) < len({p["user_id"] for p in people}):
        raise Refused("reference_unknown", field="people")
    usual = reads.booked(actor, sprint, known)
    rows = {pk: (known[pk], p.get("share") or usual.get(pk, 100), p.get("days_off", 0.0)) for p in people for pk in [p["user_id"]]}
    return sprints.set_people(actor=actor, sprint=sprint, version=version, people=list(rows.values()))


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("SprintCreate", Sprint, "space name starts_at ends_at goal"), sprints.create)
generic.changes(
    router,
    NOUN,
    body("SprintUpdate", Sprint, "name goal starts_at ends_at is_goal_met review", partial=True),
    sprints.change,
)
generic.removes(router, NOUN, _remove)
generic.acts(router, NOUN, "starts", Body, sprints.start)
generic.acts(
    router,
    NOUN,
    "closings",
    body(
        "SprintClosing",
        Sprint,
        "is_goal_met review",
        to_id=Reference(Sprint, "to", is_needed=False),
        elsewhere=(list[SprintPlace], OPTIONAL),
    ),
    _close,
)
generic.acts(router, NOUN, "reopenings", Body, sprints.reopen)
generic.parts(
    router,
    NOUN,
    "items",
    work_items.NOUN,
    lambda user, sprint: WorkItem.objects.visible_to(user).present().filter(sprints=sprint),
)
generic.adds(
    router,
    NOUN,
    "items",
    body(
        "SprintItems",
        Sprint,
        "",
        work_item_ids=Reference(WorkItem, "items", is_many=True),
        after_id=Reference(WorkItem, "after", is_needed=False),
    ),
    _put,
)
router.add_api_operation(
    "/{id}/items/{work_item_id}/", ["DELETE"], _take_out, response={204: None, **NO_WRITE},
    operation_id="sprints_items_remove", summary="sprints: take an item out",
)  # fmt: skip
generic.parts(router, NOUN, "people", PEOPLE, lambda user, sprint: sprint.members.all())
generic.acts(router, NOUN, "people", body("SprintPeople", Sprint, "", people=list[SprintPerson]), _staff)
generic.parts(
    router,
    NOUN,
    "scope-changes",
    CHANGES,
    lambda user, sprint: SprintChange.objects.visible_to(user).filter(sprint=sprint),
)


class SprintSum(BaseModel):
    items: int
    items_done: int
    size: float
    size_done: float


class SprintDay(SprintSum):
    day: date


class SprintEffect(BaseModel):
    """A change of scope; the chances are those of finishing everything in time, null from too little history."""

    first_at: datetime
    last_at: datetime
    by: list[str]
    before: SprintSum
    after: SprintSum
    chance_before: float | None
    chance_after: float | None


class SprintVelocity(BaseModel):
    """What the last closed sprints got done, for the person-days of this one when `is_scaled`; low and high are P20 and
    P80."""

    sprints: int
    is_scaled: bool
    low: float
    middle: float
    high: float


class SprintFigures(BaseModel):
    """`size` counts points or items, as `measure` says. `chance` is null when nothing can be said."""

    measure: str
    person_days: float
    working_days_left: int
    chance: float | None
    rests_on_items: int
    rests_on_days: int
    start: SprintSum | None
    now: SprintSum
    days: list[SprintDay]
    changes: list[SprintEffect]
    velocity: SprintVelocity | None


class SprintFiguresAsked(Body):
    by: str = Field("", pattern="^(points|items)?$", description="points or items; without it as the project estimates")


def _figures(request: HttpRequest, id: Path[Id], asked: Query[SprintFiguresAsked]) -> HttpResponse:
    """The course day by day, what each change of scope did, the chance of finishing, and the velocity."""
    generic.refuse_unknown(request, asked)
    user, sprint = request.auth, NOUN.row(request.auth, id)
    by_points = asked.by == "points" if asked.by else reads.uses_points(user, sprint.space_id)
    project = Project.objects.visible_to(user).filter(space=sprint.space_id).first()
    found = sprint_figures.figures(user, sprint, by_points, sprint_figures.moment_of(project))
    days = sum(p.days for p in reads.people(user, [sprint], found.calendar).get(sprint.pk, []))
    past = [o for o in reads.outcomes(user, sprint.space_id, by_points, found.calendar) if o.sprint.pk != sprint.pk]
    items, history = found.basis
    return generic.send(
        SprintFigures(
            measure="points" if by_points else "items", person_days=days, working_days_left=found.days_left,
            chance=_known(found.chance), rests_on_items=items, rests_on_days=history,
            start=_sum(found.start) if found.start else None, now=_sum(found.now),
            days=[SprintDay(day=day, **_sum(s).model_dump()) for day, s in found.days],
            changes=[
                SprintEffect(
                    first_at=c.effect.first, last_at=c.effect.last, by=c.who, before=_sum(c.effect.before), after=_sum(c.effect.after),
                    chance_before=_known(c.effect.chance_before), chance_after=_known(c.effect.chance_after),
                )
                for c in found.changes
            ],
            velocity=_velocity(reads.velocity(past, days)),
        ).model_dump()
    )  # fmt: skip


def _sum(found: sprint_figures.Sum) -> SprintSum:
    return SprintSum(items=found.items, items_done=found.done, size=found.size, size_done=found.done_size)


def _known(value: float | reads.NotEnough | None) -> float | None:
    return value if isinstance(value, float) else None


def _velocity(found: reads.Velocity | reads.NotEnough) -> SprintVelocity | None:
    if isinstance(found, reads.NotEnough):
        return None
    return SprintVelocity(
        sprints=found.sprints, is_scaled=found.is_scaled, low=found.low, middle=found.middle, high=found.high
    )


router.add_api_operation(
    "/{id}/figures/", ["GET"], _figures, response={200: SprintFigures, **NO},
    operation_id="sprints_figures_read", summary="sprints: figures",
)  # fmt: skip
