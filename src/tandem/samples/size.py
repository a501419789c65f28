"""A large data set for size tests: many projects, items, links and comments, made from a seed, not lived through.

Every item, link and comment is written by its action with its event. Passages between states are written without an
event each: a size test needs the rows, not the feed.
"""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from django.db import connection, transaction

from tandem.collaboration.actions import comments
from tandem.collaboration.models import Comment
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.actions import users
from tandem.people.models import Role, Space, SpaceKind, User
from tandem.planning import alignment, forecasts, schedule
from tandem.planning.models import ComputedDates, Forecast
from tandem.portfolio.actions import portfolios
from tandem.product.actions import features, products, promises, releases
from tandem.product.models import Feature, Product
from tandem.samples.words import frame, stories, upkeep
from tandem.strategy.actions import objectives
from tandem.strategy.models import Objective
from tandem.work.actions import links, work_items
from tandem.work.actions.projects import open_project
from tandem.work.models import Assignment, Link, State, StateChange, WorkItem, WorkItemType

FIRST_PROJECT, SECOND_PROJECT, LARGE = 1000, 10_000, 30_000
"""Items of the first project, on which boards and plans are measured, and of the second, the large plan; a set of
fewer than `LARGE` items has no such second project."""
CHINESE = 5
"""The titles of every fifth project are Chinese."""
READER = "reader@size.example"
ON_ROADMAPS = 50
"""Of so many projects, the first ones, there are products with features and promises."""
_DAYS = 500
_GROUP = 10

Tell = Callable[[str], object]


@dataclass(frozen=True)
class Generated:
    """Who reads it (an ordinary member of everything) and how much there is."""

    email: str
    password: str
    projects: tuple[str, ...]
    counts: dict[str, int]


def generate(
    items: int = 100_000, seed: int = 1, projects: int = 50, people: int = 200, comments_each: float = 2.0,
    tell: Tell = lambda text: None, *, is_ahead: bool = False,
) -> Generated:  # fmt: skip
    """`is_ahead`: everything is still to be done, with links between projects and milestones, as a levelled plan needs it.

    Fills an empty installation. Refused when there is an organisation already.

    A transaction per project; one that was interrupted is started again in an empty database.
    """
    if Space.objects.filter(parent=None).exists():
        raise Refused("already_set_up")
    if not 1 <= projects <= items or people < 1:
        raise Refused("size_out_of_range", items=items, projects=projects, people=people)
    work = _Generator(random.Random(seed), comments_each, is_ahead)
    with transaction.atomic():
        password = work.found(people)
    for number, size in enumerate(sizes(items, projects)):
        with transaction.atomic():
            work.project(number, size)
        tell(f"{number + 1} of {projects} projects")
    with transaction.atomic():
        work.roadmaps()
        if is_ahead:
            work.across()
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return Generated(READER, password, tuple(work.keys), work.counts)


def uncomputed() -> list[Space]:
    """The projects that have no forecast yet."""
    known = Forecast.objects.filter(is_current=True).values("space_id")
    return list(Space.objects.filter(kind=SpaceKind.PROJECT).exclude(pk__in=known).order_by("id"))


def compute(tell: Tell = lambda text: None) -> None:
    """What a worker would compute after such a load: the measured plans, and every forecast. One that was killed goes on with
    the projects that it had not reached."""
    for space in Space.objects.filter(key__in=("P1", "P2")).order_by("id"):
        if not ComputedDates.objects.in_spaces([space.pk]).exists():
            tell(f"Computing the plan of {space.name}")
            schedule.compute(space)
    tell("Computing the forecasts")
    spaces = [*uncomputed(), *Space.objects.filter(kind=SpaceKind.PRODUCT)]
    forecasts.compute_all(spaces, lambda _phase, done, total: tell(f"{done} of {total} forecasts") if done % 50 == 0 else None)
    alignment.compute_all()


def sizes(items: int, projects: int) -> list[int]:
    """Items per project: the measured ones first, the others share the rest evenly."""
    fixed = [FIRST_PROJECT, SECOND_PROJECT] if items >= LARGE else [FIRST_PROJECT]
    if projects <= len(fixed) or items < sum(fixed) + projects:
        fixed = []
    rest, others = items - sum(fixed), projects - len(fixed)
    return [*fixed, *(rest // others + (n < rest % others) for n in range(others))]


class _Generator:
    def __init__(self, rng: random.Random, comments_each: float, is_ahead: bool = False) -> None:
        self.rng, self.comments_each, self.is_ahead = rng, comments_each, is_ahead
        self.today = clock.today()
        self.people: list[User] = []
        self.keys: list[str] = []
        self.epics: list[list[WorkItem]] = []
        self.counts = dict.fromkeys(("items", "links", "comments", "passages", "features", "promises"), 0)
        self.patterns = [pair for _, found in stories.ASPECTS.values() for pair in found]
        self.nouns = [f.noun for f in frame.FEATURES]

    def found(self, people: int) -> str:
        """The organisation, its people, and the reader who may see everything and edit work."""
        password = secrets.token_urlsafe(16)
        self.admin = users.bootstrap(organisation="Size test", name="Ada Admin", email="admin@size.example")
        self.root = Space.objects.get(parent=None)
        reader = users.add(actor=self.admin, name="Rea Reader", email=READER, password=password, role=Role.MEMBER)
        self.people.append(reader)
        for number in range(max(0, people - 2)):
            self.people.append(users.add(actor=self.admin, name=f"Person {number:03d}", email=f"p{number}@size.example"))
        self.portfolio = portfolios.create(actor=self.admin, parent=self.root, name="Size", key="SIZE")
        return password

    def project(self, number: int, size: int) -> None:
        row = open_project(
            actor=self.admin, parent=self.portfolio.space, name=f"Project {number + 1:02d}", key=f"P{number + 1}",
            owner=self.admin, starts_on=self.today - timedelta(_DAYS),
        )  # fmt: skip
        self.keys.append(row.space.key)
        states = list(State.objects.filter(space=row.space).in_order())
        types = {t.level: t for t in WorkItemType.objects.filter(space=row.space).order_by("-rank")}
        is_chinese = number % CHINESE == CHINESE - 1
        rows = [self._item(n, states, types, is_chinese) for n in range(size)]
        if self.is_ahead:
            self._ahead(rows, states)
        for start in range(0, size, _GROUP):
            for item in rows[start + 1 : start + _GROUP]:
                item.parent = rows[start]
        epics, parts = rows[::_GROUP], [r for n, r in enumerate(rows) if n % _GROUP]
        for some in (epics, parts):
            people = [Assignment(item=i, user=self.rng.choice(self.people)) for i in some]
            passages = [p for i in some for p in self._passages(i, states)]
            work_items.create_many(actor=self.admin, space=row.space, items=some, assignments=people, changes=passages)
            self.counts["passages"] += len(passages)
        self._links(row.space, parts)
        self._comments(row.space, rows)
        self.epics.append(epics)
        self.counts["items"] += size

    def _item(self, number: int, states: list[State], types: dict[int, WorkItemType], is_chinese: bool) -> WorkItem:
        rng = self.rng
        first = number * _DAYS // 2000 % _DAYS
        created = self._moment(rng.randint(0, _DAYS - 1))
        age = (self.today - created.date()).days
        state = rng.choices(states, (45, 10, 5, 40) if age < 120 else (12, 4, 2, 82))[0]
        (article, bare, several, chinese), pattern = rng.choice(self.nouns), rng.choice(self.patterns)
        title = pattern[1].format(n=chinese) if is_chinese else pattern[0].format(a=article, n=bare, s=several)
        started = min(created + timedelta(rng.randint(1, 40)), self._moment(_DAYS)) if state.category != "to_do" else None
        finished = min(started + timedelta(rng.randint(1, 15)), self._moment(_DAYS)) if started and state.is_done else None
        start = self._moment(first).replace(hour=8)
        days = rng.randint(1, 10)
        return WorkItem(
            title=title[:1].upper() + title[1:], type=types[3 if number % _GROUP == 0 else 2], state=state, created_at=created,
            updated_at=finished or started or created, reporter=rng.choice(self.people), priority=rng.randint(1, 4),
            rank=(number + 1) * 1024.0, labels=[rng.choice(upkeep.LABELS)[0][0]] if rng.random() < 0.3 else [],
            due_on=(start + timedelta(days + 5)).date() if rng.random() < 0.7 else None,
            estimate_points=float(rng.choice((1, 2, 3, 5, 8))), actual_start=started, actual_finish=finished,
            planned_start=start, planned_finish=start + timedelta(days, hours=9),
            duration_minutes=None if number % _GROUP == 0 else days * 480, percent_complete=100 if finished else 0,
        )  # fmt: skip

    def _ahead(self, rows: list[WorkItem], states: list[State]) -> None:
        """Nothing is done, a tenth has begun; each group of ten is planned over some weeks, and ends in a milestone."""
        for number, item in enumerate(rows):
            days = self.rng.choice((0.5, 1, 1, 2, 3, 4, 6))
            first = self.today + timedelta(self.rng.randint(0, 240))
            has_begun = self.rng.random() < 0.1 and len(states) > 1
            item.state = states[1] if has_begun else states[0]
            item.actual_start = item.created_at if has_begun else None
            item.actual_finish, item.percent_complete = None, 0
            item.is_milestone = number % _GROUP == _GROUP - 1
            item.duration_minutes = 0 if item.is_milestone else None
            item.estimate_minutes = None if item.is_milestone or number % _GROUP == 0 else round(days * 480)
            item.planned_start = datetime.combine(first, datetime.min.time(), UTC) + timedelta(hours=8)
            item.planned_finish = item.planned_start + timedelta(days, hours=9)
            item.due_on = first + timedelta(60) if item.is_milestone else None

    def across(self) -> None:
        """Every project waits for some work of earlier ones: no circle can come about."""
        for number in range(1, len(self.epics)):
            found = [
                Link(space=self.epics[number][0].space, source=self.rng.choice(self.epics[self.rng.randrange(number)]), target=self.rng.choice(self.epics[number]), kind="FS")
                for _ in range(3)
            ]
            links.create_many(actor=self.admin, space=self.epics[number][0].space, links=list({(one.source_id, one.target_id): one for one in found}.values()))

    def _passages(self, item: WorkItem, states: list[State]) -> list[StateChange]:
        person = item.reporter
        passages = [StateChange(item=item, from_state=None, to_state=states[0], at=item.created_at, by=person)]
        if item.actual_start:
            now = item.state if not item.state.is_done else states[1]
            passages.append(StateChange(item=item, from_state=states[0], to_state=now, at=item.actual_start, by=person))
        if item.actual_finish:
            passages.append(StateChange(item=item, from_state=states[1], to_state=item.state, at=item.actual_finish, by=person))
        return passages

    def _links(self, space: Space, parts: list[WorkItem]) -> None:
        """About every second item waits for the one before it in its group: no circle can come about."""
        found = [
            Link(space=space, source=before, target=after, kind="FS")
            for before, after in pairwise(parts)
            if before.parent_id == after.parent_id and self.rng.random() < 0.6
        ]
        links.create_many(actor=self.admin, space=space, links=found)
        self.counts["links"] += len(found)

    def _comments(self, space: Space, items: list[WorkItem]) -> None:
        rows = []
        for item in items:
            whole, part = divmod(self.comments_each, 1)
            for _ in range(self.rng.randint(0, int(whole) * 2) + (self.rng.random() < part)):
                said = self.rng.choice(upkeep.WAITS)[0]
                made_at = item.created_at + timedelta(hours=self.rng.randint(1, 200))
                rows.append(Comment(
                    subject_kind="work.workitem", subject_id=item.pk, author=self.rng.choice(self.people),
                    body=said, created_at=made_at,
                ))  # fmt: skip
        comments.create_many(actor=self.admin, space=space, comments=rows)
        self.counts["comments"] += len(rows)

    def roadmaps(self) -> None:
        """A product for every five projects, with features over the projects' first groups, and promises."""
        goals, epics = [self._objective(number) for number in range(6)], self.epics[:ON_ROADMAPS]
        for number in range(0, len(epics), 5):
            self._roadmap(number // 5, epics[number : number + 5], goals)

    def _roadmap(self, number: int, epics: list[list[WorkItem]], goals: list[Objective]) -> None:
        product: Product = products.create(
            actor=self.admin, parent=self.root, name=f"Product {number + 1:02d}", key=f"Q{number + 1}", owner=self.admin
        )
        out = [
            releases.create(actor=self.admin, product=product, name=f"{n + 1}.0", planned_on=self.today + timedelta(45 * n + 20))
            for n in range(4)
        ]
        for place, project in enumerate(epics):
            for turn in range(4):
                scope = project[-1 - turn * 6 : -7 - turn * 6 : -1]
                title = frame.FEATURES[(place * 4 + turn + number) % len(frame.FEATURES)].title[0]
                feature = features.create(
                    actor=self.admin, product=product, title=title, owner=self.admin, release=out[turn % 4],
                    state=Feature.State.BUILDING, horizon=(Feature.Horizon.NOW, Feature.Horizon.NEXT, Feature.Horizon.LATER)[turn % 3],
                )  # fmt: skip
                features.add_scope(actor=self.admin, subject=feature, items=scope)
                objectives.contribute(actor=self.admin, objective=self.rng.choice(goals), subject=feature, weight=100)
                self._promise(feature)
                self.counts["features"] += 1

    def _promise(self, feature: Feature) -> None:
        given = self._moment(_DAYS - self.rng.randint(5, 90))
        with clock.held_at(given):
            day = self.today + timedelta(self.rng.randint(10, 200))
            promises.give(actor=self.admin, subject=feature, to_whom="the customers", date=day, confidence=80)
        self.counts["promises"] += 1

    def _objective(self, number: int) -> Objective:
        first = date(self.today.year, 1, 1)
        title = frame.OBJECTIVES[number].title[0]
        return objectives.create(
            actor=self.admin, space=self.root, title=title, starts_on=first, ends_on=self.today + timedelta(200), owner=self.admin
        )

    def _moment(self, day: int) -> datetime:
        """`_DAYS` is yesterday evening."""
        at = datetime.combine(self.today - timedelta(_DAYS - day + 1), datetime.min.time(), UTC)
        return at + timedelta(hours=9, minutes=self.rng.randint(0, 450))
