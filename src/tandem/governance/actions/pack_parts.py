"""Roles, checklists and gates of an industry pack become records of a project, beside those of its method and in the same way."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import get_language

from tandem.governance import method_content, pack_content
from tandem.governance.actions import method_parts
from tandem.governance.actions.method_plan import Plan, hold_gates, working_days_on
from tandem.governance.method_content import STAGES, Content
from tandem.governance.models import Gate, MethodPart, MethodUse, PackUse
from tandem.governance.pack_content import key_of
from tandem.history.record import record
from tandem.kit import clock
from tandem.people.access import Permission, require
from tandem.portfolio.models import Project
from tandem.work.models import WorkItem

_K = MethodPart.Kind
PARTS = ("roles", "deliverables", "gates")
"In the terms of a method: a checklist is a deliverable."
_WITHOUT_PLAN = timedelta(150)


@dataclass
class _Places:
    """Where what a pack asks stands in a project: the phases of its method, or the stages while it follows none."""

    phases: list[tuple[str, int]]
    "Key and number of its stage, in order."
    gates: list[str]
    "The phase of each gate of the method."
    over: frozenset[str]
    finishes: dict[str, date]
    end: date
    "Of the work that is planned: where there is no method, the days lie evenly until then."

    def phase(self, stage: str) -> str:
        """The last one that stands no later; what is over takes nothing new."""
        if not self.phases:
            return stage
        number = STAGES.index(stage)
        at = max((n for n, (_key, one) in enumerate(self.phases) if one <= number), default=0)
        return next((key for key, _one in self.phases[at:] if key not in self.over), self.phases[at][0])

    def rank(self, phase: str) -> int:
        """As the gate of its phase: neither waits for the other, later ones wait for both."""
        if not self.phases:
            return STAGES.index(phase)
        order = [key for key, _stage in self.phases]
        return sum(one in order[: order.index(phase)] for one in self.gates) if phase in order else 0

    def day(self, phase: str) -> date:
        today = clock.today()
        if self.phases:
            return max(self.finishes.get(phase, today), today)
        return working_days_on(today + (self.end - today) * (STAGES.index(phase) + 1) / len(STAGES), 1)


def _places(project: Project) -> _Places:
    use = MethodUse.objects.current().filter(project=project).select_related("method_version").first()
    content = use.method_version.content if use else {"phases": [], "gates": []}
    parts = {part.key: part for part in MethodPart.objects.kept().filter(project=project, kind=_K.PHASE).select_related("item__state")}
    phases = [(row["key"], STAGES.index(row["stage"])) for row in content["phases"] if row["key"] in parts]
    over = Plan(None, project, clock.today(), phases=parts).phases_over([key for key, _stage in phases])
    finishes = {key: timezone.localdate(part.item.planned_finish) for key, part in parts.items() if part.item is not None and part.item.planned_finish is not None}
    last = WorkItem.objects.present().filter(space=project.space_id).aggregate(at=Max("planned_finish"))["at"]
    end = timezone.localdate(last) if last else clock.today()
    return _Places(phases, [row["phase"] for row in content["gates"]], over, finishes, end if end > clock.today() else clock.today() + _WITHOUT_PLAN)


@dataclass
class _Asked:
    """What a pack asks in the terms of a method, under the keys that it has in a project."""

    content: Content
    ranks: dict[str, int] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)


def _asked(pack: str, content: Content, places: _Places) -> _Asked:
    def key(row: dict[str, Any]) -> str:
        return key_of(pack, row["key"])

    roles = [{**row, "key": key(row)} for row in content.get("roles", [])]
    lists = [{"key": key(row), "name": row["name"], "phase": places.phase(row["stage"]), "checklist": row["points"]} for row in content.get("checklists", [])]
    gates = [
        {"key": key(row), "name": row["name"], "phase": places.phase(row["stage"]), "reviewers": [key_of(pack, one) for one in row["reviewers"]], "criteria": row["criteria"]}
        for row in content.get("gates", [])
    ]
    placed = [*lists, *gates]
    return _Asked(
        {"roles": roles, "deliverables": lists, "gates": gates}, {row["key"]: places.rank(row["phase"]) for row in gates}, {row["key"]: places.day(row["phase"]) for row in placed}
    )


def _plan(actor: Any, use: PackUse, asked: _Asked, points: frozenset[str] = frozenset()) -> Plan:
    return Plan(actor, use.project, clock.today(), pack=use.pack, days=asked.days, ranks=asked.ranks, points=points)


def bring(*, actor: Any, use: PackUse) -> int:
    """Makes what the pack asks for and the project does not have, or has no work item of any more; how many parts that were."""
    asked = _asked(use.pack, pack_content.asked(use, actor.language or get_language() or "en"), _places(use.project))
    rows = MethodPart.objects.filter(project=use.project_id, pack=use.pack, ended_at=None)
    gone = Q(kind=_K.DELIVERABLE, is_left_out=False) & (Q(item=None) | Q(item__removed_at__isnull=False))
    there = set(rows.exclude(gone).values_list("kind", "key"))
    held: Content = {section: [row for row in asked.content[section] if (method_content.KINDS[section], row["key"]) in there] for section in PARTS}
    found = method_content.compared(held, asked.content, PARTS)
    if found:
        _plan(actor, use, asked).follow(asked.content, found)
    return len(found)


def follow(*, actor: Any, use: PackUse, before: Content, after: Content) -> None:
    """The differences between two versions, all in one step; what nobody has begun of what is gone leaves the plan."""
    places = _places(use.project)
    was, now = _asked(use.pack, before, places), _asked(use.pack, after, places)
    _plan(actor, use, now, pack_content.points(before)).follow(now.content, method_content.compared(was.content, now.content, PARTS))


def leave(*, actor: Any, use: PackUse) -> list[str]:
    """Takes leave of all of it: what was decided, begun or ticked stays, and is named. Once somebody has judged, reviewed or taken a role, it is
    not for who manages the project to do away with the gates; a gate that holds the project is decided on first."""
    hold_gates(use.project_id)
    rows = Gate.objects.filter(project=use.project_id, pack=use.pack, is_left_out=False)
    is_touched = rows.filter(verdicts__isnull=False).exists() or rows.filter(criteria__judged_by__isnull=False).exists()
    if is_touched or MethodPart.objects.kept().filter(project=use.project_id, pack=use.pack, kind=_K.ROLE).exclude(person=None).exists():
        require(actor, Permission.EDIT_PORTFOLIO, use.space_id)
    kinds = {kind: section for section, kind in method_content.KINDS.items()}
    found = [
        method_content.Difference(kinds[kind], key, {"key": key, "name": name}, None)
        for kind, key, name in MethodPart.objects.filter(project=use.project_id, pack=use.pack, ended_at=None).order_by("rank", "id").values_list("kind", "key", "name")
    ]
    plan = _plan(actor, use, _Asked({}), pack_content.points(*(pack_content.asked(use, language) for language in ("en", "zh"))))
    plan.follow({}, found)
    return plan.stays


def place(*, actor: Any, project: Project) -> None:
    """The project has other phases now: what is open of its packs stands where it belongs among them. Days stay."""
    uses = list(PackUse.objects.filter(project=project).select_related("pack_version"))
    if not uses:
        return
    places = _places(project)
    known = {key for key, _stage in places.phases}
    for use in uses:
        asked = _asked(use.pack, pack_content.asked(use, "en"), places)
        wanted = {row["key"]: row["phase"] for section in ("deliverables", "gates") for row in asked.content[section]}
        for part in MethodPart.objects.filter(project=project, pack=use.pack, kind__in=(_K.DELIVERABLE, _K.GATE), ended_at=None):
            to = wanted.get(part.key, part.phase)
            if part.phase not in known and part.phase != to:
                before = part.phase
                part.write(expected=None, phase=to)
                record("method_part.moved", part, actor=actor, changes={"phase": [before, to]})
            for gate in Gate.objects.open_or_left_out().filter(project=project, key=part.key) if part.kind == _K.GATE else ():
                method_parts.set_gate(actor, gate, phase=part.phase, rank=places.rank(part.phase))
