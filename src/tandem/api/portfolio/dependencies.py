"""What projects wait for in each other."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.shapes import OPTIONAL, Body, Problem
from tandem.kit.errors import Hidden, Refused
from tandem.kit.types import Id
from tandem.people.models import Space
from tandem.reports.queries import dependencies as reads

router = Router(tags=["portfolio"])
MOST = 1000
_LINKS = 100


class DependenciesAsked(Body):
    space_id: Id | None = OPTIONAL
    around: str = Field("", max_length=40, description="A project or proposal of the map, such as project-12: it and what lies near it.")
    steps: int = Field(1, ge=1, le=3, description="How far from it.")


class DependentProject(BaseModel):
    """`kind`: a project, or a proposal that is none yet. `code` names it in `around` and in the pairs."""

    code: str
    kind: Literal["project", "proposal"]
    id: int
    name: str
    key: str
    state: str


class DependentPair(BaseModel):
    """`target` waits for `source`. The state is the worst of its links; of the links the first 100, the late ones first."""

    source: str
    target: str
    state: Literal["late", "critical", "open", "done"]
    links: int
    late: int
    critical: int
    done: int
    cost_days: float = Field(description="Days for which its open blocks have held up begun work so far; of several that hold up one item the longest counts.")
    link_ids: list[int]
    tie_ids: list[int]


class ProjectDependencies(BaseModel):
    """`alone`: projects without such a link; `unseen`: links to or from projects that you do not see. Of the pairs at most the
    first 1,000, the worst first; `is_cut`: there are more links than were read."""

    projects: list[DependentProject]
    pairs_count: int
    pairs: list[DependentPair]
    alone: int
    unseen: int
    is_cut: bool


@router.get("/", response={200: ProjectDependencies, 401: Problem, 404: Problem, 422: Problem}, operation_id="project_dependencies_read")
def dependencies(request: HttpRequest, asked: Query[DependenciesAsked]) -> HttpResponse:
    """Projects that are not over, and which of them wait for which."""
    generic.refuse_unknown(request, asked)
    user: Any = request.auth  # type: ignore[attr-defined]
    space = None
    if asked.space_id is not None:
        space = Space.objects.visible_to(user).filter(pk=asked.space_id).first()
        if space is None:
            raise Hidden
    found = reads.read(user, space, around=asked.around, steps=asked.steps)
    if asked.around and asked.around not in {knot.code for knot in found.knots}:
        raise Refused("reference_unknown", field="around")
    return generic.send(ProjectDependencies(
        projects=[DependentProject(code=k.code, kind=k.of, id=k.id, name=k.name, key=k.key, state=k.state) for k in found.knots],  # type: ignore[arg-type]
        pairs_count=len(found.bundles), pairs=[_pair(one) for one in reads.worst_first(found.bundles)[:MOST]],
        alone=found.alone, unseen=found.unseen, is_cut=found.is_cut,
    ).model_dump())  # fmt: skip


def _pair(one: reads.Bundle) -> DependentPair:
    ties = one.worst_first()[:_LINKS]
    return DependentPair(
        source=one.source.code, target=one.target.code, state=one.state, links=len(one.ties), late=one.count(reads.LATE),  # type: ignore[arg-type]
        critical=one.count(reads.CRITICAL), done=one.count(reads.DONE), cost_days=round(one.cost, 1), link_ids=[tie.id for tie in ties if not tie.is_tie], tie_ids=[tie.id for tie in ties if tie.is_tie],
    )  # fmt: skip
