"""Loads what was reported of projects: four quarters of dates, cost and the owner's word."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from tandem.portfolio.actions import project_reports
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import reports


class Reported:
    def __init__(self, place: Place, timeline: Timeline) -> None:
        self.place, self.world, self.timeline = place, place.world, timeline

    def run(self) -> None:
        for frame in reports.REPORTS:
            words = frame.said.split()
            for turn, said in enumerate(words):
                on = self.world.as_of - timedelta(5 + reports.EVERY * (len(words) - 1 - turn))
                if on > self.world.began_on:
                    self.timeline.add(at(on, 15), partial(self._report, frame, turn, on, said))

    def _report(self, frame: reports.ReportFrame, turn: int, on: date, said: str) -> None:
        project = self.place.projects[frame.project]
        moved = turn - frame.said.count(" ")
        project_reports.create(
            actor=project.owner, project=project, on=on, said=said, currency="EUR", commentary=self.place.say(frame.note),
            planned_start=project.starts_on, planned_finish=self.world.as_of + timedelta(frame.ends + frame.slip * moved),
            budget=Decimal(round(frame.cost * 1000 * (1 + frame.growth / 100) ** turn)),
            spent=Decimal(round(frame.cost * 1000 * (turn + 1) / 6)),
        )  # fmt: skip
