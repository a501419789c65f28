"""Loads what may happen and what has: risks with their responses, issues, reserves and the course of the exposure."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from tandem.governance.actions import (
    escalations,
    issues,
    risk_runs,
    risk_settings,
    risk_suggestions,
    risk_ties,
    risks,
)
from tandem.governance.models import Issue, Risk
from tandem.people.models import Space
from tandem.planning import risked
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import risks as words
from tandem.work.models import WorkItem

_COMPUTED_AGO = (28, 21, 14, 7, 1)


class Risked:
    """What the risks come to is left to the worker where `computed` is false, and where the simulation is not compiled yet: nobody waits for that."""

    def __init__(self, place: Place, timeline: Timeline, *, computed: bool = True) -> None:
        self.place, self.timeline, self.lead = place, timeline, place.users["lead"]
        self.computed = computed and risked.is_ready()
        self.as_of = place.world.as_of

    def run(self) -> None:
        for frame in words.RISKS:
            self.timeline.add(self._ago(frame.ago, 10), partial(self._name, frame))
        for happened in words.HAPPENED:
            self.timeline.add(self._ago(happened.ago, 14), partial(self._happen, happened))
        self.timeline.add(self._ago(30, 11), self._reserve)
        self.timeline.add(self._ago(3, 11), self._touch)
        self.timeline.add(self._ago(2, 8), self._answer)
        self.timeline.add(self._ago(1, 8), escalations.escalate)
        for ago in _COMPUTED_AGO if self.computed else ():
            self.timeline.add(self._ago(ago, 22), self._compute)

    def _ago(self, days: int, hour: int) -> datetime:
        """Never before the organisation began."""
        return at(max(self.as_of - timedelta(days), self.place.world.began_on + timedelta(3)), hour)

    def _name(self, frame: words.RiskFrame) -> None:
        say, project = self.place.say, self.place.projects[frame.project]
        answer = {}
        if frame.response:
            answer = {"response": frame.response, "response_plan": say(frame.plan), "response_cost": 1000 * frame.cost or None, "is_responded": frame.is_done}
        if frame.left:
            probability, days = frame.left
            answer |= {"residual_probability": probability, "residual_days": [days / 2, days, 2 * days], "residual_money": [500 * one for one in frame.money]}
        risks.create(
            actor=self.lead, space=project.space, title=say(frame.title), cause=say(frame.cause), event=say(frame.event), effect=say(frame.effect), area=frame.area,
            kind=Risk.Kind.CHANCE if frame.is_chance else Risk.Kind.THREAT, probability=frame.probability, days=list(frame.days), money=[1000 * one for one in frame.money],
            currency="EUR", owner=project.owner if frame.has_owner else None, near_from=self.as_of + timedelta(10), near_until=self.as_of + timedelta(120),
            review_on=self.as_of + timedelta(frame.review), **answer,
        )  # fmt: skip

    def _happen(self, frame: words.HappenedFrame) -> None:
        say, project = self.place.say, self.place.projects[frame.project]
        foreseen = risks.create(actor=self.lead, space=project.space, title=say(frame.risk), probability=20, days=[2, 5, 10], money=[], owner=project.owner, area="supplier")
        row = issues.create(
            actor=self.lead, space=project.space, risk=foreseen, title=say(frame.title), description=say(frame.what), severity=frame.severity, delay_days=frame.delay,
            owner=project.owner, due_on=self.as_of + timedelta(9 - frame.ago // 10),
        )  # fmt: skip
        if frame.resolution[0]:
            issues.move(actor=self.lead, issue=row, version=None, state=Issue.State.RESOLVED, resolution=say(frame.resolution))

    def _open_items(self, space: Space, count: int) -> list[WorkItem]:
        return list(WorkItem.objects.in_spaces([space.pk]).open().filter(is_summary=False, parent__isnull=False).order_by("-duration_minutes", "rank", "id")[:count]) or list(
            WorkItem.objects.in_spaces([space.pk]).open().order_by("rank", "id")[:count]
        )

    def _touch(self) -> None:
        """Near the end: what is still open then."""
        for frame in words.RISKS:
            row = Risk.objects.filter(space=self.place.projects[frame.project].space, title=self.place.say(frame.title)).first()
            if row is None:
                continue
            for item in self._open_items(row.space, frame.touches) if frame.touches else ():
                risk_ties.add(actor=self.lead, risk=row, subject=item)
        for issue in Issue.objects.open().select_related("space"):
            for item in self._open_items(issue.space, 1):
                issues.block(actor=self.lead, issue=issue, item=item)

    def _reserve(self) -> None:
        for code, money, days in words.RESERVES:
            space = self.place.spaces[code] if code in self.place.spaces else self.place.projects[code].space
            risk_settings.set_reserve(actor=self.lead, space=space, money=money, days=Decimal(days), note=self.place.say(("Steering committee", "指导委员会")))

    def _answer(self) -> None:
        key, reason = words.REJECTED
        space = self.place.projects["PORT"].space
        known = {one.origin for one in risk_suggestions.suggested(self.lead, space, self.place.language)}
        if f"catalogue:{key}" in known:
            risk_suggestions.reject(actor=self.lead, space=space, origin=f"catalogue:{key}", reason=self.place.say(reason), language=self.place.language)

    def _compute(self) -> None:
        risk_runs.compute_all()
        risk_runs.effects_anew()
