"""A team at work, day by day: it pulls, works, waits, reviews and finishes; scope comes up while it builds."""

import random
from datetime import date, datetime

from tandem.samples.backlog import EPIC, Backlog
from tandem.samples.days import Workdays, moment
from tandem.samples.promising import Outlook
from tandem.samples.records import (
    DOING,
    DONE,
    READY,
    REVIEW,
    TO_DO,
    WAITING,
    Feature,
    Item,
    Organisation,
    Passage,
    Remark,
    Tie,
)
from tandem.samples.words import say, upkeep

_IN_HAND = 3
"""Items a person may have begun at a time, waiting ones and those in review included."""


class Team:
    def __init__(
        self, world: Organisation, code: str, country: str, people: list[str], features: list[Feature],
        manager: str, rng: random.Random,
    ) -> None:  # fmt: skip
        self.world, self.code, self.country, self.people, self.manager, self.rng = world, code, country, people, manager, rng
        self.features = features
        self.calendar = Workdays(country, world.began_on, world.as_of)
        self.backlog = Backlog(world, country, rng)
        self.queue: list[Item] = []
        self.hand: dict[str, Item] = {}
        self.back: dict[str, list[Item]] = {p: [] for p in people}
        self.reviews: list[tuple[Item, int]] = []
        self.waits: list[tuple[Item, int, Item | None]] = []
        self.bugs_to_come: list[tuple[date, Feature]] = []
        self.finished: list[date] = []
        self.creep = {f.index: rng.choice((0.0, 0.05, 0.1, 0.2)) for f in features}
        self.planned_size: dict[int, int] = {}
        self.asked_for: set[int] = set()
        self.away = {p: _holidays(world, rng) for p in people}
        self.parts = 5 if len(features) > 4 else 6
        # in some teams somebody leaves and is not replaced
        self.leaver = (people[-1], world.as_of.toordinal() - rng.randint(60, 260)) if rng.random() < 0.5 else ("", 0)

    # features

    def current(self) -> list[Feature]:
        return [f for f in self.features if f.broken_down_on and not f.shipped_on]

    def next_feature(self) -> Feature | None:
        return next((f for f in self.features if not f.broken_down_on), None)

    def wants_more(self) -> bool:
        """The team takes up the next feature when the present ones run out of work to begin."""
        return sum(1 for i in self.queue if i.feature is not None) < 2 * len(self.people)

    def take_up(self, feature: Feature, today: date) -> None:
        stories = self.backlog.break_down(feature, today, self.parts, feature.owner)
        self.planned_size[feature.index] = len(stories)
        self.queue += stories

    def outlook(self, feature: Feature, today: date) -> Outlook:
        left = sum(i.is_open for i in self.world.scope_of(feature.index))
        before = [f for f in self.current() if f.index < feature.index]
        ahead = sum(i.is_open for f in before for i in self.world.scope_of(f.index))
        now = self.calendar.number(today)
        done = [now - self.calendar.number(d) for d in self.finished]
        windows = [sum(start <= d < start + 20 for d in done) / 20 for start in range(0, 60, 5) if now >= start + 20]
        guess = len(self.people) * 0.15
        recent = sum(d < 40 for d in done) / 40 if now >= 40 else guess
        return Outlook(left, ahead, max([*windows, 0.3]) if windows else guess, recent)

    # a day

    def work(self, today: date, others: list["Team"]) -> list[Feature]:
        """One working day; returns the features that were finished on it."""
        self._arrivals(today)
        self._prepare(today)
        self._resolve(today)
        present = [p for p in self.people if today not in self.away[p] and not self._has_left(p, today)]
        self.rng.shuffle(present)
        for person in present:
            self._one_day(person, today, others)
        return self._shipped(today)

    def _arrivals(self, today: date) -> None:
        current = self.current()
        project = (current or self.features)[0].project if current else self.features[-1].project
        if self.rng.random() < 0.09:
            self.queue.append(self.backlog.upkeep(project, today, self.manager))
        for due, feature in [b for b in self.bugs_to_come if b[0] <= today]:
            self.bugs_to_come.remove((due, feature))
            self.queue.append(self.backlog.bug(feature, project, today, self.rng.choice(self.people)))
        for feature in [f for f in current if f.started_on]:
            scope = self.world.scope_of(feature.index)
            done = sum(not i.is_open for i in scope) / len(scope)
            grown = len(scope) / self.planned_size[feature.index]
            if done < 0.85 and grown < 1.5 and self.rng.random() < self.creep[feature.index]:
                epics = [self.world.items[e] for e in feature.epics if self.world.items[e].state != DONE]
                for _ in range(self.rng.randint(1, 3) if epics else 0):
                    self.queue.append(self.backlog.come_up(feature, self.rng.choice(epics), today, feature.owner))
            elif self.rng.random() < 0.02:
                self._take_out(feature, today)

    def _take_out(self, feature: Feature, today: date) -> None:
        candidates = [i for i in self.queue if i.feature == feature.index and i.created_at.date() < today]
        if len(candidates) > 4:
            item = self.rng.choice(candidates)
            item.removed_at = moment(today, self.country, 0.1)
            self.queue.remove(item)

    def _prepare(self, today: date) -> None:
        """Once a week the next items are made ready."""
        number = self.calendar.number(today)
        if number % 5:
            return
        ready = sum(i.state == READY for i in self.queue)
        for item in [i for i in self._in_order() if i.state == TO_DO][: max(0, len(self.people) + 2 - ready)]:
            self._pass(item, READY, moment(today, self.country, 0.12), self.manager)

    def _resolve(self, today: date) -> None:
        """Reviews end (some send the item back), waits end."""
        reviews, self.reviews = self.reviews, []
        for item, days in reviews:
            if days > 0:
                self.reviews.append((item, days - 1))
            elif self.rng.random() < 0.12:
                item.effort = self.rng.uniform(0.4, 1.5)
                self.back[item.assignee].append(item)
            else:
                self._finish(item, today)
        waits, self.waits = self.waits, []
        for item, days, blocker in waits:
            if days > 0 or (blocker is not None and blocker.is_open):
                self.waits.append((item, days - 1, blocker))
            else:
                self.back[item.assignee].append(item)

    def _finish(self, item: Item, today: date) -> None:
        at = moment(today, self.country, self.rng.uniform(0.15, 0.3))
        reviewer = self.rng.choice([p for p in self.people if p != item.assignee])
        self._pass(item, DONE, at, reviewer)
        self.finished.append(today)
        if item.feature is not None and self.rng.random() < 0.2:
            later = self.calendar.after(today, self.rng.randint(1, 25))
            if later > today:
                self.bugs_to_come.append((later, self.world.features[item.feature]))

    def _one_day(self, person: str, today: date, others: list["Team"]) -> None:
        item = self.hand.get(person)
        if item is None:
            item = self._pick(person, today)
        if item is None:
            return
        late = moment(today, self.country, self.rng.uniform(0.65, 0.98))
        item.effort -= self.rng.uniform(0.3, 0.9)
        if item.effort <= 0:
            del self.hand[person]
            self._pass(item, REVIEW, late, person)
            self.reviews.append((item, self.rng.choice((0, 0, 1, 1, 2, 4))))
        elif self.rng.random() < 0.02:
            del self.hand[person]
            self._wait(item, person, late, others)

    def _pick(self, person: str, today: date) -> Item | None:
        """Begun work first; then what is urgent, upkeep now and then, else the features in their order."""
        if self.back[person]:
            item = self.back[person].pop(0)
        else:
            begun = sum(i.assignee == person for i, *_ in [*self.reviews, *self.waits])
            if not self.queue or begun >= _IN_HAND:
                return None
            urgent = [i for i in self.queue if i.priority == 1 or i.id in self.asked_for]
            upkeep_first = [i for i in self._in_order() if i.feature is None] if self.rng.random() < 0.3 else []
            item = (urgent or upkeep_first or self._in_order())[0]
            self.queue.remove(item)
            item.assignee = person
        self.hand[person] = item
        self._pass(item, DOING, moment(today, self.country, self.rng.uniform(0.35, 0.6)), person)
        return item

    def _wait(self, item: Item, person: str, at: datetime, others: list["Team"]) -> None:
        """For somebody outside, or for an item of another team, which then becomes urgent there."""
        self._pass(item, WAITING, at, person)
        blocker = None
        if self.rng.random() < 0.4:
            candidates = [(t, i) for t in others for i in [*t.queue, *t.hand.values()] if i.feature is not None]
            if candidates:
                team, blocker = self.rng.choice(candidates)
                team.asked_for.add(blocker.id)
                blocker.priority = min(blocker.priority or 3, 2)
                self.world.ties.append(Tie(blocker.id, item.id, "blocks", at))
        elif self.rng.random() < 0.7:
            text = say(self.rng.choice(upkeep.WAITS), self.backlog.language)
            self.world.remarks.append(Remark(item.id, person, at, text))
        self.waits.append((item, round(self.rng.expovariate(1 / 7)) + 1, blocker))

    def _in_order(self) -> list[Item]:
        return sorted(self.queue, key=lambda i: (i.state != READY, 999 if i.feature is None else i.feature, i.priority or 3, i.id))

    def _has_left(self, person: str, today: date) -> bool:
        gone = person == self.leaver[0] and today.toordinal() >= self.leaver[1]
        return gone and person not in self.hand and not self.back[person]

    def _pass(self, item: Item, state: int, at: datetime, by: str) -> None:
        item.passages.append(Passage(at, state, by))
        epic = self.world.items[item.parent] if item.parent is not None else None
        if state == DOING and epic is not None and epic.state < DOING:
            epic.passages.append(Passage(at, DOING, by))
            epic.assignee = by  # whoever begins it answers for it
        if state == DOING and item.feature is not None:
            feature = self.world.features[item.feature]
            feature.started_on = feature.started_on or at.date()

    def _shipped(self, today: date) -> list[Feature]:
        """Epics whose parts are all closed are done; a feature with all its epics done is shipped."""
        for epic in [i for i in self.world.items if i.kind == EPIC and i.state == DOING and i.project in self._projects()]:
            parts = [i for i in self.world.items[epic.id :] if i.parent == epic.id]
            if not any(p.is_open for p in parts) and self.backlog.is_over(epic, today):
                last = max(p.finished_at or p.created_at for p in parts)
                epic.passages.append(Passage(max(last, epic.passages[-1].at), DONE, self.manager))
        shipped = [f for f in self.current() if all(self.world.items[e].state == DONE for e in f.epics)]
        for feature in shipped:
            feature.shipped_on = today
        return shipped

    def _projects(self) -> set[str]:
        return {f.project for f in self.features}


def _holidays(world: Organisation, rng: random.Random) -> set[date]:
    """About five weeks a year, in pieces."""
    first, last = world.began_on.toordinal(), world.as_of.toordinal()
    away: set[date] = set()
    for _ in range((last - first) // 73):
        start = rng.randint(first, last)
        away |= {date.fromordinal(start + n) for n in range(rng.choice((4, 7, 7, 11)))}
    return away
