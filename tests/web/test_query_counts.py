"""How many queries a page makes does not depend on how much it shows: ten rows or sixty (in the quick proof sixteen), the same number, at most 25."""

import itertools
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.collaboration.actions import comments
from tandem.collaboration.models import Job
from tandem.exchange.models import Import
from tandem.kit import clock
from tandem.people import scoping
from tandem.planning.models import ComputedDates, Effort, Forecast, Run
from tandem.product.actions import features, feedback_links, scores
from tandem.product.models import Feature
from tandem.strategy.actions import objectives
from tandem.strategy.models import Objective
from tandem.web import standing
from tandem.work.actions import links, sprint_scope, work_items
from tandem.work.models import Assignment, Link, Sprint, State, StateChange, WorkItem, WorkItemType
from tests import make
from tests.drawn import drawn

PAGES = {
    "home": "/",
    "roadmap": "/roadmap/",
    "now, next, later": "/roadmap/?view=horizons",
    "roadmap by product with the past": "/roadmap/?group=product&past=1&sort=slip",
    "objectives": "/objectives/",
    "plan": "/plans/POR/",
    "plan's data": "/plans/POR/data.json",
    "board": "/boards/POR/",
    "flow": "/flow/POR/?period=all",
    "backlog": "/backlog/POR/",
    "sprint": "/sprints/{sprint}/",
    "sprint, stand-up": "/sprints/{sprint}/?view=standup",
    "sprint, review": "/sprints/{sprint}/?view=review",
    "work items": "/work-items/",
    "filtered and sorted": "/work-items/?q=assignee:me+state:open&sort=due",
    "grouped, with every column": "/work-items/?group=state&cols=key,title,state,type,assignees,priority,due,points,labels,project,updated",
    "work item": "/work-items/POR-1/",
    "work item as a peek": "/work-items/POR-1/?peek=1",
    "imports": "/imports/",
    "jobs": "/jobs/",
    "alignment": "/alignment/",
    "strategy map": "/strategy-map/",
    "health": "/projects/health/",
    "course of the reports": "/project-reports/course/",
    "promises": "/promises/",
    "proposals": "/proposals/",
    "scenarios compared": "/scenarios/compared/",
    "feedback": "/feedback/?sort=-votes",
    "features": "/features/",
    "feature": "/features/{feature}/",
    "priorities": "/products/{product}/priorities/",
}
MOST = 25


class _Grown:
    """The world of the tests, with as many rows of everything as asked for, all of them Alma's."""

    def __init__(self, world):
        self.world, self.size = world, 0
        self.run = Run.objects.create(
            space=world.project.space, kind="schedule", state="done", as_of=clock.today(), inputs_hash="", seed=1, program="0",
            finished_at=clock.now(),
        )  # fmt: skip
        self.sprint = make.sprint(actor=world.alma, project=world.project)
        make.sprint(actor=world.alma, project=world.project, name="Sprint 2", begins=14)
        Sprint.objects.filter(pk=self.sprint.pk).update(state="active", started_at=clock.now() - timedelta(3))
        self.types = {t.level: t for t in WorkItemType.objects.filter(space=world.project.space).order_by("-rank")}
        self.model = make.scoring_model(actor=world.alma, space=world.root)
        self.states = list(State.objects.filter(space=world.project.space).in_order())

    def to(self, size: int) -> None:
        for number in range(self.size, size):
            self._objective_with_feature(number, self._items(number))
            self._asked(number)
            Job.objects.create(space=self.world.root, kind="forecast", title=f"Job {number}", owner=self.world.alma, total=3)
            Import.objects.create(
                space=self.world.root, file_name=f"{number}.csv", owner=self.world.alma, into=self.world.project.space,
                state=Import.State.PREVIEWED,
            )  # fmt: skip
        self.size = size

    def _items(self, number: int) -> list[WorkItem]:
        """Four items: one of them done, one late, under the first item of all, each after the one before."""
        alma, now = self.world.alma, clock.now()
        first = WorkItem.objects.filter(space=self.world.project.space).order_by("id").first()
        rows = [
            WorkItem(
                title=f"Item {number}.{n}", type=self.types[2], state=self.states[-1 if n == 0 else n % 2], created_at=now - timedelta(90),
                updated_at=now, rank=number * 4 + n, priority=n % 4 + 1, parent=first, labels=["api"], due_on=date(2026, 1, 1),
                actual_start=now - timedelta(60) if n == 0 else None, actual_finish=now - timedelta(number % 50 + 1) if n == 0 else None,
            )
            for n in range(4)
        ]  # fmt: skip
        people = [Assignment(item=i, user=u) for i in rows for u in (alma, self.world.boris)]
        passages = [StateChange(item=i, from_state=None, to_state=i.state, at=now, by=alma) for i in rows]
        work_items.create_many(actor=alma, space=self.world.project.space, items=rows, assignments=people, changes=passages)
        sprint_scope.put(actor=alma, items=[(row, None) for row in rows[:3]], sprint=self.sprint)
        head = first or rows[0]
        ties = [Link(space=head.space, source=a, target=b, kind="FS") for a, b in itertools.pairwise(rows)]
        ties += [Link(space=head.space, source=row, target=head, kind="blocks") for row in rows if row.pk != head.pk]
        links.create_many(actor=alma, space=head.space, links=ties)
        ComputedDates.objects.bulk_create(
            ComputedDates(item=row, space=head.space, run=self.run, start=now, finish=now + timedelta(3)) for row in rows
        )
        comments.add(actor=alma, subject=head, body=f"Remark {number}")
        work_items.change(actor=self.world.boris, item=rows[1], version=None, priority=(rows[1].priority % 4) + 1)
        return rows

    def _objective_with_feature(self, number: int, scope: list[WorkItem]) -> None:
        world = self.world
        objective = make.objective(actor=world.alma, title=f"Objective {number}")
        release = make.release(actor=world.chen, product=world.product, name=f"{number}.0", planned_on=clock.today() + timedelta(number + 9))
        feature = make.feature(
            actor=world.chen, product=world.product, title=f"Feature {number}", state="building", owner=world.chen, release=release
        )
        features.add_scope(actor=world.chen, subject=feature, items=scope)
        objectives.contribute(actor=world.alma, objective=objective, subject=feature, weight=50)
        make.promise(actor=world.chen, subject=feature, date=clock.today() + timedelta(number % 7 + 1))
        make.promise(actor=world.chen, subject=release)
        for subject in (feature, release):
            Forecast.objects.create(
                space=world.product.space, run=self.run, subject_kind=subject._meta.label_lower, subject_id=subject.pk,
                as_of=clock.today(), remaining=3, p50=clock.today() + timedelta(20), p80=clock.today() + timedelta(40),
                p95=clock.today() + timedelta(60), detail={"per_week": 1.5},
            )  # fmt: skip


    def _asked(self, number: int) -> None:
        """Feedback to the first feature, a score for the newest, a proposal, and another project with its reports and its work."""
        world = self.world
        first, newest = Feature.objects.order_by("id").first(), Feature.objects.order_by("-id").first()
        entry = make.feedback(actor=world.chen, product=world.product, title=f"Wish {number}")
        feedback_links.link(actor=world.chen, feedback=entry, feature=first, quote=f"Wish {number}")
        scores.create(actor=world.alma, feature=newest, model=self.model, inputs={one["name"]: 2 for one in self.model.inputs})
        proposal = make.proposal(actor=world.alma, space=world.root, title=f"Proposal {number}")
        objective = Objective.objects.order_by("-id").first()
        objectives.contribute(actor=world.alma, objective=objective, subject=proposal, weight=40)
        project = make.project(actor=world.alma, name=f"Project {number}", key=f"X{number}")
        for back in (400, 40):
            make.project_report(actor=world.alma, project=project, on=clock.today() - timedelta(back), budget=1000 + number - back, planned_finish=clock.today())
        Effort.objects.create(space=project.space, objective=objective, product=world.product, month=clock.today().replace(day=1), items=12)


def _counts(client, sprint: Sprint) -> dict[str, int]:
    scoping.forget_roles()  # the rows' own transaction is over as far as the pages know: what people may see is remembered again
    found = {}
    feature = Feature.objects.order_by("id").first()
    for name, template in PAGES.items():
        address = template.format(sprint=sprint.pk, feature=feature.pk, product=feature.product_id)
        assert client.get(address).status_code == 200, address  # warm: what a process reads once is not counted
        standing.forget()
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
            found[name] = len(queries)
    return found


@pytest.mark.parametrize("size", [16, pytest.param(60, marks=pytest.mark.slow)])
def test_pages_make_as_few_queries_for_many_rows_as_for_ten(world, signed_in, size):
    client = signed_in(world.alma)
    grown = _Grown(world)
    grown.to(10)
    few = _counts(client, grown.sprint)
    grown.to(size)
    many = _counts(client, grown.sprint)
    assert {name: (few[name], n) for name, n in many.items() if n > few[name]} == {}
    assert {name: n for name, n in many.items() if n > MOST} == {}


def test_a_page_that_asked_once_per_row_would_be_caught(world):
    """The measure itself: ten rows read one by one are ten queries."""
    rows = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(10)]
    with CaptureQueriesContext(connection) as queries:
        for row in rows:
            WorkItem.objects.visible_to(world.boris).get(pk=row.pk)
        assert len(queries) >= 10


@pytest.mark.parametrize("name", drawn(["roadmap", "board", "work items", "objectives"], 4))
def test_what_was_measured_is_on_the_page(world, signed_in, name):
    grown = _Grown(world)
    grown.to(10)
    text = signed_in(world.alma).get(PAGES[name]).content.decode()
    assert ("Feature 9" if name in ("roadmap", "objectives") else "Item 9.1") in text
