"""Loads the sample organisation into an empty installation, through the actions, at its simulated times."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils import translation

from tandem.kit.errors import Refused
from tandem.people.models import Space, SpaceKind
from tandem.samples import boards
from tandem.samples.aligned import Aligned
from tandem.samples.asked import Asked
from tandem.samples.caring import Caring
from tandem.samples.choosing import Choosing
from tandem.samples.equipped import Equipped
from tandem.samples.gained import Gained
from tandem.samples.gated import Gated
from tandem.samples.going_out import GoingOut
from tandem.samples.heard import Heard
from tandem.samples.looking_back import look_back
from tandem.samples.measured import Measured
from tandem.samples.met import Met
from tandem.samples.placing import Place
from tandem.samples.promised import Promised
from tandem.samples.proposed import Proposed
from tandem.samples.replaying import Replay
from tandem.samples.reported import Reported
from tandem.samples.resourced import Resourced
from tandem.samples.risked import Risked
from tandem.samples.simulation import SEED, simulate
from tandem.samples.spent import Spent
from tandem.samples.timed import Timed
from tandem.samples.timeline import Timeline
from tandem.samples.words import Language, Pair, say

Progress = Callable[[str], object]
_ROLES: tuple[tuple[str, Pair], ...] = (
    ("lead", ("PMO lead", "PMO 负责人")), ("pm0", ("Product manager", "产品经理")), ("exec", ("Executive", "高管")),
)  # fmt: skip


@dataclass(frozen=True)
class SignIn:
    role: str
    email: str
    password: str


@dataclass(frozen=True)
class Loaded:
    """Who may sign in, and how much there is. Iterating gives (email, role) of each sign-in."""

    sign_ins: tuple[SignIn, ...]
    counts: dict[str, int]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((one.email, one.role) for one in self.sign_ins)


def load(
    language: str = "en", password: str | None = None, progress: Progress | None = None, *,
    seed: int = SEED, as_of: date | None = None, computed: bool = True,
) -> Loaded:  # fmt: skip
    """Everything or nothing, in one transaction. Refused when there is an organisation already.

    `progress` is told each step in a sentence; `computed` false leaves forecasts and dates to the worker.
    """
    if Space.objects.filter(parent=None).exists():
        raise Refused("already_set_up")
    tell = progress or (lambda text: None)
    spoken: Language = "zh" if language.startswith("zh") else "en"
    password = password or secrets.token_urlsafe(12)
    tell(say(("Simulating eighteen months", "正在模拟十八个月"), spoken))
    world = simulate(spoken, seed, as_of)
    with translation.override("zh-hans" if spoken == "zh" else "en"), transaction.atomic():
        _patient()
        people, projects = len(world.people), len(world.projects)
        tell(say((f"Adding {people} people and {projects} projects", f"正在添加 {people} 人和 {projects} 个项目"), spoken))
        place = Place(world, password)
        place.fill()
        items = len(world.items)
        tell(say((f"Adding {items} work items with their history", f"正在添加 {items} 个工作项及其历史"), spoken))
        timeline = Timeline()
        replay = Replay(place, timeline)
        replay.run()
        promised = Promised(place, replay, timeline)
        promised.run()
        Measured(place, promised.objectives, timeline).run()
        Reported(place, timeline).run()
        Aligned(place, promised.objectives, timeline).run()
        Proposed(place, promised.objectives, timeline).run()
        Choosing(place, timeline).run()
        Gained(place, timeline).run()
        Spent(place, timeline).run()
        Heard(place, promised, timeline).run()
        Resourced(place, timeline).run()
        Equipped(place, timeline).run()
        Timed(place, timeline).run()
        Risked(place, timeline, computed=computed).run()
        Met(place, timeline).run()
        Caring(place, timeline).run()
        Asked(place, timeline).run()
        Gated(place, timeline).run()
        GoingOut(place, promised, timeline).run()
        timeline.run(lambda done, total: tell(say((f"Replaying what happened: {done} of {total}", f"正在重演经过：{done}/{total}"), spoken)))
        boards.lay_out(place.users["lead"], spoken)
    if computed:
        tell(say(("Computing dates and forecasts", "正在计算日期和预测"), spoken))
        _compute()
        look_back([place.users[code] for code, _name in _ROLES])
    sign_ins = tuple(SignIn(say(name, spoken), place.users[code].email, password) for code, name in _ROLES)
    return Loaded(sign_ins, _counts())


def _patient() -> None:
    """The load is one long transaction; nobody else is there to wait for it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")


def _compute() -> None:
    from tandem.kit import jobs
    from tandem.planning import alignment, forecasts, schedule
    from tandem.planning.actions import plan_ranges

    for space in Space.objects.filter(kind=SpaceKind.PROJECT).order_by("id"):
        schedule.compute(space)
    forecasts.compute_all()
    alignment.compute_all()
    for pk in Space.objects.filter(kind__in=plan_ranges.KINDS).values_list("pk", flat=True):
        jobs.enqueue(plan_ranges.RANGE, once=f"range:{pk}", space_id=pk)  # by the worker, which has the core compiled for it


def _counts() -> dict[str, int]:
    from tandem.governance.models import ChangeRequest, Gate, Issue, Method, Risk
    from tandem.history.models import Event
    from tandem.people.models import User
    from tandem.portfolio.models import Benefit, Programme, Project, ProjectReport, Proposal
    from tandem.product.models import Feature, Feedback, Product, Promise, Release
    from tandem.strategy.models import CheckIn, KeyResult, Kpi, Measurement, Objective
    from tandem.work.models import Link, StateChange, WorkItem

    nouns = (User, Product, Programme, Project, ProjectReport, Objective, KeyResult, CheckIn, Kpi, Measurement, Proposal, Benefit, Risk, Issue, ChangeRequest, Method, Gate, Feature, Release, Promise, Feedback, WorkItem, StateChange, Link, Event)
    return {str(model._meta.model_name): model._default_manager.count() for model in nouns}


