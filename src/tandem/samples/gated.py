"""Loads what is worked by methods: projects begun from them, verdicts at their gates, a newer version that waits."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from tandem.governance.actions import gate_verdicts, gates, method_parts, method_uses, methods, pack_uses
from tandem.governance.models import Gate, GateVerdict, Method, MethodPart, PackUse
from tandem.kit import clock
from tandem.people.actions import spaces
from tandem.people.models import Role
from tandem.portfolio.models import Project
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import Pair
from tandem.samples.words import gates as words
from tandem.strategy.actions import charters
from tandem.work.actions import checklists, work_items
from tandem.work.models import ChecklistEntry, State, WorkItem

_KINDS = MethodPart.Kind


class Gated:
    def __init__(self, place: Place, timeline: Timeline) -> None:
        self.place, self.timeline, self.lead = place, timeline, place.users["lead"]
        self.as_of = place.world.as_of
        self.projects: dict[str, Project] = {}

    def run(self) -> None:
        for frame in words.PROJECTS:
            self.timeline.add(self._ago(frame.ago, 9), partial(self._begin, frame))
        first, second, _third = words.PROJECTS
        self.timeline.add(self._ago(70, 9), partial(self._charter, first.key))
        for ago, key, part, is_ticked in ((60, "SHO", "need", True), (58, "SHO", "charter", True), (34, "SHO", "architecture", True), (18, "SHO", "roadmap", False), (20, "CAR", "interviews", True), (19, "CAR", "hypothesis", True), (8, "CRA", "charter", False)):  # fmt: skip
            self.timeline.add(self._ago(ago, 15), partial(self._finish, key, part, is_ticked))
        for criterion, (evidence, ago) in words.JUDGED.items():
            self.timeline.add(self._ago(ago, 11), partial(self._judge, "SHO", criterion, evidence))
        for gate, ago, verdict, reason, conditions in words.VERDICTS:
            self.timeline.add(self._ago(ago, 14), partial(self._decide, "SHO", gate, verdict, reason, conditions))
        self.timeline.add(self._ago(20, 10), partial(self._fulfil, "SHO"))
        gate, ago, reason = words.SCREEN
        self.timeline.add(self._ago(ago, 16), partial(self._decide, second.key, gate, "go", reason, ()))
        self.timeline.add(self._ago(40, 10), self._take_pack)
        for control, state, evidence, ago in words.SAID:
            self.timeline.add(self._ago(ago, 13), partial(self._say, control, state, evidence))
        self.timeline.add(self._ago(12, 10), self._leave_out)
        self.timeline.add(self._ago(10, 10), self._next_version)

    def _ago(self, days: int, hour: int) -> datetime:
        """Never before the organisation began."""
        return at(max(self.as_of - timedelta(days), self.place.world.began_on + timedelta(3)), hour)

    def _begin(self, frame: words.ByMethod) -> None:
        method = methods.take(actor=self.lead, space=self.place.root, key=frame.method, language=self.place.language)
        project = self.projects[frame.key] = method_uses.start_project(
            actor=self.lead, parent=self.place.spaces["PF"], method_version=methods.newest(method), name=self.place.say(frame.name), key=frame.key, starts_on=clock.today(),
            owner=self.place.users[frame.manager],
        )  # fmt: skip
        for code, role in ((frame.manager, Role.PROJECT_MANAGER), ("pm1", Role.PRODUCT_MANAGER)):
            spaces.grant(actor=self.place.users["admin"], space=project.space, user=self.place.users[code], role=role)
        self._give(project, "manager", frame.manager)
        self._give(project, "sponsor", frame.sponsor or "lead")
        self._give(project, "pmo", "lead")
        for gate, money in zip(project.gates.order_by("rank"), frame.money, strict=False):
            gates.set_release(actor=self.lead, gate=gate, amount=Decimal(1000 * money), currency="EUR")

    def _give(self, project: Project, role: str, code: str) -> None:
        part = MethodPart.objects.filter(project=project, kind=_KINDS.ROLE, key=role).first()
        if part is not None:
            method_parts.give(actor=self.lead, method_part=part, version=None, person=self.place.users[code])

    def _charter(self, key: str) -> None:
        goal, scope, measures = (self.place.say(one) for one in words.CHARTER)
        row = charters.draft(actor=self.lead, space=self.projects[key].space, goal=goal, scope_in=scope, measures=measures)
        charters.sign(actor=self.lead, charter=row, version=None, side="pmo")
        charters.sign(actor=self.place.users["pm1"], charter=row, version=None, side="product")

    def _finish(self, key: str, part: str, is_ticked: bool) -> None:
        item = WorkItem.objects.get(pk=MethodPart.objects.get(project=self.projects[key], kind=_KINDS.DELIVERABLE, key=part).item_id)
        for entry in ChecklistEntry.objects.filter(item=item) if is_ticked else ():
            checklists.change(actor=self.lead, entry=entry, version=None, is_done=True)
        self._close(item)

    def _close(self, item: WorkItem) -> None:
        done = State.objects.filter(space=item.space_id, category=State.Category.DONE).in_order().first()
        work_items.change(actor=self.lead, item=item, version=None, state=done)

    def _gate(self, key: str, gate: str) -> Gate:
        return Gate.objects.select_related("project", "space").get(project=self.projects[key], key=gate)

    def _judge(self, key: str, criterion: str, evidence: Pair) -> None:
        gate = Gate.objects.open().filter(project=self.projects[key], criteria__key=criterion).first()
        if gate is not None:
            gates.judge(actor=self.lead, gate_criterion=gate.criteria.get(key=criterion), version=None, is_met=True, evidence=self.place.say(evidence))

    def _decide(self, key: str, gate_key: str, verdict: str, reason: Pair, conditions: tuple[Pair, ...]) -> None:
        """The sponsor gives it and the PMO seconds it, where there are two."""
        gate = self._gate(key, gate_key)
        manager = next(frame.manager for frame in words.PROJECTS if frame.key == key)
        asked: list[dict[str, Any]] = [{"title": self.place.say(one), "owner": self.place.users[manager].pk} for one in conditions]
        giver = next((one for one in gates.reviewers(gate) if one.pk != self.lead.pk), self.lead)
        row = gate_verdicts.give(
            actor=giver, gate=gate, version=None, verdict=verdict, reason=self.place.say(reason), digest=gate_verdicts.content(gate)[1], conditions=asked
        )
        if row.state == GateVerdict.State.WAITING:
            gate_verdicts.second(actor=self.lead, gate_verdict=row, version=None)

    def _fulfil(self, key: str) -> None:
        """What the verdict asked for is done."""
        for row in GateVerdict.objects.filter(gate__project=self.projects[key], state=GateVerdict.State.GIVEN):
            for condition in row.conditions:
                self._close(WorkItem.objects.get(pk=condition["item"]))

    def _take_pack(self) -> None:
        code, pack = words.PACK
        pack_uses.take(actor=self.lead, project=self.place.projects[code], pack=pack)

    def _say(self, control: str, state: str, evidence: Pair) -> None:
        pack_uses.say(actor=self.lead, pack_use=PackUse.objects.get(), control=control, state=state, evidence=self.place.say(evidence))

    def _leave_out(self) -> None:
        key, reason = words.LEFT_OUT
        part = MethodPart.objects.get(project=self.projects["CAR"], kind=_KINDS.DELIVERABLE, key=key)
        method_parts.tailor(actor=self.lead, method_part=part, version=None, reason=self.place.say(reason), is_left_out=True)

    def _next_version(self) -> None:
        """Of the hybrid method; the project that follows it has not gone over yet."""
        draft = methods.draft(actor=self.lead, method=Method.objects.get(origin="hybrid"))
        part = {"key": "privacy", "name": self.place.say(words.NEW_PART), "phase": "deliver", "checklist": [self.place.say(one) for one in words.NEW_CHECKS]}
        content = {**draft.content, "deliverables": [*draft.content["deliverables"], part]}
        methods.change_draft(actor=self.lead, method_version=draft, version=None, content=content, note=self.place.say(words.NOTE))
        methods.publish(actor=self.lead, method_version=draft, version=None)
