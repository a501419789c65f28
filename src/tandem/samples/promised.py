"""Loads what was wanted and promised: objectives, features, releases, promises and how they ended."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from tandem.kit.dates import months_on
from tandem.product.actions import features, promises, releases
from tandem.product.models import Feature, Release
from tandem.product.models import Promise as PromiseRow
from tandem.product.models.window import Precision
from tandem.samples import records
from tandem.samples.placing import Place
from tandem.samples.replaying import Replay
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import frame
from tandem.strategy.actions import objectives
from tandem.strategy.models import Objective
from tandem.work.models import WorkItem


class Promised:
    def __init__(self, place: Place, replay: Replay, timeline: Timeline) -> None:
        self.place, self.world, self.work, self.timeline = place, place.world, replay, timeline
        self.objectives: dict[int, Objective] = {}
        self.features: dict[int, Feature] = {}
        self.releases: dict[int, Release] = {}
        self.promises: dict[int, PromiseRow] = {}

    def run(self) -> None:
        self._objectives()
        for release in self.world.releases:
            self._release(release)
        for feature in self.world.features:
            self._feature(feature)
        for number, idea in enumerate(frame.IDEAS):
            day = max(self.world.as_of - timedelta(120 - 14 * number), self.world.began_on + timedelta(7))
            self.timeline.add(at(day, 11), partial(self._idea, number, idea))
        for promise in self.world.promises:
            self._promise(promise)

    def _objectives(self) -> None:
        today = self.world.as_of
        order = sorted(range(len(frame.OBJECTIVES)), key=lambda n: frame.OBJECTIVES[n].above is not None)
        for number in order:
            is_top = frame.OBJECTIVES[number].above is None
            first, last = (400, 220) if is_top else (200, 150)
            period = _month(today - timedelta(first)), _month(today + timedelta(last)) - timedelta(1)
            self.timeline.add(at(self.world.began_on, 8), partial(self._objective, number, period))

    def _objective(self, number: int, period: tuple[date, date]) -> None:
        wanted = frame.OBJECTIVES[number]
        self.objectives[number] = objectives.create(
            actor=self.place.users["lead"], space=self.place.root, title=self.place.say(wanted.title),
            measure=self.place.say(wanted.measure), owner=self.place.users[wanted.role], starts_on=period[0], ends_on=period[1],
            parent=self.objectives.get(wanted.above) if wanted.above is not None else None,
        )  # fmt: skip

    def _release(self, release: records.Release) -> None:
        self.timeline.add(at(self.world.began_on, 10), partial(self._create_release, release))
        if release.released_on:
            self.timeline.add(at(release.released_on, 18), partial(self._end, release, Release.State.RELEASED))
        if release.cancelled_on:
            self.timeline.add(at(release.cancelled_on, 18), partial(self._end, release, Release.State.CANCELLED))

    def _create_release(self, release: records.Release) -> None:
        self.releases[release.index] = releases.create(
            actor=self.place.users[release.owner], product=self.place.products[release.product], name=release.name,
            planned_on=release.planned_on, owner=self.place.users[release.owner],
        )  # fmt: skip

    def _end(self, release: records.Release, state: str) -> None:
        row = self.releases[release.index]
        releases.change(actor=row.owner, release=row, version=None, state=state)

    def _feature(self, feature: records.Feature) -> None:
        born = self.world.began_on
        if feature.broken_down_on:
            born = max(born, feature.broken_down_on - timedelta(75))
        self.timeline.add(at(born, 11), partial(self._create_feature, feature))
        if feature.broken_down_on:
            self.timeline.add(at(feature.broken_down_on, 12), partial(self._plan, feature))
        if feature.started_on:
            state, horizon = Feature.State.BUILDING, Feature.Horizon.NOW
            deed = partial(self._change, feature, state=state, horizon=horizon)
            self.timeline.add(at(feature.started_on, 13), deed)
        if feature.shipped_on:
            self.timeline.add(at(feature.shipped_on, 17), partial(self._change, feature, state=Feature.State.SHIPPED))

    def _create_feature(self, feature: records.Feature) -> None:
        owner = self.place.users[feature.owner]
        row = features.create(
            actor=owner, product=self.place.products[feature.product], title=feature.title, owner=owner,
            team=self.place.teams[feature.team], rank=(feature.index + 1) * 1024.0,
        )  # fmt: skip
        self.features[feature.index] = row
        shares = [(feature.objective, 100)] if feature.index % 3 else [(feature.objective, 70), ((feature.objective + 1) % 4, 30)]
        for number, weight in shares:
            objectives.contribute(actor=self.place.users["lead"], objective=self.objectives[number], subject=row, weight=weight)

    def _idea(self, number: int, idea: frame.IdeaFrame) -> None:
        product = self.place.products[idea.product]
        planned: dict[str, Any] = {}
        if idea.is_next:  # nobody sets its horizon: it stands where its window says
            planned = {"state": Feature.State.PLANNED, "planned_to": months_on(self.world.as_of, 3), "planned_precision": Precision.QUARTER}
        row = features.create(
            actor=product.owner, product=product, title=self.place.say(idea.title), owner=product.owner,
            rank=(len(self.world.features) + number + 1) * 1024.0, **planned,
        )  # fmt: skip
        objectives.contribute(actor=self.place.users["lead"], objective=self.objectives[idea.objective], subject=row, weight=100)

    def _plan(self, feature: records.Feature) -> None:
        """Scope is given once; items that come up later stand under the same epics."""
        row = self.features[feature.index]
        values: dict[str, Any] = {"state": Feature.State.PLANNED, "horizon": Feature.Horizon.NEXT}
        if feature.release is not None:
            values["release"] = self.releases[feature.release]
        features.change(actor=row.owner, feature=row, version=None, **values)
        epics: list[WorkItem] = [self.work.rows[i] for i in feature.epics]
        moment: datetime = max(feature.epic_dates)
        features.add_scope(actor=row.owner, subject=row, items=epics, added_at=moment)

    def _change(self, feature: records.Feature, **values: Any) -> None:
        row = self.features[feature.index]
        features.change(actor=row.owner, feature=row, version=None, **values)

    def _promise(self, promise: records.Promise) -> None:
        follows = any(p.replaced_by is promise for p in self.world.promises)
        if not follows:
            self.timeline.add(at(promise.given_on, 14), partial(self._give, promise))
        if promise.replaced_by is not None:
            self.timeline.add(at(promise.replaced_by.given_on, 15), partial(self._revise, promise))
        if promise.kept_on is not None:
            deed = partial(self._keep, promise)
            self.timeline.add(at(promise.kept_on, 18) + timedelta(minutes=1), deed)
        if promise.withdrawn_on is not None:
            self.timeline.add(at(promise.withdrawn_on, 19), partial(self._withdraw, promise))

    def _withdraw(self, promise: records.Promise) -> None:
        row, reason = self.promises[id(promise)], self.place.say(frame.WITHDRAWN)
        promises.withdraw(actor=self.place.users[promise.by], promise=row, version=None, reason=reason)

    def _give(self, promise: records.Promise) -> None:
        kind, index = promise.subject
        subject = self.features[index] if kind == "feature" else self.releases[index]
        self.promises[id(promise)] = promises.give(
            actor=self.place.users[promise.by], subject=subject, to_whom=promise.to_whom, date=promise.date,
            confidence=promise.confidence, basis=promise.basis,
        )  # fmt: skip

    def _revise(self, promise: records.Promise) -> None:
        new = promise.replaced_by
        assert new is not None
        self.promises[id(new)] = promises.revise(
            actor=self.place.users[promise.by], promise=self.promises[id(promise)], version=None, date=new.date,
            reason=new.reason, confidence=new.confidence, basis=new.basis,
        )  # fmt: skip

    def _keep(self, promise: records.Promise) -> None:
        row = self.promises[id(promise)]
        promises.keep(actor=self.place.users[promise.by], promise=row, version=None, kept_on=promise.kept_on)


def _month(day: date) -> date:
    return day.replace(day=1)
