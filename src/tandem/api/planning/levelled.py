"""The levelled plan: its figures, the dates that it gives to open work items, and the yes that makes them the plan in force."""

from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.portfolio import projects
from tandem.api.shapes import OPTIONAL, Body, words
from tandem.kit.types import Id
from tandem.planning.actions import acceptances
from tandem.planning.models import LevelledDates, LevelledPlan
from tandem.portfolio.models import Project

plans = Router(tags=["planning"])
dates = Router(tags=["planning"])

PLANS = Noun(
    path="levelled-plans",
    model=LevelledPlan,
    shows="id space_id run_id as_of made_at broken tardiness bound makespan evaluations seconds items assumed dropped created_at",
    filters="as_of",
)
DATES = Noun(path="levelled-dates", model=LevelledDates, shows="item_id space_id plan_id start finish", filters="space_id plan_id")

generic.reads(plans, PLANS, history=False)
generic.reads(dates, DATES, history=False)


class SeenItem(Body):
    """`version`: that of the item when its dates were looked at; an item that was changed since stops the yes."""

    id: Id
    version: Id


class ProjectAcceptance(Body):
    """Without `items` and `item_ids` the whole project; `name` is that of the baseline which is taken."""

    plan_id: Id
    items: Annotated[list[SeenItem], Field(min_length=1, max_length=2000)] = OPTIONAL
    item_ids: Annotated[list[Id], Field(min_length=1, max_length=2000)] = OPTIONAL
    name: words(200, 1) = OPTIONAL  # type: ignore[valid-type]


def _accept(
    *, actor: Any, project: Project, version: int, plan_id: int, items: list[dict[str, int]] | None = None, item_ids: list[int] | None = None,
    name: str = "Levelled plan",
) -> Project:  # fmt: skip
    seen = {one["id"]: one["version"] for one in items or ()}
    chosen = [*seen, *(item_ids or ())] or None
    acceptances.accept(actor=actor, plan=plan_id, project=project, items=chosen, versions=seen, name=name)
    return project


generic.acts(projects.router, projects.NOUN, "acceptances", ProjectAcceptance, _accept)
