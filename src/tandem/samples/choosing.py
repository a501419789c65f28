"""Loads how is chosen: a scoring model for all products with what is said of their features, two ballots, and experiments."""

import random
from datetime import timedelta
from functools import partial

from tandem.people.access import Permission, may
from tandem.product.actions import (
    ballots,
    discovery,
    experiments,
    products,
    roadmap_editions,
    scores,
    scoring_models,
    votes,
)
from tandem.product.models import Ballot, Feature, Product, ScoringModel
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import choices, editions

_MOST = 14
"""Features of a product that somebody has scored; the others wait."""


class Choosing:
    def __init__(self, place: Place, timeline: Timeline) -> None:
        self.place, self.timeline = place, timeline
        self.lead = place.users["lead"]
        self.model: ScoringModel | None = None

    def run(self) -> None:
        last = self.place.world.as_of - timedelta(1)
        self.timeline.add(at(last, 18), self._model)
        for number, code in enumerate(self.place.products):
            self.timeline.add(at(last, 19), partial(self._say, number, code))
        product, day = self.place.products[next(iter(self.place.products))], self.place.world.as_of
        self.timeline.add(at(day - timedelta(12)), partial(self._ask, product, choices.BALLOTS[0], "money", 6))
        self.timeline.add(at(day - timedelta(2)), partial(self._ask, product, choices.BALLOTS[1], "ranking", -10))
        self.timeline.add(at(last, 20), partial(self._find_out, product))
        self.timeline.add(at(last, 20), partial(self._tell, product))

    def _model(self) -> None:
        self.model = scoring_models.create(
            actor=self.lead, space=self.place.root, name=self.place.say(choices.MODEL), description=self.place.say(choices.MODEL_WHY), method="rice"
        )

    def _say(self, number: int, code: str) -> None:
        """The same numbers every time."""
        rng, product = random.Random(number), self.place.products[code]
        manager = self.place.users[f"pm{number}"]
        rows = Feature.objects.filter(product=product).exclude(state__in=("shipped", "declined")).order_by("rank", "id")
        for feature in rows[:_MOST]:
            evidence = choices.EVIDENCE[rng.randrange(len(choices.EVIDENCE))]
            inputs = {
                "reach": {"value": rng.randrange(2, 60) * 50, "evidence": self.place.say(evidence)}, "impact": rng.choice((0.5, 1, 1, 2, 3)),
                "confidence": rng.choice((50, 60, 80, 80, 100)), "effort": rng.randrange(2, 18) * 5,
            }  # fmt: skip
            if rng.random() < 0.15:
                del inputs["effort"]  # nobody has estimated it yet
            scores.create(actor=manager, feature=feature, model=self.model, inputs=inputs)

    def _ask(self, product: Product, title: tuple[str, str], method: str, ended: int) -> None:
        """A ballot that ended so many days ago, or will; half a dozen people vote on what was to come then."""
        manager = self.place.users["pm0"]
        rows = list(Feature.objects.filter(product=product).exclude(state__in=("shipped", "declined")).order_by("rank", "id")[:6])
        if len(rows) < 3:
            return
        people = [u for u in self.place.users.values() if may(u, Permission.VIEW, product.space_id)][:7]
        row = ballots.create(
            actor=manager, product=product, title=self.place.say(title), intro=self.place.say(choices.BALLOT_INTRO), method=method,
            closes_at=at(self.place.world.as_of - timedelta(ended), 17), features=rows,
        )  # fmt: skip
        votes.invite(actor=manager, ballot=row, users=people)
        for number, user in enumerate(people[: 6 if ended > 0 else 2]):
            votes.cast_own(actor=user, ballot=row, version=0, answer=self._answer(row, [f.pk for f in rows], number))

    @staticmethod
    def _answer(ballot: Ballot, ids: list[int], number: int) -> dict[str, dict[str, int]]:
        """Two camps: some want what comes first, the others what comes last."""
        rng, order = random.Random(number), list(ids)
        if number % 3 == 2:
            order.reverse()
        at_ = rng.randrange(len(order) - 1)
        order[at_], order[at_ + 1] = order[at_ + 1], order[at_]
        if ballot.method == Ballot.Method.RANKING:
            return {"places": {str(pk): place for place, pk in enumerate(order, 1)}}
        return {"gifts": {str(pk): amount for pk, amount in zip(order, (40, 30, 20, 10), strict=False)}}

    def _tell(self, product: Product) -> None:
        for one in editions.EDITIONS:
            actor, space = (self.lead, self.place.root) if one.above else (self.place.users["pm0"], product.space)
            roadmap_editions.create(
                actor=actor, space=space, name=self.place.say(one.name), description=self.place.say(one.intro), owner=actor, **one.values
            )

    def _find_out(self, product: Product) -> None:
        say, manager = self.place.say, self.place.users["pm0"]
        products.change(actor=manager, product=product, version=None, vision=say(choices.VISION), positioning=say(choices.POSITIONING))
        for name, role, goals, pains in choices.PERSONAS:
            discovery.create_persona(actor=manager, product=product, name=say(name), role=say(role), goals=say(goals), pains=say(pains))
        for name, strengths, weaknesses in choices.COMPETITORS:
            discovery.create_competitor(actor=manager, product=product, name=say(name), strengths=say(strengths), weaknesses=say(weaknesses))
        title, source, body = choices.RESEARCH
        discovery.create_note(actor=manager, product=product, title=say(title), source=say(source), body=say(body), owner=manager)
        for one in choices.EXPERIMENTS:
            texts = {name: say(pair) for name, pair in one.texts.items()}
            experiments.create(actor=manager, product=product, owner=manager, stage=one.stage, outcome=one.outcome, decision=one.decision, **texts)
