"""Loads what was measured: the KPI register with its values, and key results with what people said of them."""

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import measures
from tandem.strategy import periods
from tandem.strategy.actions import carrying, check_ins, key_results, kpis, measurements, objectives
from tandem.strategy.actions.measurements import Taken
from tandem.strategy.models import KeyResult, Kpi, Measurement, Objective

_EVERY = 14


class Measured:
    def __init__(self, place: Place, rows: dict[int, Objective], timeline: Timeline) -> None:
        self.place, self.world, self.timeline = place, place.world, timeline
        self.objectives = rows
        self.kpis: dict[int, Kpi] = {}
        self.key_results: dict[int, KeyResult] = {}
        self.lead = place.users["lead"]
        self.former: Objective | None = None
        self.former_rows: list[KeyResult] = []

    def run(self) -> None:
        for number, frame in enumerate(measures.KPIS):
            self.timeline.add(at(self.world.began_on, 8), partial(self._kpi, number, frame))
            for taken in _course(number, frame, self.world.began_on, self.world.as_of):
                self.timeline.add(at(taken.on, 7), partial(self._measure, number, taken))
        for number, wanted in enumerate(measures.KEY_RESULTS):
            self._key_result(number, wanted)
        self.timeline.add(at(self.world.began_on, 9), self._former)
        self.timeline.add(at(self.world.as_of - timedelta(1), 20), self._close_former)

    def _kpi(self, number: int, frame: measures.KpiFrame) -> None:
        say, given = self.place.say, {"target": frame.target, "risk_beyond": frame.risk, "off_beyond": frame.off}
        self.kpis[number] = kpis.create(
            actor=self.lead, space=self.place.root, name=say(frame.name), definition=say(frame.definition), formula=say(frame.formula),
            unit=frame.unit, unit_name=say(frame.unit_name), direction=Kpi.Direction.DOWN if frame.falls else Kpi.Direction.UP,
            owner=self.place.users[frame.owner] if frame.owner else None, cadence_days=frame.days,
            **{name: Decimal(text) for name, text in given.items() if text},
        )  # fmt: skip

    def _measure(self, number: int, taken: Taken) -> None:
        way = Measurement.Way.API if measures.KPIS[number].days == 7 else Measurement.Way.HAND
        measurements.take_many(actor=self.lead, kpi=self.kpis[number], rows=[taken], way=way)

    def _key_result(self, number: int, wanted: measures.KeyResultFrame) -> None:
        is_top = wanted.objective >= 4
        first = max((self.world.as_of - timedelta(400 if is_top else 200)).replace(day=1), self.world.began_on + timedelta(1))
        self.timeline.add(at(first, 9), partial(self._create, number, wanted))
        last = self.world.as_of - timedelta(max(wanted.quiet, 1))
        words, days = wanted.said.split(), []
        day = last
        while day > first:
            days.append(day)
            day -= timedelta(_EVERY)
        for n, day in enumerate(reversed(days)):
            share = (day - first).days / max((last - first).days, 1)
            word = words[min(int(share * len(words)), len(words) - 1)]
            self.timeline.add(at(day, 10), partial(self._say, number, wanted, day, share, word, n))

    def _create(self, number: int, wanted: measures.KeyResultFrame) -> None:
        objective, say = self.objectives[wanted.objective], self.place.say
        self.key_results[number] = key_results.create(
            actor=self.lead, objective=objective, title=say(wanted.title), unit=wanted.unit, unit_name=say(wanted.unit_name),
            start_value=Decimal(wanted.start), target_value=Decimal(wanted.target), source=wanted.source,
            kpi=self.kpis[wanted.kpi] if wanted.source == KeyResult.Source.KPI else None, owner=objective.owner,
        )  # fmt: skip

    def _say(self, number: int, wanted: measures.KeyResultFrame, on: date, share: float, word: str, n: int) -> None:
        row = self.key_results[number]
        value = None
        if not row.is_computed:
            wave = share + (0.06 if n % 3 == 1 else -0.04 if n % 3 == 2 else 0) * (1 - share)
            exact = float(row.start_value) + max(wave, 0.0) * wanted.reached * float(row.target_value - row.start_value)
            value = Decimal(round(exact)) if wanted.unit != "percent" else Decimal(f"{exact:.1f}")
        comments = measures.SAID[word]
        actor = row.owner if check_ins.may_check_in(row.owner, row) else self.lead
        comment = self.place.say(comments[n % len(comments)])
        check_ins.make(actor=actor, key_result=row, on=on, value=value, confidence=word, comment=comment)

    def _former(self) -> None:
        """An objective of a period that is over: scored in part, the rest carried over."""
        begun, today = self.world.began_on + timedelta(10), self.world.as_of
        over = [p for p in periods.within(begun, today) if not p.is_year and begun < p.ends_on < today]
        if not over:
            return
        ends = max(over, key=lambda p: ("H" in p.key, p.ends_on))
        first = max(ends.starts_on, self.world.began_on + timedelta(1))
        self.former = objectives.create(
            actor=self.lead, space=self.place.root, title=self.place.say(measures.FORMER), owner=self.place.users["exec"],
            starts_on=first, ends_on=ends.ends_on,
        )  # fmt: skip
        self.former_rows = [
            key_results.create(
                actor=self.lead, objective=self.former, title=self.place.say(title), start_value=Decimal(start), target_value=Decimal(target),
                owner=self.former.owner, cadence_days=31,
            )
            for title, start, target, _score in measures.FORMER_RESULTS
        ]  # fmt: skip

    def _close_former(self) -> None:
        """On the evening before today, so that the pages show what was learned and what goes on."""
        if self.former is None:
            return
        on = self.former.ends_on
        for row, (_title, start, target, score) in zip(self.former_rows, measures.FORMER_RESULTS, strict=True):
            for share, word in ((0.2, "on"), (0.45, "on"), (0.7, "risk")):
                day = row.starts_on + (row.ends_on - row.starts_on) * share
                value = Decimal(round(int(start) + share * (int(target) - int(start))))
                check_ins.make(actor=self.lead, key_result=row, on=day, value=value, confidence=word)
            if score:
                learned = self.place.say(measures.FORMER_LEARNED)
                key_results.score(actor=self.lead, key_result=row, version=None, score=Decimal(score), learned=learned, on=on)
        first, last = periods.following(on, (on - self.former.starts_on).days + 1)
        carrying.carry_over(actor=self.lead, objective=self.former, version=None, starts_on=first, ends_on=last)


def _course(number: int, frame: measures.KpiFrame, first: date, last: date) -> list[Taken]:
    """From where it began to where it stands today, with some noise: the same every time."""
    rng = random.Random(number)
    found = []
    day = first + timedelta(frame.days // 2)
    while day < last:
        share, age = (day - first).days / (last - first).days, (last - day).days
        value = frame.course[0] + share * (frame.course[1] - frame.course[0]) + rng.uniform(-frame.noise, frame.noise)
        if frame.outlier and abs(age - frame.outlier) < frame.days / 2:
            value *= 10
        if not frame.gap[0] > age >= frame.gap[1]:
            found.append(Taken(day, Decimal(f"{value:.2f}" if frame.unit == "money" else f"{value:.1f}" if frame.unit == "percent" else f"{value:.0f}")))
        day += timedelta(frame.days)
    return found
