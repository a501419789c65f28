"""Loads the queue of proposals for the year to come, and the questions asked of it."""

from datetime import timedelta
from functools import partial

from tandem.kit.dates import months_on, quarter_start
from tandem.planning.actions import scenarios
from tandem.portfolio.actions import proposals
from tandem.portfolio.models import Proposal
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import proposals as words
from tandem.strategy.actions import objectives
from tandem.strategy.models import Objective


class Proposed:
    def __init__(self, place: Place, rows: dict[int, Objective], timeline: Timeline) -> None:
        self.place, self.objectives, self.timeline = place, rows, timeline
        self.lead, self.space = place.users["lead"], place.spaces["PF"]
        self.rows: list[Proposal] = []

    def run(self) -> None:
        """One after the other over the last ten weeks, and what became of each."""
        as_of = self.place.world.as_of
        for number, frame in enumerate(words.PROPOSALS):
            self.timeline.add(at(as_of - timedelta(70 - 5 * number), 11), partial(self._propose, frame))
            self.timeline.add(at(as_of - timedelta(8), 9), partial(self._after, number, frame))

        for number, frame in enumerate(words.SCENARIOS):
            self.timeline.add(at(as_of - timedelta(6 - number), 14), partial(self._ask, frame))

    def _ask(self, frame: words.ScenarioFrame) -> None:
        """For the four quarters that come next; who opens it has it solved."""
        say, today = self.place.say, self.place.world.as_of
        scenarios.create(
            actor=self.lead, space=self.space, name=say(frame.name), description=say(frame.why), aim=frame.aim, quarters=4,
            starts_on=months_on(quarter_start(today), 3), budget=[1000 * n for n in frame.budget],
            capacity={say(words.ROLES[role]): list(row) for role, row in frame.capacity.items()},
            shares=[{"group": group, "bound": bound, "percent": percent} for group, bound, percent in frame.shares],
        )  # fmt: skip

    def _propose(self, frame: words.ProposalFrame) -> None:
        say, quarters = self.place.say, lambda row: [1000 * n for n in row]
        self.rows.append(proposals.create(
            actor=self.lead, space=self.space, title=say(frame.title), description=say(frame.why), owner=self.place.users[frame.owner],
            side=frame.side, kind=frame.kind, horizon=frame.horizon, is_mandatory=frame.mandatory, risks=say(frame.risks),
            costs=quarters(frame.costs), benefits=quarters(frame.benefits),
            effort={say(words.ROLES[role]): list(row) for role, row in frame.effort.items()},
        ))  # fmt: skip

    def _after(self, number: int, frame: words.ProposalFrame) -> None:
        row = self.rows[number]
        for objective, weight in frame.serves:
            if objective in self.objectives:
                objectives.contribute(actor=self.lead, objective=self.objectives[objective], subject=row, weight=weight)
        for kind, other in frame.ties:
            proposals.tie(actor=self.lead, proposal=row, other=self.rows[other], kind=kind)
        for step in frame.steps.split():
            reason = self.place.say(frame.reason) if step in ("on_hold", "declined") else ""
            proposals.move(actor=self.lead, proposal=row, version=None, state=step, reason=reason)
