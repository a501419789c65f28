"""Two who write around the same row in the same moment: neither waits for what the other only refers to, and nobody waits in a circle."""

import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from tandem.api.governance.methods import USES
from tandem.api.nouns import held
from tandem.api.work.work_items import NOUN as ITEMS
from tandem.governance.actions import methods, phase_moves
from tandem.governance.models import Gate, MethodUse
from tandem.kit import clock
from tandem.kit.http import etag
from tandem.people.models import Role
from tandem.portfolio.actions import project_reports
from tandem.portfolio.actions.project_reports import Reported
from tandem.resources.actions import time_off
from tandem.work.actions import wip_limits, work_items
from tandem.work.models import Column, WorkItem
from tests import make
from tests.proof.serving import at_once, empty_queue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("races")]


@pytest.fixture(autouse=True)
def _empty_queue(db):
    empty_queue()


def together(first: Callable[[], Any], then: Callable[[], Any], other: Callable[[], Any]) -> list[str]:
    """One does `first` and, in the same transaction, `then`: once the other one, who began in between, is through or waits. What came of
    either: "done", or the name of what stopped it."""
    begun, through, backend = threading.Event(), threading.Event(), list[int]()

    def one() -> str:
        try:
            with transaction.atomic():
                first()
                begun.set()
                until = time.monotonic() + 3
                while (
                    not through.is_set() and time.monotonic() < until and not (backend and _waits(backend[0]))
                ):
                    time.sleep(0.02)
                then()
            return "done"
        except Exception as problem:
            return type(problem.__cause__ or problem).__name__
        finally:
            begun.set()

    def two() -> str:
        begun.wait(60)
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid(), set_config('lock_timeout', '4s', true)")
                    backend.append(cursor.fetchone()[0])
                other()
            return "done"
        except Exception as problem:
            return type(problem.__cause__ or problem).__name__
        finally:
            through.set()

    return at_once([one, two])


def _waits(backend: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted", [backend])
        return bool(cursor.fetchone()[0])


def by_api(
    noun: Any, user: Any, row: Any, act: Callable[[Any], Any]
) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A change through the API in its two steps: the row is held, then changed."""
    door = held(user, noun, row.pk, etag(row.version), {})
    kept: list[Any] = []

    def then() -> None:
        try:
            act(kept[0])
        except Exception as problem:
            door.__exit__(type(problem), problem, None)
            raise
        door.__exit__(None, None, None)

    return lambda: kept.append(door.__enter__()), then


def test_whoever_puts_leave_down_keeps_the_person_from_nothing(world):
    def leave() -> None:
        time_off.ask(
            actor=world.admin, person=world.boris, starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 2)
        )

    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'")
        make.risk(actor=world.boris, space=world.project.space)

    assert together(leave, lambda: time.sleep(1.5), write) == ["done", "done"]


def test_while_reports_come_in_the_project_is_written_about(world):
    make.risk(actor=world.boris, space=world.project.space)

    def report() -> None:
        values = {"on": clock.today() - timedelta(days=1), "spent": 10, "currency": "EUR"}
        project_reports.take_many(actor=world.alma, rows=[Reported(world.project, values)], source="Ledger")

    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'")
        Gate.objects.create(
            space=world.project.space,
            project=world.project,
            key="worth",
            name="Worth it",
            phase="dream",
            due_on=clock.today(),
        )

    assert together(report, lambda: time.sleep(1.5), write) == ["done", "done"]


@pytest.fixture
def limited(world):
    """Two items on a board whose column in progress takes no more than it says."""
    state = make.state_of(world.project, "in_progress")
    column = state.column or Column.objects.create(space=world.project.space, name="In progress")
    wip_limits.create(actor=world.boris, space=world.project.space, most=9, stops=True, column=column)
    return [make.work_item(actor=world.boris, project=world.project) for _n in range(2)]


def begun_by_api(world, item):
    state = make.state_of(world.project, "in_progress")
    return by_api(
        ITEMS,
        world.boris,
        item,
        lambda row: work_items.change(actor=world.boris, item=row, version=row.version, state=state),
    )


def test_of_two_who_change_an_item_by_page_and_by_api_neither_waits_in_a_circle(world, limited):
    item = limited[0]
    first, then = begun_by_api(world, item)
    other = WorkItem.objects.get(pk=item.pk)
    assert together(
        first, then, lambda: work_items.change(actor=world.boris, item=other, version=None, priority=1)
    ) == ["Outdated", "done"]
    assert WorkItem.objects.get(pk=item.pk).priority == 1


def test_an_item_becomes_a_part_of_one_that_the_api_changes(world, limited):
    item, part = limited
    first, then = begun_by_api(world, item)
    part = WorkItem.objects.get(pk=part.pk)
    above = WorkItem.objects.get(pk=item.pk)
    assert together(
        first, then, lambda: work_items.change(actor=world.boris, item=part, version=None, parent=above)
    ) == ["done", "done"]


def test_of_two_who_move_a_project_by_page_and_by_api_neither_waits_in_a_circle(world):
    phases = [
        {"key": key, "name": key.title(), "stage": stage, "days": 5}
        for key, stage in (("dream", "concept"), ("draw", "plan"), ("dig", "build"))
    ]
    method = methods.create(actor=world.alma, space=world.root, name="House way", content={"phases": phases})
    methods.publish(actor=world.alma, method_version=method.versions.get(), version=None)
    project = make.project_of(actor=world.alma, method=method, name="Quay", owner=world.boris)
    make.spaces.grant(actor=world.alma, space=project.space, user=world.boris, role=Role.PROJECT_MANAGER)
    use = MethodUse.objects.select_related("project", "method_version").get(project=project)
    first, then = by_api(
        USES,
        world.boris,
        use,
        lambda row: phase_moves.move(actor=world.boris, method_use=row, version=row.version, phase="draw"),
    )
    found = together(
        first,
        then,
        lambda: phase_moves.move(actor=world.alma, method_use=use, version=use.version, phase="dig"),
    )
    assert found == ["Outdated", "done"]
