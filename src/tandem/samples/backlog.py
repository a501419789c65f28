"""Where work comes from: features broken down into epics and stories, what comes up on the way, bugs, upkeep."""

import random
from datetime import date, datetime

from tandem.samples.days import moment
from tandem.samples.records import TO_DO, Feature, Item, Organisation, Passage
from tandem.samples.words import Language, Pair, frame, say, stories, upkeep

EPIC, STORY, TASK, BUG = range(4)
_POINTS = (1, 2, 3, 5, 8, 13)


class Backlog:
    """Makes the items of one team. Draws depend on no text, so that both languages get the same history."""

    def __init__(self, world: Organisation, country: str, rng: random.Random) -> None:
        self.world, self.country, self.rng = world, country, rng
        self.language: Language = "zh" if world.language == "zh" else "en"
        self._unused: dict[int, list[Pair]] = {}
        self._upkeep: dict[tuple[str, int, int], Item] = {}

    def break_down(self, feature: Feature, today: date, parts: int, by: str) -> list[Item]:
        """Epics with their first stories; what is not thought of now comes up later."""
        made = []
        strange = "api" if feature.product == "DRV" else "mobile"
        for aspect in self.rng.sample(sorted(stories.ASPECTS.keys() - {strange}), parts):
            name, patterns = stories.ASPECTS[aspect]
            glue = "：" if self.language == "zh" else ": "
            title = feature.title + glue + say(name, self.language)
            epic = self._item(feature.project, EPIC, title, self._early(today), by, feature=feature.index)
            feature.epics.append(epic.id)
            feature.epic_dates.append(epic.created_at)
            left = list(patterns)
            self.rng.shuffle(left)
            first = self.rng.randint(7, 11)
            self._unused[epic.id] = left[first:]
            made += [self._story(feature, epic, pattern, today, by) for pattern in left[:first]]
        feature.broken_down_on = today
        return made

    def come_up(self, feature: Feature, epic: Item, today: date, by: str) -> Item:
        """A story that nobody had thought of: a part left out at first, or a known one for another case."""
        unused = self._unused[epic.id]
        if unused and self.rng.random() < 0.7:
            return self._story(feature, epic, unused.pop(), today, by)
        case = self.rng.choice(stories.CASES)
        known = [i for i in self.world.items if i.parent == epic.id and "(" not in i.title and "（" not in i.title]
        item = self._story(feature, epic, ("", ""), today, by)
        item.title = _with_case(self.rng.choice(known).title, say(case, self.language))
        return item

    def bug(self, feature: Feature, project: str, today: date, by: str) -> Item:
        epic = self._upkeep_epic(project, today, by)
        title = self._say(self.rng.choice(upkeep.BUGS), feature)
        case = self.rng.choice(stories.CASES) if self.rng.random() < 0.3 else None
        item = self._item(project, BUG, title, self._early(today), by, parent=epic.id)
        if case:
            item.title = _with_case(item.title, say(case, self.language))
        item.effort = self.rng.lognormvariate(0.75, 0.6)
        item.priority = self.rng.choices((1, 2, 3, 4), (10, 30, 45, 15))[0]
        if item.priority == 1:
            item.due_on = date.fromordinal(today.toordinal() + 7)
        return item

    def upkeep(self, project: str, today: date, by: str) -> Item:
        epic = self._upkeep_epic(project, today, by)
        component = say(self.rng.choice(upkeep.COMPONENTS), self.language)
        title = say(self.rng.choice(upkeep.UPKEEP), self.language, c=component)
        item = self._item(project, TASK, title, self._early(today), by, parent=epic.id)
        item.effort = self.rng.lognormvariate(1.0, 0.55)
        item.priority = self.rng.choices((2, 3, 4), (15, 55, 30))[0]
        if self.rng.random() < 0.25:
            item.due_on = date.fromordinal(today.toordinal() + self.rng.randint(14, 45))
        return item

    def _story(self, feature: Feature, epic: Item, pattern: Pair, today: date, by: str) -> Item:
        kind = STORY if self.rng.random() < 0.78 else TASK
        title = self._say(pattern, feature)
        item = self._item(feature.project, kind, title, self._early(today), by, feature=feature.index, parent=epic.id)
        item.effort = self.rng.lognormvariate(1.28 if kind == STORY else 1.0, 0.6)
        item.points = min(_POINTS, key=lambda p: abs(p - item.effort * self.rng.uniform(0.5, 1.5)))
        item.priority = self.rng.choices((2, 3, 4), (25, 60, 15))[0]
        if self.rng.random() < 0.35:
            item.labels = [say(self.rng.choice(upkeep.LABELS), self.language)]
        return item

    def _upkeep_epic(self, project: str, today: date, by: str) -> Item:
        key = (project, today.year, (today.month + 2) // 3)
        if key not in self._upkeep:
            period = say(upkeep.PERIOD, self.language, year=str(key[1]), quarter=str(key[2]))
            title = say(upkeep.UPKEEP_EPIC, self.language, period=period)
            self._upkeep[key] = self._item(project, EPIC, title, self._early(today), by)
        return self._upkeep[key]

    def is_over(self, epic: Item, today: date) -> bool:
        """Upkeep of a quarter takes in new work until the quarter ends."""
        for (_, year, quarter), known in self._upkeep.items():
            if known is epic:
                return (today.year, (today.month + 2) // 3) > (year, quarter)
        return True

    def _item(
        self, project: str, kind: int, title: str, at: datetime, by: str,
        feature: int | None = None, parent: int | None = None,
    ) -> Item:  # fmt: skip
        item = Item(len(self.world.items), project, kind, title, at, by, parent, feature)
        item.passages.append(Passage(at, TO_DO, by))
        self.world.items.append(item)
        return item

    def _say(self, pattern: Pair, feature: Feature) -> str:
        article, bare, several, chinese = frame.FEATURES[feature.index].noun
        if self.language == "zh":
            return pattern[1].format(n=chinese)
        text = pattern[0].format(a=article, n=bare, s=several)
        return text[:1].upper() + text[1:]

    def _early(self, today: date) -> datetime:
        return moment(today, self.country, self.rng.uniform(0.0, 0.08))


def _with_case(title: str, case: str) -> str:
    return f"{title}（{case}）" if any("\u4e00" <= c <= "\u9fff" for c in title) else f"{title} ({case})"
