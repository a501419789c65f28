"""Verdicts that come at the same moment: each counts once, and what both accept is carried out once."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tandem.governance.actions import change_requests, change_verdicts
from tandem.governance.models import ChangeRequest, Verdict
from tandem.history.models import Event
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanScenario
from tandem.work.models import WorkItem
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    found: list[Any] = []
    begin = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> None:
        begin.wait()
        try:
            found.append(call())
        except Exception as problem:
            found.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return found


@pytest.fixture
def row(world):
    item = make.work_item(actor=world.admin, project=world.project, priority=3)
    made = make.change_request(actor=world.mei, space=world.project.space, changes=[("item", item.pk, {"priority": 1})], computed=False)
    digest = plan_scenarios.digest(list(made.scenario.changes.order_by("id")))
    PlanScenario.objects.filter(pk=made.scenario_id).update(outcome={}, computed_of=digest)
    return made


def say(row, who, side, answer="yes"):
    return lambda: change_verdicts.decide(actor=who, change_request=row, version=None, side=side, answer=answer, reason="So")


def codes(found):
    return sorted(getattr(one, "code", type(one).__name__) for one in found if isinstance(one, Exception))


def carried() -> int:
    return Event.objects.filter(verb="change_request.applied").count()


def test_both_sides_at_once_carry_it_out_once(world, row):
    assert codes(at_once(say(row, world.chen, "product"), say(row, world.boris, "pmo"))) == []
    assert (ChangeRequest.objects.get().state, carried(), Verdict.objects.count()) == ("applied", 1, 2)
    assert Event.objects.filter(verb="work_item.changed").count() == 1
    assert WorkItem.objects.get().priority == 1


def test_the_same_verdict_from_two_windows_counts_once(world, row):
    assert codes(at_once(say(row, world.chen, "product"), say(row, world.chen, "product"))) == ["change_spoken"]
    assert (ChangeRequest.objects.get().state, Verdict.objects.count()) == ("submitted", 1)


def test_one_person_at_two_windows_does_not_speak_for_both_sides(world, row):
    assert codes(at_once(say(row, world.alma, "product"), say(row, world.alma, "pmo"))) == ["change_spoken"]
    assert (ChangeRequest.objects.get().state, carried()) == ("submitted", 0)


def test_a_yes_and_a_no_at_once_never_both_hold(world, row):
    say(row, world.boris, "pmo")()
    at_once(say(row, world.chen, "product"), say(row, world.alma, "product", "no"))
    done = ChangeRequest.objects.get()
    assert (done.state, carried(), WorkItem.objects.get().priority) in [("applied", 1, 1), ("rejected", 0, 3)]


def test_an_edit_and_the_last_yes_at_once_never_carry_out_what_was_not_judged(world, row):
    say(row, world.boris, "pmo")()
    content = row.scenario.changes.select_related("scenario").get()
    edit = lambda: change_requests.revise(actor=world.mei, change_request=row, change=content, version=None, priority=4)  # noqa: E731
    at_once(say(row, world.chen, "product"), edit)
    done = ChangeRequest.objects.get()
    assert (done.state, carried(), WorkItem.objects.get().priority) in [("applied", 1, 1), ("submitted", 0, 3)]
