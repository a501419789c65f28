"""The parts of a version become records of a project: phases, deliverables with their checklists, gates in the plan, roles.

What an industry pack adds is made in the same way, with its `pack` named."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from tandem.collaboration.models import Comment
from tandem.governance import method_content
from tandem.governance.actions import method_parts
from tandem.governance.method_content import Difference
from tandem.governance.models import Gate, GateCriterion, GateVerdict, MethodPart
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.dates import DAY_MINUTES
from tandem.kit.errors import Refused
from tandem.people.scoping import members_of
from tandem.portfolio.models import Project
from tandem.work.actions import checklists, links, work_items, workflows
from tandem.work.models import ChecklistEntry, Link, State, WorkItem, WorkItemType

_K = MethodPart.Kind


def working_days_on(day: date, count: int) -> date:
    """The last of so many working days from Monday to Friday that begin with `day`; holidays are the business of the computed plan."""
    while day.weekday() > 4:
        day += timedelta(1)
    for _number in range(max(count, 1) - 1):
        day += timedelta(3 if day.weekday() == 4 else 1)
    return day


def hold_gates(project_id: int) -> None:
    """Locked until the transaction ends, before anything of the plan is: what is decided or judged at a gate comes before or after."""
    list(Gate.objects.select_for_update(of=("self",)).filter(project=project_id).order_by("pk").values_list("pk"))


def _entries(points: list[str]) -> list[str]:
    """As they stand in a checklist."""
    return [text for text, _is_done in checklists.lines("\n".join(points))]


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


@dataclass
class Plan:
    """Makes the parts of a version in a project, from its first day on. `pack`: those of an industry pack, at the `days` and `ranks` that are
    given for their keys; what of them leaves with work begun on it is named in `stays`. `points`: what the pack writes into checklists, so that
    what somebody wrote there is known."""

    actor: Any
    project: Project
    day: date
    pack: str = ""
    days: dict[str, date] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    points: frozenset[str] = frozenset()
    phases: dict[str, MethodPart] = field(default_factory=dict)
    over: frozenset[str] = frozenset()
    skipped: list[str] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)

    def make(self, content: method_content.Content) -> None:
        hold_gates(self.project.pk)
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
        begins, ends = working_days_on(self.day, 1), working_days_on(self.day, phase["days"])
        whole = self._item(phase["name"], begins, ends, type=self._type_of_phase(), is_summary=True)
        part = self.phases[phase["key"]] = self._part(_K.PHASE, phase, rank, whole)
        made = [self._deliverable(row, number, part, (begins, ends), phase["days"]) for number, row in enumerate(content["deliverables"]) if row["phase"] == phase["key"]]
        for item in made if before is not None else ():
            links.create(actor=self.actor, source=before, target=item, kind=Link.Kind.FS)  # type: ignore[arg-type]
        gate = next(((number, row) for number, row in enumerate(content["gates"]) if row["phase"] == phase["key"]), None)
        milestone = self._gate(gate[1], gate[0], part, ends, made) if gate else None
        self.day = working_days_on(ends + timedelta(1), 1)
        return milestone or before

    def _item(self, title: str, begins: date, ends: date, **values: Any) -> WorkItem:
        return work_items.create(actor=self.actor, space=self.project.space, title=title, planned_start=_at(begins, 9), planned_finish=_at(ends, 17), **values)

    def _type_of_phase(self) -> WorkItemType | None:
        return WorkItemType.objects.filter(space=self.project.space_id, level__gte=3).active().order_by("level", "rank").first()

    def _part(self, kind: str, row: dict[str, Any], rank: int, item: WorkItem | None = None) -> MethodPart:
        made = MethodPart.objects.create(
            space_id=self.project.space_id, project=self.project, pack=self.pack, kind=kind, key=row["key"], name=row["name"], rank=rank, phase=row.get("phase", ""), item=item
        )
        record("method_part.added", made, actor=self.actor, changes={"kind": [None, kind], "name": [None, row["name"]], **({"item": [None, item.pk]} if item else {})})
        return made

    def _deliverable(self, row: dict[str, Any], rank: int, phase: MethodPart | None, span: tuple[date, date], days: int) -> WorkItem:
        item = self._listed(row, phase, span, days)
        self._part(_K.DELIVERABLE, row, rank, item)
        return item

    def _listed(self, row: dict[str, Any], phase: MethodPart | None, span: tuple[date, date], days: int) -> WorkItem:
        item = self._item(row["name"], *span, parent=phase.item if phase else None, duration_minutes=max(days, 1) * DAY_MINUTES)
        if row["checklist"]:
            checklists.add(actor=self.actor, item=item, text="\n".join(row["checklist"]))
        return item

    def _gate(self, row: dict[str, Any], rank: int, phase: MethodPart | None, due: date, made: list[WorkItem]) -> WorkItem:
        item = self._item(row["name"], due, due, parent=phase.item if phase else None, is_milestone=True)
        for one in made:
            links.create(actor=self.actor, source=one, target=item, kind=Link.Kind.FS)
        self._part(_K.GATE, row, rank, item)
        gate = Gate.objects.create(
            space_id=self.project.space_id, project=self.project, pack=self.pack, key=row["key"], name=row["name"], phase=row["phase"], rank=rank, due_on=due,
            item=item, reviewers=row["reviewers"],
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
        hold_gates(self.project.pk)
        self.phases = {one.key: one for one in MethodPart.objects.filter(project=self.project, kind=_K.PHASE).select_related("item")}
        self.over = frozenset() if self.pack else self.phases_over([row["key"] for row in content["phases"]])
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
            for number, row in enumerate(content.get(section, [])):
                rank = self.ranks.get(row["key"], number)
                MethodPart.objects.filter(project=self.project, kind=kind, key=row["key"]).exclude(rank=rank).update(rank=rank)
                for gate in Gate.objects.filter(project=self.project, key=row["key"]) if kind == _K.GATE else ():
                    method_parts.set_gate(self.actor, gate, rank=rank)

    def phases_over(self, keys: list[str]) -> frozenset[str]:
        """Finished, or at the last gate that was decided or before it. Where only packs have gates, all of them are."""
        done = {key for key, part in self.phases.items() if part.item is not None and part.item.is_done}
        rows = list(Gate.objects.in_force().filter(project=self.project).values_list("phase", "pack", "state"))
        is_open = {phase for phase, _pack, state in rows if state in (Gate.State.OPEN, Gate.State.HELD)}
        decided = {phase for phase, pack, state in rows if state in (Gate.State.PASSED, Gate.State.KILLED) and not (pack and phase in is_open)}
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
                if gate.state == Gate.State.HELD:  # nothing would let the project run again
                    raise Refused("pack_gate_held", name=gate.name)
                self._take_back(gate)
                method_parts.set_gate(self.actor, gate, is_left_out=True)
        if part is not None and self.pack:
            self._clear(part)

    def _clear(self, part: MethodPart) -> None:
        """What nobody has begun goes out of the plan; the rest stays in it as any other work."""
        if part.kind == _K.GATE and Gate.objects.filter(project=self.project, key=part.key).exclude(state__in=(Gate.State.OPEN, Gate.State.HELD)).exists():
            self.stays.append(part.name)
            return
        item = part.item
        if item is None or item.removed_at is not None:
            return
        if self._is_begun(item):
            self.stays.append(part.name)
        else:
            work_items.remove(actor=self.actor, item=item, version=None)

    def _is_begun(self, item: WorkItem) -> bool:
        """Moved on, worked at, ticked, discussed, or with points and parts of somebody's own."""
        if item.state.category != State.Category.TO_DO or item.percent_complete or item.logged_minutes:
            return True
        entries = ChecklistEntry.objects.filter(item=item)
        if entries.present().filter(Q(is_done=True) | ~Q(text__in=_entries([*self.points]))).exists() or entries.filter(became__removed_at=None, became__isnull=False).exists():
            return True
        return item.children.filter(removed_at=None).exists() or Comment.objects.on(item).exists()

    def _take_back(self, gate: Gate) -> None:
        """A verdict that waits was meant for the gate as it was."""
        for row in gate.verdicts.filter(state=GateVerdict.State.WAITING):
            row.write(expected=None, state=GateVerdict.State.WITHDRAWN)
            record("gate_verdict.withdrawn", gate, actor=self.actor, changes={"verdict": [row.verdict, None]})

    def _add(self, content: method_content.Content, one: Difference) -> None:
        kind, row = method_content.KINDS[one.section], one.now or {}
        rank = self.ranks.get(one.key, [each["key"] for each in content[one.section]].index(one.key))
        if kind in (_K.DELIVERABLE, _K.GATE) and row["phase"] in self.over:
            self.skipped.append(row["name"])
            return
        again = MethodPart.objects.filter(project=self.project, kind=kind, key=one.key).first()
        if again is not None:  # it was asked for in an earlier version
            again.write(expected=None, ended_at=None, name=row["name"], rank=rank, phase=row.get("phase", ""))
            record("method_part.added", again, actor=self.actor, changes={"kind": [None, kind], "name": [None, row["name"]]})
            if self.pack:
                self._come_back(again, row)
            for gate in Gate.objects.open_or_left_out().filter(project=self.project, key=one.key) if kind == _K.GATE else ():
                method_parts.set_gate(self.actor, gate, is_left_out=again.is_left_out)
                self._put_off(gate)
            self._bring(again, row)
            return
        if kind == _K.PHASE:
            before = self.phases.get(content["phases"][rank - 1]["key"]) if rank else None
            self.day = self._span(before)[1] + timedelta(1) if before else self.day
            self._phase({**content, "gates": [], "deliverables": []}, rank, row, None)
            return
        phase = self.phases.get(row.get("phase", ""))
        day = self.days.get(one.key)
        span = (day, day) if day else self._span(phase)
        if kind == _K.DELIVERABLE and (phase is not None or self.pack):
            self._deliverable(row, rank, phase, span, next((each["days"] for each in content.get("phases", []) if each["key"] == row["phase"]), 1))
        elif kind == _K.GATE and (phase is not None or self.pack):
            parts = MethodPart.objects.kept().filter(project=self.project, kind=_K.DELIVERABLE, phase=row["phase"], item__removed_at=None, item__isnull=False).select_related("item")
            self._gate(row, rank, phase, span[1], [part.item for part in parts])
        else:
            self._part(kind, row, rank)

    def _put_off(self, gate: Gate) -> None:
        """One that was due while nobody asked for it is due when a new one would be."""
        day = self.days.get(gate.key)
        if day is None or gate.due_on >= clock.today():
            return
        method_parts.set_gate(self.actor, gate, due_on=day)
        if gate.item is not None and gate.item.removed_at is None:
            work_items.change(actor=self.actor, item=gate.item, version=None, planned_start=_at(day, 9), planned_finish=_at(day, 17))

    def _come_back(self, part: MethodPart, row: dict[str, Any]) -> None:
        """Its work item stands again; another one where that has moved elsewhere or has nothing to be a part of any more."""
        item = part.item
        if part.kind == _K.ROLE or (item is not None and item.removed_at is None):
            return
        if item is not None and item.moved_to_id is None and (item.parent is None or item.parent.removed_at is None):
            work_items.restore(actor=self.actor, item=item, version=None)
            return
        phase, day = self.phases.get(part.phase), self.days[part.key]
        above = phase if phase is not None and phase.item is not None and phase.item.removed_at is None else None
        if part.kind == _K.DELIVERABLE:
            part.write(expected=None, item=self._listed(row, above, (day, day), 1))
        for gate in Gate.objects.open_or_left_out().filter(project=self.project, key=part.key) if part.kind == _K.GATE else ():
            made = self._item(part.name, gate.due_on, gate.due_on, parent=above.item if above else None, is_milestone=True)
            part.write(expected=None, item=made)
            gate.write(expected=None, item=made)

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
        if self.pack and kind == _K.DELIVERABLE and part.item is not None and not part.item.is_done:
            gone = set(_entries((one.was or row)["checklist"])) - set(_entries(row["checklist"]))
            for entry in ChecklistEntry.objects.open().filter(item=part.item, text__in=gone):
                checklists.remove(actor=self.actor, entry=entry)
        self._bring(part, row)

    def _bring(self, part: MethodPart, row: dict[str, Any]) -> None:
        """What is not finished and not decided asks what the version asks."""
        if part.kind == _K.DELIVERABLE and part.item is not None and part.item.removed_at is None and not part.item.is_done:
            entries = ChecklistEntry.objects.filter(item=part.item)  # of a method also what was struck out; a pack asks for it
            there = set((entries.filter(Q(removed_at=None) | Q(became__isnull=False)) if self.pack else entries).values_list("text", flat=True))
            more = [text for text in _entries(row["checklist"]) if text not in there]
            if more:
                checklists.add(actor=self.actor, item=part.item, text="\n".join(more))
        for gate in Gate.objects.open_or_left_out().filter(project=self.project, key=part.key) if part.kind == _K.GATE else ():
            self._criteria(gate, row["criteria"])
            if gate.reviewers != row["reviewers"]:
                self._take_back(gate)
            gate.write(expected=None, name=part.name, reviewers=row["reviewers"], phase=part.phase)
            record("gate.changed", gate, actor=self.actor, changes={"criteria": [None, len(row["criteria"])]})
