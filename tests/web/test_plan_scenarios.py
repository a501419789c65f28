"""The page of a plan scenario: written down, computed, decided; nothing of what one may not see, and no price of labour for others."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tandem.kit import clock
from tandem.people.models import Role
from tandem.people.scoping import forget_roles
from tandem.planning import plan_branches
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanScenario
from tandem.resources.actions import rates, time_off
from tandem.work.actions import work_items
from tandem.work.models import WorkItem
from tests import make

MONDAY = datetime(2026, 9, 7, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday():
    with clock.held_at(MONDAY):
        yield


@pytest.fixture
def branch(world):
    """Mei's work in a project that she sees and in one that she does not."""
    secret = make.project(actor=world.alma, name="Secret quay", key="SEC")
    rows = [make.work_item(actor=world.admin, project=project, title=title, estimate_minutes=960) for project, title in ((world.project, "Berth"), (secret, "Hidden crane"))]
    for row in rows:
        work_items.change(actor=world.admin, item=row, version=None, assignees=[world.mei])
    rates.create(actor=world.admin, space=world.project.space.parent, person=world.mei, cost=Decimal(97), bill=None, currency="EUR", valid_from=date(2026, 1, 1))
    found = plan_scenarios.create(actor=world.admin, space=world.project.space, name="What if the crane waits")
    for row in rows:
        plan_scenarios.add(actor=world.admin, scenario=found, kind="item", subject=WorkItem.objects.get(pk=row.pk).pk, expected_minutes=4800)
    plan_branches.compute(found)
    return found


def page(user, branch) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(f"/plan/scenarios/{branch.pk}/")
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


def test_a_change_that_cannot_be_carried_out_is_told_on_the_page_and_can_be_taken_out(world, branch):
    change = branch.changes.first()
    work_items.remove(actor=world.admin, item=WorkItem.objects.get(pk=change.subject), version=None)
    plan_scenarios.add(actor=world.admin, scenario=branch, kind="away", subject=world.mei.pk, starts_on="2026-09-10", ends_on="2026-09-11")
    time_off.ask(actor=world.admin, person=world.mei, starts_on=date(2026, 9, 10), ends_on=date(2026, 9, 12), kind="other")
    plan_branches.compute(branch)
    assert {row[1] for row in branch.outcome["refused"]} == {"plan_subject_gone", "away_already"}
    said = page(world.admin, branch)
    assert "2026-09-10" in said and 'value="drop"' in said


def test_the_page_names_only_what_the_reader_sees(world, branch):
    mine = page(world.mei, branch)
    assert "Berth" in mine and "Portal" in mine
    assert "Hidden crane" not in mine and "Secret quay" not in mine and "1 change of something that you cannot see" in mine
    assert "1 project or promise that you cannot see" in mine
    all_of_it = page(world.admin, branch)
    assert "Hidden crane" in all_of_it and "Secret quay" in all_of_it
    assert page(world.dana, branch) == "404"


def test_what_labour_costs_is_told_to_who_sees_rates(world, branch):
    assert "EUR" in page(world.admin, branch)
    reader = make.user(actor=world.admin, name="Petra", role=Role.PROJECT_MANAGER, space=world.project.space)
    assert "EUR" not in page(reader, branch) and "Mei Lin" in page(reader, branch)


def test_a_change_is_written_down_computed_later_and_decided_by_another(world, branch):
    client = Client()
    client.force_login(world.boris)
    item = make.work_item(actor=world.admin, project=world.project, title="Gate", estimate_minutes=480)
    path = f"/plan/scenarios/{branch.pk}/"
    assert client.post(f"{path}changes/", {"do": "add", "kind": "item", "key": item.key, "due_on": "2026-10-01"}).status_code == 302
    assert branch.changes.get(subject=item.pk).by == world.boris
    assert "compute it again" in page(world.boris, branch)
    assert "Merge into the plan" not in page(world.boris, branch)
    client.post(f"{path}decisions/", {"do": "merge", "reason": "now"})
    assert PlanScenario.objects.get(pk=branch.pk).state == "open" and WorkItem.objects.get(pk=item.pk).due_on is None
    client.post(f"{path}decisions/", {"do": "discard", "version": PlanScenario.objects.get(pk=branch.pk).version})
    assert PlanScenario.objects.get(pk=branch.pk).state == "discarded"


def test_who_only_works_there_writes_nothing_down(world, branch):
    forget_roles()
    client = Client()
    client.force_login(world.mei)
    assert client.post(f"/plan/scenarios/{branch.pk}/changes/", {"do": "add", "kind": "item", "key": "POR-1", "priority": "1"}).status_code == 403
    assert "Write down a change" not in page(world.mei, branch)


def test_more_changes_ask_no_more_of_the_database(world, branch):
    """Three or eleven changes: the same number of queries."""
    counts = []
    for wanted in (1, 8):
        for n in range(wanted):
            item = make.work_item(actor=world.admin, project=world.project, title=f"Gate {wanted}.{n}", estimate_minutes=480)
            plan_scenarios.add(actor=world.admin, scenario=branch, kind="item", subject=item.pk, due_on="2026-10-01", assignees=[world.mei.pk])
        page(world.admin, branch)
        with CaptureQueriesContext(connection) as asked:
            page(world.admin, branch)
        # roles are read anew again and again only in the transaction in which they were given
        counts.append(sum("people_membership" not in one["sql"] and '"people_space"."is_confidential" AS' not in one["sql"] for one in asked))
    assert counts[0] == counts[1]
    assert counts[1] <= 45
