"""A project follows a method: begun from it, taken up later, brought to a newer version, tailored with reasons."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from tandem.governance import method_content
from tandem.governance.actions import method_parts, pack_uses
from tandem.governance.method_content import Difference
from tandem.governance.models import Gate, GateCriterion, GateVerdict, MethodPart, MethodUse, MethodVersion
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.dates import DAY_MINUTES
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.people.scoping import members_of
from tandem.portfolio.models import Project
from tandem.work.actions import checklists, links, work_items, workflows
from tandem.work.actions.projects import open_project
from tandem.work.models import ChecklistEntry, Link, WorkItem, WorkItemType

_DO = Permission.EDIT_PLAN
_K = MethodPart.Kind


def start_project(*, actor: Any, parent: Space, method_version: MethodVersion, name: str, starts_on: date, pack: str = "", **values: Any) -> Project:
    """A project with everything that the version says: states, phases, deliverables with their checklists, gates in the plan, roles; with the
    controls of an industry pack, where one is named."""
    states = [(row["name"], row["category"]) for row in method_version.content["states"]]
    with transaction.atomic():
        project = open_project(actor=actor, parent=parent, name=name, starts_on=starts_on, with_workflow=not states, **values)
        if states:
            workflows.give_default(actor=actor, space=project.space, states=states)
        take_up(actor=actor, project=project, method_version=method_version, starts_on=starts_on)
        if pack:
            pack_uses.take(actor=actor, project=project, pack=pack)
    return project


def take_up(*, actor: Any, project: Project, method_version: MethodVersion, starts_on: date) -> MethodUse:
    """A project that follows none yet: phases, deliverables and gates come into its plan; its states stay as they are."""
    require(actor, _DO, project.space_id)
    _check_published(project, method_version)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True, of=("self",)).get(pk=project.pk)
        if MethodUse.objects.current().filter(project=project).exists():
            raise Refused("method_followed_already")
        if project.gates.exists():
            raise Refused("method_followed_before")
        use = _began(actor, project, method_version, starts_on)
        _Plan(actor, project, starts_on).make(method_version.content)
        record("project.follows_method", project, actor=actor, changes={"method_version": [None, method_version.pk], "starts_on": [None, starts_on]})
    return use


def upgrade(*, actor: Any, method_use: MethodUse, version: int | None, method_version: MethodVersion) -> MethodUse:
    """To a newer published version of the same method, all of its differences in one step. What was tailored stays as it was decided;
    what was passed or finished stays as it is."""
    require(actor, _DO, method_use.space_id)
    before, project = method_use.method_version, method_use.project
    if method_use.ended_at is not None or method_version.method_id != before.method_id or method_version.number <= before.number:
        raise Refused("method_no_newer", field="method_version_id")
    _check_published(project, method_version)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True, of=("self",)).get(pk=project.pk)
        moment = clock.now()
        method_use.write(expected=version, ended_at=moment)
        use = _began(actor, project, method_version, method_use.starts_on)
        plan = _Plan(actor, project, method_use.starts_on)
        plan.follow(method_version.content, differences(before, method_version))
        record("project.upgraded_method", project, actor=actor, changes={"method_version": [before.pk, method_version.pk], **({"not_made": [None, ", ".join(plan.skipped)]} if plan.skipped else {})})
    return use


def differences(before: MethodVersion, after: MethodVersion) -> list[Difference]:
    return method_content.compared(before.content, after.content)


def _check_published(project: Project, version: MethodVersion) -> None:
    if version.published_at is None:
        raise Refused("method_unpublished", field="method_version_id")
    at: Space | None = project.space
    while at is not None and at.pk != version.space_id:
        at = at.parent
    if at is None:
        raise Refused("method_of_elsewhere", field="method_version_id")


def _began(actor: Any, project: Project, version: MethodVersion, starts_on: date) -> MethodUse:
    return MethodUse.objects.create(space_id=project.space_id, project=project, method_version=version, starts_on=starts_on, began_at=clock.now(), by=actor)


def _working_days_on(day: date, count: int) -> date:
    """The last of so many working days from Monday to Friday that begin with `day`; holidays are the business of the computed plan."""
    while day.weekday() > 4:
        day += timedelta(1)
    for _number in range(max(count, 1) - 1):
        day += timedelta(3 if day.weekday() == 4 else 1)
    return day


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


@dataclass
class _Plan:
    """Makes the parts of a version in a project, from its first day on."""

    actor: Any
    project: Project
    day: date
    phases: dict[str, MethodPart] = field(default_factory=dict)
    over: frozenset[str] = frozenset()
    skipped: list[str] = field(default_factory=list)

    def make(self, content: method_content.Content) -> None:
        last: WorkItem | None = None
        for rank, phase in enumerate(content["phases"]):
            last = self._phase(content, rank, phase, last)
        for section in ("roles", "reports", "kpis"):
            for rank, row in enumerate(content[section]):
                part = self._part(method_content.KINDS[section], row, rank)
                owner = self.project.owner
                if part.kind == _K.ROLE and part.key == "manager" and owner is not None and members_of(self.project.space_id).filter(user=owner).exists():
                    method_parts.assign(self.actor, part, None, owner)

    def _phase(self, content: method_content.Content, rank: int, phase: dict[str, Any], before: WorkItem | None) -> WorkItem | None:
        begins, ends = _working_days_on(self.day, 1), _working_days_on(self.day, phase["days"])
        whole = self._item(phase["name"], begins, ends, type=self._type_of_phase(), is_summary=True)
        part = self.phases[phase["key"]] = self._part(_K.PHASE, phase, rank, whole)
        made = [self._deliverable(row, number, part, (begins, ends), phase["days"]) for number, row in enumerate(content["deliverables"]) if row["phase"] == phase["key"]]
        for item in made if before is not None else ():
            links.create(actor=self.actor, source=before, target=item, kind=Link.Kind.FS)  # type: ignore[arg-type]
        gate = next(((number, row) for number, row in enumerate(content["gates"]) if row["phase"] == phase["key"]), None)
        milestone = self._gate(gate[1], gate[0], part, ends, made) if gate else None
        self.day = _working_days_on(ends + timedelta(1), 1)
        return milestone or before

    def _item(self, title: str, begins: date, ends: date, **values: Any) -> WorkItem:
        return work_items.create(actor=self.actor, space=self.project.space, title=title, planned_start=_at(begins, 9), planned_finish=_at(ends, 17), **values)

    def _type_of_phase(self) -> WorkItemType | None:
        return WorkItemType.objects.filter(space=self.project.space_id, level__gte=3).active().order_by("level", "rank").first()

    def _part(self, kind: str, row: dict[str, Any], rank: int, item: WorkItem | None = None) -> MethodPart:
        made = MethodPart.objects.create(space_id=self.project.space_id, project=self.project, kind=kind, key=row["key"], name=row["name"], rank=rank, phase=row.get("phase", ""), item=item)
        record("method_part.added", made, actor=self.actor, changes={"kind": [None, kind], "name": [None, row["name"]], **({"item": [None, item.pk]} if item else {})})
        return made

    def _deliverable(self, row: dict[str, Any], rank: int, phase: MethodPart, span: tuple[date, date], days: int) -> WorkItem:
        item = self._item(row["name"], *span, parent=phase.item, duration_minutes=max(days, 1) * DAY_MINUTES)
        if row["checklist"]:
            checklists.add(actor=self.actor, item=item, text="\n".join(row["checklist"]))
        self._part(_K.DELIVERABLE, row, rank, item)
        return item

    def _gate(self, row: dict[str, Any], rank: int, phase: MethodPart, due: date, made: list[WorkItem]) -> WorkItem:
        item = self._item(row["name"], due, due, parent=phase.item, is_milestone=True)
        for one in made:
            links.create(actor=self.actor, source=one, target=item, kind=Link.Kind.FS)
        self._part(_K.GATE, row, rank, item)
        gate = Gate.objects.create(
            space_id=self.project.space_id, project=self.project, key=row["key"], name=row["name"], phase=row["phase"], rank=rank, due_on=due, item=item,
            reviewers=row["reviewers"],
        )  # fmt: skip
        self._criteria(gate, row["criteria"])
        record("gate.created", gate, actor=self.actor, changes={"name": [None, row["name"]], "due_on": [None, due]})
        return item

    def _criteria(self, gate: Gate, rows: list[dict[str, Any]]) -> None:
        """As the version says; what was judged of the same criterion stands."""
        known = {one.key: one for one in gate.criteria.all()}
        for rank, row in enumerate(rows):
            values = {"text": row["text"], "kind": row["kind"], "limit": row["limit"], "rank": rank}
            one = known.pop(row["key"], None)
            if one is None:
                GateCriterion.objects.create(space_id=gate.space_id, gate=gate, key=row["key"], **values)
            elif any(getattr(one, name) != value for name, value in values.items()):
                asks_else = one.kind != row["kind"] or one.text != row["text"]
                one.write(expected=None, **values, **(method_parts.UNJUDGED if asks_else else {}))
        GateCriterion.objects.filter(pk__in=[one.pk for one in known.values()]).delete()

    def follow(self, content: method_content.Content, found: list[Difference]) -> None:
        """Makes what is new, renames what is called something else, takes leave of what is no longer asked for: its work items stay. Of a
        phase that is over nothing is made any more."""
        self.phases = {one.key: one for one in MethodPart.objects.filter(project=self.project, kind=_K.PHASE).select_related("item")}
        self.over = self._phases_over([row["key"] for row in content["phases"]])
        for one in found:
            if one.section == "states":
                workflows.ensure_states(actor=self.actor, space=self.project.space, states=[(one.now["name"], one.now["category"])] if one.now else [])
            elif one.now is None:
                self._leave(one)
            elif one.was is None:
                self._add(content, one)
            else:
                self._changed(one)
        for section, kind in method_content.KINDS.items():
            for rank, row in enumerate(content[section]):
                MethodPart.objects.filter(project=self.project, kind=kind, key=row["key"]).exclude(rank=rank).update(rank=rank)
                for gate in Gate.objects.filter(project=self.project, key=row["key"]) if kind == _K.GATE else ():
                    method_parts.set_gate(self.actor, gate, rank=rank)

    def _phases_over(self, keys: list[str]) -> frozenset[str]:
        """Finished, or at the last gate that was decided or before it."""
        done = {key for key, part in self.phases.items() if part.item is not None and part.item.is_done}
        decided = set(Gate.objects.filter(project=self.project, state__in=(Gate.State.PASSED, Gate.State.KILLED)).values_list("phase", flat=True))
        last = max((keys.index(key) for key in decided if key in keys), default=-1)
        return frozenset(done | decided | set(keys[: last + 1]))

    def _leave(self, one: Difference) -> None:
        kind = method_content.KINDS[one.section]
        part = MethodPart.objects.filter(project=self.project, kind=kind, key=one.key, ended_at=None).first()
        if part is not None:
            part.write(expected=None, ended_at=clock.now())
            record("method_part.ended", part, actor=self.actor, changes={"name": [part.name, None]})
        if kind == _K.GATE:
            for gate in Gate.objects.open().filter(project=self.project, key=one.key):
                self._take_back(gate)
                method_parts.set_gate(self.actor, gate, is_left_out=True)

    def _take_back(self, gate: Gate) -> None:
        """A verdict that waits was meant for the gate as it was."""
        for row in gate.verdicts.filter(state=GateVerdict.State.WAITING):
            row.write(expected=None, state=GateVerdict.State.WITHDRAWN)
            record("gate_verdict.withdrawn", gate, actor=self.actor, changes={"verdict": [row.verdict, None]})

    def _add(self, content: method_content.Content, one: Difference) -> None:
        kind, row = method_content.KINDS[one.section], one.now or {}
        rank = [each["key"] for each in content[one.section]].index(one.key)
        if kind in (_K.DELIVERABLE, _K.GATE) and row["phase"] in self.over:
            self.skipped.append(row["name"])
            return
        again = MethodPart.objects.filter(project=self.project, kind=kind, key=one.key).first()
        if again is not None:  # it was asked for in an earlier version
            again.write(expected=None, ended_at=None, name=row["name"], rank=rank, phase=row.get("phase", ""))
            record("method_part.added", again, actor=self.actor, changes={"kind": [None, kind], "name": [None, row["name"]]})
            for gate in Gate.objects.open_or_left_out().filter(project=self.project, key=one.key) if kind == _K.GATE else ():
                method_parts.set_gate(self.actor, gate, is_left_out=again.is_left_out)
            self._bring(again, row)
            return
        if kind == _K.PHASE:
            before = self.phases.get(content["phases"][rank - 1]["key"]) if rank else None
            self.day = self._span(before)[1] + timedelta(1) if before else self.day
            self._phase({**content, "gates": [], "deliverables": []}, rank, row, None)
            return
        phase = self.phases.get(row.get("phase", ""))
        span = self._span(phase)
        if kind == _K.DELIVERABLE and phase is not None:
            self._deliverable(row, rank, phase, span, next(each["days"] for each in content["phases"] if each["key"] == row["phase"]))
        elif kind == _K.GATE and phase is not None:
            parts = MethodPart.objects.kept().filter(project=self.project, kind=_K.DELIVERABLE, item__parent=phase.item_id).select_related("item")
            self._gate(row, rank, phase, span[1], [part.item for part in parts])
        else:
            self._part(kind, row, rank)

    def _span(self, phase: MethodPart | None) -> tuple[date, date]:
        item = phase.item if phase else None
        if item is None or item.planned_start is None or item.planned_finish is None:
            return clock.today(), clock.today()
        return timezone.localdate(item.planned_start), timezone.localdate(item.planned_finish)

    def _changed(self, one: Difference) -> None:
        kind, row = method_content.KINDS[one.section], one.now or {}
        part = MethodPart.objects.filter(project=self.project, kind=kind, key=one.key, ended_at=None).select_related("item").first()
        if part is None:
            return
        if part.phase != row.get("phase", "") and not {part.phase, row["phase"]} & self.over:
            before = part.phase
            part.write(expected=None, phase=row["phase"])
            record("method_part.moved", part, actor=self.actor, changes={"phase": [before, row["phase"]]})
        if part.name != row["name"] and not part.is_renamed:
            method_parts.call(actor=self.actor, part=part, name=row["name"])
        self._bring(part, row)

    def _bring(self, part: MethodPart, row: dict[str, Any]) -> None:
        """What is not finished and not decided asks what the version asks."""
        if part.kind == _K.DELIVERABLE and part.item is not None and part.item.removed_at is None and not part.item.is_done:
            there = set(ChecklistEntry.objects.filter(item=part.item).values_list("text", flat=True))  # also what was struck out
            more = [text for text in row["checklist"] if text not in there]
            if more:
                checklists.add(actor=self.actor, item=part.item, text="\n".join(more))
        for gate in Gate.objects.open_or_left_out().filter(project=self.project, key=part.key) if part.kind == _K.GATE else ():
            self._criteria(gate, row["criteria"])
            if gate.reviewers != row["reviewers"]:
                self._take_back(gate)
            gate.write(expected=None, name=part.name, reviewers=row["reviewers"], phase=part.phase)
            record("gate.changed", gate, actor=self.actor, changes={"criteria": [None, len(row["criteria"])]})
