"""Methods and gates as a reader sees them: projects by phase, what follows a method, the parts of one project."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from tandem.governance import phases
from tandem.governance.models import Gate, GateVerdict, MethodPart, MethodUse, MethodVersion
from tandem.people.models import Space
from tandem.portfolio.models import Project
from tandem.reports.queries.scope import below

MOST = 400
"""So many projects at most stand on one board."""
MOST_PARTS = 400


@dataclass
class Card:
    """A project with the gate that is next; `phase` in its own words, `stage` where it stands beside others, `stages` where its method has a
    phase at all."""

    use: MethodUse
    stage: str
    phase: str
    gate: Gate | None
    passed: int
    of: int
    stages: tuple[str, ...] = ()
    key: str = ""


@dataclass
class Board:
    cards: dict[str, list[Card]] = field(default_factory=dict)
    count: int = 0
    without: int = 0

    @property
    def left_off(self) -> bool:
        return self.count > MOST


def board(user: Any, space: Space | None) -> Board:
    """Live projects of a place that follow a method, by stage; five queries, however many, and one more where there are more than stand on it."""
    live = Project.objects.visible_to(user).exclude(state__in=(Project.State.DONE, Project.State.CANCELLED))
    if space is not None:
        live = live.filter(space_id__among=below(user, space.pk))
    uses = MethodUse.objects.visible_to(user).current().filter(project__in=live).select_related("project__space", "project__owner", "method_version__method")
    found = list(uses.order_by("project__name")[: MOST + 1])
    projects = [use.project_id for use in found[:MOST]]
    gates, parts = gates_of(user, projects), phases_of(user, projects)
    count = len(found) if len(found) <= MOST else uses.count()
    made = Board(count=count, without=live.exclude(method_uses__ended_at=None, method_uses__isnull=False).count())
    for use in found[:MOST]:
        card = card_of(use, gates.get(use.project_id, []), parts.get(use.project_id, []))
        made.cards.setdefault(card.stage, []).append(card)
    return made


def card_of(use: MethodUse, gates: Sequence[Gate], parts: Iterable[MethodPart]) -> Card:
    """Where a project stands (`phases.at`), with its first gate that is not passed."""
    in_force = [gate for gate in gates if not gate.is_left_out]
    coming = next((gate for gate in in_force if gate.state != Gate.State.PASSED), None)
    found = phases.of(use.method_version.content, parts)
    now = found[phases.at(found, in_force)]
    stages = tuple(dict.fromkeys(phase.stage for phase in found if not phase.is_left_out))
    return Card(use, now.stage, now.name, coming, sum(gate.state == Gate.State.PASSED for gate in in_force), len(in_force), stages, now.key)


def phases_of(user: Any, projects: Iterable[int]) -> dict[int, list[MethodPart]]:
    found: dict[int, list[MethodPart]] = {}
    rows = MethodPart.objects.visible_to(user).filter(project__in=list(projects), kind=MethodPart.Kind.PHASE, ended_at=None)
    for part in rows.select_related("item__state"):
        found.setdefault(part.project_id, []).append(part)
    return found


def gates_of(user: Any, projects: Iterable[int]) -> dict[int, list[Gate]]:
    found: dict[int, list[Gate]] = {}
    for gate in Gate.objects.visible_to(user).filter(project__in=list(projects)).select_related("item__state").order_by("rank", "id"):
        found.setdefault(gate.project_id, []).append(gate)
    return found


def look_up(user: Any, rows: list[Any]) -> None:
    """Sets the last verdict that counts on each gate, and what its phase is called; two queries."""
    given = GateVerdict.objects.visible_to(user).filter(gate__in=rows, state=GateVerdict.State.GIVEN).order_by("gate_id", "-number").distinct("gate_id")
    known = {one.gate_id: one for one in given}
    names = MethodPart.objects.visible_to(user).filter(project__in={row.project_id for row in rows}, kind=MethodPart.Kind.PHASE).values_list("project_id", "key", "name")
    phases = {(project, key): name for project, key, name in names}
    for row in rows:
        row.last_verdict, row.phase_name = known.get(row.pk), phases.get((row.project_id, row.phase), row.phase)


def use_of(user: Any, project: Project) -> MethodUse | None:
    return MethodUse.objects.visible_to(user).current().filter(project=project).select_related("project__space", "project__owner", "method_version__method").first()


def parts(user: Any, project: Project) -> list[MethodPart]:
    return list(MethodPart.objects.visible_to(user).filter(project=project, ended_at=None).select_related("item__state", "person", "decided_by")[:MOST_PARTS])


def followers(user: Any, version: MethodVersion) -> list[MethodUse]:
    """Live projects on any version of the method, as far as the reader sees them."""
    rows = MethodUse.objects.visible_to(user).current().filter(method_version__method=version.method_id)
    rows = rows.exclude(project__state__in=(Project.State.DONE, Project.State.CANCELLED)).select_related("project__space", "method_version")
    return list(rows.order_by("project__name")[:MOST])


def follower_counts(user: Any, methods: list[int]) -> dict[int, int]:
    rows = MethodUse.objects.visible_to(user).current().filter(method_version__method__in=methods)
    rows = rows.exclude(project__state__in=(Project.State.DONE, Project.State.CANCELLED))
    return dict(rows.order_by().values_list("method_version__method").annotate(Count("id")))
