"""What was closed without a result (cancelled, not planned, a duplicate) is neither finished work nor open work: no forecast takes it for pace."""

import gzip
import json

import pytest
from django.db import IntegrityError, transaction

from tandem.compute.forecasting.history import NEEDED
from tandem.exchange import command
from tandem.exchange.formats.states import guess_category, is_given_up
from tandem.kit.errors import Refused
from tandem.planning import forecasts, words
from tandem.planning.models import Forecast
from tandem.portfolio.models import Project
from tandem.product.actions import features
from tandem.reports.queries import flow
from tandem.reports.queries.key_results import shares
from tandem.strategy.actions import objectives
from tandem.work.actions import states
from tandem.work.models import State, WorkItem
from tests import make
from tests.planning import histories


@pytest.fixture(autouse=True)
def _today():
    with histories.today():
        yield


@pytest.fixture
def cancelled(world):
    return states.add(actor=world.boris, space=world.project.space, name="Cancelled", category="done", is_given_up=True)


def a_team_that_gave_up(world, state, finished=10, left=5):
    """Thirty weeks of a steady team: so many of what was closed, and of what was open, were given up."""
    rows = histories.steady(actor=world.boris, project=world.project, weeks=30)
    done = [row.pk for row in rows if row.actual_finish]
    still = [row.pk for row in rows if not row.actual_finish]
    WorkItem.objects.filter(pk__in=done[-finished:]).update(state=state)
    WorkItem.objects.filter(pk__in=still[:left]).update(state=state, actual_finish=histories.at(histories.TODAY, 8))
    feature = make.feature(actor=world.chen, product=world.product, state="building")
    features.add_scope(actor=world.chen, subject=feature, items=rows, added_at=rows[0].created_at)
    return feature, rows


def current(subject) -> Forecast:
    return Forecast.objects.of(subject).get(is_current=True)


def test_what_was_given_up_is_no_pace_and_no_rest_and_is_named(world, cancelled):
    feature, rows = a_team_that_gave_up(world, cancelled)
    forecasts.compute(world.product.space)
    found = current(feature)
    finished = sum(row.actual_finish is not None for row in rows) - 10
    assert found.remaining == 20 - 5
    assert NEEDED <= found.detail["found"] <= finished
    left_out = [w for w in found.detail["warnings"] if w["code"] == "given_up"]
    assert left_out == [{"code": "given_up", "value": 15}]
    assert words.warning(left_out[0]).startswith("15 items were closed without a result")


def test_the_same_history_without_them_gives_the_same_dates(world, cancelled):
    feature, _rows = a_team_that_gave_up(world, cancelled)
    forecasts.compute(world.product.space)
    marked = current(feature)
    WorkItem.objects.filter(state=cancelled).update(removed_at=histories.at(histories.TODAY))
    forecasts.compute(world.product.space)
    gone = current(feature)
    assert (marked.p50, marked.p80, marked.p95) == (gone.p50, gone.p80, gone.p95)
    assert marked.detail["per_week"] == gone.detail["per_week"]


def test_the_project_counts_as_its_features_do(world, cancelled):
    a_team_that_gave_up(world, cancelled)
    forecasts.compute(world.project.space)
    found = current(world.project)
    assert found.remaining == 15 and {"code": "given_up", "value": 15} in found.detail["warnings"]


def test_a_state_that_begins_to_mean_so_changes_the_forecast(world):
    state = states.add(actor=world.boris, space=world.project.space, name="Wontfix", category="done")
    feature, _rows = a_team_that_gave_up(world, state)
    forecasts.compute(world.product.space)
    before = current(feature)
    states.change(actor=world.boris, state=state, version=state.version, is_given_up=True)
    forecasts.compute(world.product.space)
    after = current(feature)
    assert after.detail["found"] < before.detail["found"] and after.p80 > before.p80


def test_flow_and_key_results_leave_them_out_as_well(world, cancelled):
    feature, rows = a_team_that_gave_up(world, cancelled)
    reading = flow.read(world.boris, world.project.space_id, now=flow.now_of(world.project))
    assert reading.given_up == 15 and len(reading.lines) == len(rows) - 15
    objective = make.objective(actor=world.alma)
    objectives.contribute(actor=world.alma, objective=objective, subject=feature, weight=100)
    found = shares(world.alma, [objective.pk])[objective.pk]
    assert (found.total, len(found.finished)) == (len(rows) - 15, len(rows) - 15 - 15)


def test_only_what_is_over_can_be_given_up(world, cancelled):
    begun = make.state_of(world.project, "in_progress")
    with pytest.raises(Refused) as refused:
        states.change(actor=world.boris, state=begun, version=begun.version, is_given_up=True)
    assert refused.value.code == "given_up_is_over"
    with pytest.raises(Refused):
        states.add(actor=world.boris, space=world.project.space, name="Odd", category="to_do", is_given_up=True)
    changed = states.change(actor=world.boris, state=cancelled, version=cancelled.version, category="in_progress")
    assert not changed.is_given_up
    with pytest.raises(IntegrityError), transaction.atomic():
        State.objects.filter(pk=begun.pk).update(is_given_up=True)


def test_the_page_of_the_workflow_says_it_and_sets_it(world, signed_in):
    client, done = signed_in(world.boris), make.state_of(world.project, "done")
    address = f"/boards/{world.project.space.key}/workflow/"
    sent = {"do": "change_state", "state": done.pk, "version": done.version, "name": "Rejected", "category": "given_up"}
    assert client.post(address, sent).status_code == 302
    done.refresh_from_db()
    assert (done.name, done.category, done.is_given_up) == ("Rejected", "done", True)
    assert '<option value="given_up" selected>' in client.get(address).content.decode()
    client.post(address, sent | {"version": done.version, "name": "Done", "category": "done"})
    done.refresh_from_db()
    assert not done.is_given_up


@pytest.mark.parametrize("name", ["Cancelled", "Canceled", "Won't Do", "Not planned", "Duplicate", "Rejected", "Wontfix", "已取消", "不予采纳", "重复"])
def test_names_that_say_so(name):
    assert is_given_up(name)


@pytest.mark.parametrize("name", ["Done", "Closed", "Released", "Resolved", "Accepted", "已完成", "已关闭", "已发布"])
def test_names_that_do_not(name):
    assert not is_given_up(name) and guess_category(name) == "done"


def test_issues_that_were_not_planned_come_in_as_given_up(world, tmp_path):
    def issue(number, reason):
        return {
            "number": number, "title": f"Issue {number}", "body": "", "state": "CLOSED", "stateReason": reason, "url": f"https://github.com/acme/sdk/issues/{number}",
            "comments": [], "labels": [], "author": {"login": "ida"}, "createdAt": "2026-01-16T23:20:24Z", "closedAt": "2026-02-16T23:20:24Z",
        }  # fmt: skip

    path = tmp_path / "acme-sdk.json.gz"
    path.write_bytes(gzip.compress(json.dumps([issue(1, "COMPLETED"), issue(2, "NOT_PLANNED"), issue(3, "DUPLICATE")]).encode()))
    known = set(Project.objects.values_list("pk", flat=True))
    assert command.run([path], actor=world.alma.email) == 0
    project = Project.objects.exclude(pk__in=known).get()
    found = dict(WorkItem.objects.filter(space=project.space).values_list("title", "state__is_given_up"))
    assert found == {"Issue 1": False, "Issue 2": True, "Issue 3": True}
