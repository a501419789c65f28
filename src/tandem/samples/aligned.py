"""Loads what was decided above the work: themes, intended shares, what projects and a programme serve."""

from datetime import timedelta
from functools import partial

from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import Pair
from tandem.strategy.actions import objectives, themes
from tandem.strategy.models import Objective

THEMES: tuple[tuple[Pair, Pair, tuple[int, ...]], ...] = (
    (("Service", "服务"), ("Shippers and drivers spend less time with us, not more.", "让货主与司机少花时间，而不是多花时间。"), (0, 3, 4)),
    (("Reach", "覆盖"), ("More places at no higher cost.", "覆盖更多地区，成本不增。"), (1, 2, 5)),
)
INTENDED = {0: 40, 1: 10, 2: 35, 3: 15}
SERVED = (("SEC", 4, 40), ("DAT", 1, 60), ("CBL", 2, 100))
"""Project, objective, weight: the sorting hall says nothing, which the alignment page finds."""


class Aligned:
    def __init__(self, place: Place, rows: dict[int, Objective], timeline: Timeline) -> None:
        self.place, self.objectives, self.timeline, self.lead = place, rows, timeline, place.users["lead"]

    def run(self) -> None:
        begun = self.place.world.began_on
        self.timeline.add(at(begun + timedelta(2), 9), self._themes)
        for code, number, weight in SERVED:
            self.timeline.add(at(begun + timedelta(2), 10), partial(self._serve, code, number, weight))

    def _themes(self) -> None:
        for name, text, numbers in THEMES:
            theme = themes.create(actor=self.lead, space=self.place.root, name=self.place.say(name), description=self.place.say(text))
            for number in numbers:
                row = self.objectives[number]
                objectives.change(actor=self.lead, objective=row, version=None, theme=theme, intended_share=INTENDED.get(number))

    def _serve(self, code: str, number: int, weight: int) -> None:
        objectives.contribute(actor=self.lead, objective=self.objectives[number], subject=self.place.projects[code], weight=weight)
