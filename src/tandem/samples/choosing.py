"""Loads what is chosen from: a scoring model for all products, and what product managers say of their features."""

import random
from datetime import timedelta
from functools import partial

from tandem.product.actions import scores, scoring_models
from tandem.product.models import Feature, ScoringModel
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import choices

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
