"""How people here promise: the best pace of late, today's scope, little for what comes up; and how they revise.

Whether a promise can be kept follows from what happens afterwards; nothing here knows it.
"""

import random
from dataclasses import dataclass
from datetime import date
from typing import Any

from tandem.samples.days import Workdays, friday_after
from tandem.samples.records import Feature, Organisation, Promise, Release
from tandem.samples.words import Language, frame, say

_CHECK_EVERY = 20
"""Working days between two looks at a promise."""


@dataclass
class Outlook:
    """What a product manager can know about a subject on a day."""

    left: int
    ahead: int
    best_pace: float
    recent_pace: float


class Promising:
    def __init__(self, world: Organisation, calendars: dict[str, Workdays], rng: random.Random) -> None:
        self.world, self.calendars, self.rng = world, calendars, rng
        self.language: Language = "zh" if world.language == "zh" else "en"
        self.caution = {f"pm{n}": rng.uniform(1.4, 2.7) for n in range(3)}
        self.checked: dict[int, date] = {}

    def about_feature(self, feature: Feature, today: date, outlook: Outlook) -> Promise:
        """A date from the best pace seen, stretched by how careful this product manager is."""
        calendar = self.calendars[feature.team]
        needed = (outlook.left + 0.5 * outlook.ahead) / outlook.best_pace
        day = friday_after(calendar.after(today, needed * self.caution[feature.owner] * self.rng.uniform(0.85, 1.4)))
        basis = {
            "as_of": today.isoformat(), "remaining": outlook.left, "per_week": round(5 * outlook.best_pace, 1),
            "p80": friday_after(calendar.after(today, needed)).isoformat(),
        }  # fmt: skip
        promise = self._give(("feature", feature.index), day, today, feature.owner, basis)
        if self.rng.random() < 0.15:
            self._give(("feature", feature.index), day, today, feature.owner, dict(basis))
        return promise

    def about_plan(self, feature: Feature, today: date, end: date) -> Promise:
        """Of a network plan: its last milestone and a little reserve."""
        day = friday_after(self.calendars[feature.team].after(end, self.rng.randint(0, 12)))
        return self._give(("feature", feature.index), day, today, feature.owner, {"as_of": today.isoformat(), "source": "plan"})

    def about_release(self, release: Release, today: date) -> Promise:
        return self._give(("release", release.index), release.planned_on, today, release.owner, {})

    def look_again(self, today: date, outlooks: dict[int, Outlook]) -> None:
        """Every few weeks: whoever sees that a date will not hold may say so, or hope on."""
        for promise in [p for p in self.world.promises if p.is_open and p.subject[0] == "feature"]:
            feature = self.world.features[promise.subject[1]]
            outlook = outlooks.get(feature.index)
            calendar = self.calendars[feature.team]
            if outlook is None or calendar.between(self.checked.get(id(promise), promise.given_on), today) < _CHECK_EVERY:
                continue
            self.checked[id(promise)] = today
            seen = calendar.after(today, (outlook.left + 0.5 * outlook.ahead) / max(outlook.recent_pace, 0.1))
            if (seen - promise.date).days > 14 and (promise.date - today).days < 45 and self.rng.random() < 0.3:
                self.revise(promise, friday_after(calendar.after(seen, self.rng.randint(2, 20))), today, outlook)

    def revise(self, promise: Promise, day: date, today: date, outlook: Outlook | None) -> None:
        """The old promise stays on record; the reason is the larger of the two that people see."""
        added = self._added_since(promise)
        reason = say(frame.REVISED["scope" if added >= 5 else "pace"], self.language, added=str(added))
        basis = dict(promise.basis)
        if outlook:
            basis = {"as_of": today.isoformat(), "remaining": outlook.left, "per_week": round(5 * outlook.recent_pace, 1)}
        new = Promise(promise.subject, promise.to_whom, day, today, promise.by, promise.confidence, basis, reason)
        promise.replaced_by = new
        if promise.subject[0] == "feature" and outlook:
            self.schedule(self.world.features[promise.subject[1]], day)
        self.world.promises.append(new)

    def schedule(self, feature: Feature, day: date) -> None:
        """A feature goes out with the first release after its promised day."""
        releases = [r for r in self.world.releases if r.product == feature.product and not r.released_on and not r.cancelled_on]
        later = [r for r in releases if r.planned_on >= day]
        feature.release = later[0].index if later else None

    def keep(self, subject: tuple[str, int], day: date) -> None:
        for promise in self.world.promises:
            if promise.subject == subject and promise.is_open:
                promise.kept_on = day

    def withdraw(self, subject: tuple[str, int], day: date) -> None:
        for promise in [p for p in self.world.promises if p.subject == subject and p.is_open]:
            promise.withdrawn_on = day

    def _added_since(self, promise: Promise) -> int:
        if promise.subject[0] != "feature":
            return 0
        return sum(i.created_at.date() > promise.given_on for i in self.world.scope_of(promise.subject[1]))

    def _give(self, subject: tuple[str, int], day: date, today: date, by: str, basis: dict[str, Any]) -> Promise:
        told = {p.to_whom for p in self.world.promises if p.subject == subject}
        open_to = [r for r in (say(pair, self.language) for pair in frame.RECEIVERS) if r not in told]
        receiver = self.rng.choice(open_to[:6])
        promise = Promise(subject, receiver, day, today, by, self.rng.choice((70, 75, 80, 80, 85, 90, 95)), basis)
        self.world.promises.append(promise)
        return promise
