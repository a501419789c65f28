"""Loads what is to be gained and what came of it: benefits of projects, of a proposal and of shipped features, and the mix."""

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from tandem.portfolio.actions import benefit_measurements, benefits, portfolios, projects
from tandem.portfolio.models import Benefit, Portfolio, Proposal
from tandem.product.actions import features, scores
from tandem.product.models import Feature, ScoringModel
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import benefits as words
from tandem.strategy.models import Kpi

_QUARTER = 92
_MOST = 9
"""Shipped features whose benefit was looked at: enough to say how well the scores foretold it."""


class Gained:
    def __init__(self, place: Place, timeline: Timeline) -> None:
        self.place, self.timeline, self.lead = place, timeline, place.users["lead"]
        self.as_of = place.world.as_of
        self.rows: dict[int, Benefit] = {}

    def run(self) -> None:
        for number, frame in enumerate(words.BENEFITS):
            began = self.as_of - timedelta(frame.began)
            planned = max(self.place.world.began_on + timedelta(3), min(began, self.as_of - timedelta(30)))
            self.timeline.add(at(planned), partial(self._plan, number, frame, began))
            for turn, value in enumerate(frame.came, 1):
                on = began + timedelta(_QUARTER * turn)
                if planned < on < self.as_of:
                    self.timeline.add(at(on, 16), partial(self._measure, number, on, value))
        last = self.as_of - timedelta(1)
        self.timeline.add(at(self.as_of - timedelta(7), 9), self._of_a_proposal)
        self.timeline.add(at(last, 10), self._classify)
        self.timeline.add(at(last, 21), self._of_features)

    def _plan(self, number: int, frame: words.BenefitFrame, began: date) -> None:
        project, say = self.place.projects[frame.project], self.place.say
        if frame.profile:
            plan = {"kind": Benefit.Kind.MONEY, "profile": [1000 * n for n in frame.profile], "currency": "EUR"}
        else:
            kpis = Kpi.objects.filter(space=self.place.root).order_by("id")
            plan = {
                "kind": Benefit.Kind.MEASURE, "unit_name": say(frame.unit), "direction": Kpi.Direction.DOWN if frame.falls else Kpi.Direction.UP,
                "baseline": Decimal(frame.baseline), "target": Decimal(frame.target), "target_on": self.as_of + timedelta(frame.within),
                "kpi": kpis[frame.kpi] if frame.kpi >= 0 else None,
            }  # fmt: skip
        self.rows[number] = benefits.create(
            actor=self.lead, space=project.space, title=say(frame.title), description=say(frame.why), owner=self.place.users[frame.owner] if frame.owner else project.owner, starts_on=began, **plan
        )

    def _measure(self, number: int, on: date, value: float) -> None:
        row = self.rows[number]
        exact = Decimal(round(1000 * value)) if row.is_money else Decimal(str(value))
        benefit_measurements.take(actor=row.owner or self.lead, benefit=row, on=on, value=exact)

    def _of_a_proposal(self) -> None:
        number, title, why, baseline, target, unit = words.OF_A_PROPOSAL
        say, proposal = self.place.say, Proposal.objects.order_by("id")[number]
        benefits.create(
            actor=self.lead, space=proposal.space, proposal=proposal, title=say(title), description=say(why), kind=Benefit.Kind.MEASURE, unit_name=say(unit),
            direction=Kpi.Direction.DOWN, baseline=Decimal(baseline), target=Decimal(target), target_on=self.as_of + timedelta(400), owner=proposal.owner,
        )  # fmt: skip

    def _classify(self) -> None:
        for code, (kind, horizon) in words.CLASSES.items():
            projects.change(actor=self.lead, project=self.place.projects[code], version=None, kind=kind, horizon=horizon)
        home = Portfolio.objects.get(space=self.place.spaces["PF"])
        portfolios.intend_mix(actor=self.lead, portfolio=home, version=None, mix=words.INTENDED)

    def _of_features(self) -> None:
        """The same figures every time: what scored higher brought more, most of the time."""
        product, manager, say = self.place.products["SHP"], self.place.users["pm0"], self.place.say
        model = ScoringModel.objects.order_by("id")[0]
        rng = random.Random(5)
        title, why = words.OF_A_FEATURE
        for feature in Feature.objects.filter(product=product, state=Feature.State.SHIPPED).order_by("shipped_on", "id")[:_MOST]:
            reach, effort = rng.randrange(4, 40) * 50, rng.randrange(4, 16) * 5
            scores.create(actor=manager, feature=feature, model=model, inputs={"reach": reach, "impact": 1, "confidence": 80, "effort": effort})
            planned = rng.randrange(8, 30) * 1000
            row = benefits.create(
                actor=manager, space=product.space, title=(say(title) % feature.title)[:200], description=say(why), owner=manager, currency="EUR", kind=Benefit.Kind.MONEY,
                target=Decimal(planned), target_on=self.as_of - timedelta(20),
            )  # fmt: skip
            came = round(planned * min(1.3, max(0.1, 0.25 + reach / effort / 60 + rng.uniform(-0.2, 0.2))), -2)
            benefit_measurements.take(actor=manager, benefit=row, on=self.as_of - timedelta(2), value=Decimal(came))
            features.change(actor=manager, feature=feature, version=None, benefit=row)
