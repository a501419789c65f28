"""In a state of finished work a single item can have ended without a result: a tracker's resolution says so, or a person."""

import uuid

import pytest

from tandem.exchange.formats.states import is_no_result
from tandem.kit.errors import Refused
from tandem.people.models import Space
from tandem.planning import forecasts
from tandem.reports.queries import filter_language, flow
from tandem.reports.queries.key_results import shares
from tandem.strategy.actions import objectives
from tandem.work.actions import states, undoing, work_items
from tandem.work.models import WorkItem
from tests import make
from tests.conftest import DATA
from tests.exchange.files import take_over
from tests.planning import histories
from tests.planning.test_given_up import a_team_that_gave_up, current

ASF = DATA / "jira-csv" / "asf-jira-2014-closed.csv"
JIRA = "Issue key,Issue id,Summary,Issue Type,Status,Status Category,Resolution,Project key,Created,Resolved\n"


@pytest.fixture(autouse=True)
def _today():
    with histories.today():
        yield


@pytest.fixture
def done(world):
    return make.state_of(world.project, "done")


@pytest.fixture
def item(world, done):
    return make.work_item(actor=world.boris, project=world.project, title="Export to fax", state="done")


def test_a_forecast_flow_and_key_results_leave_out_single_items_as_they_do_states(world, done):
    feature, rows = a_team_that_gave_up(world, done)
    over = list(WorkItem.objects.filter(pk__in=[r.pk for r in rows], state=done).order_by("-actual_finish", "pk")[:15])
    before = len(rows)
    WorkItem.objects.filter(pk__in=[one.pk for one in over]).update(is_given_up=True)
    forecasts.compute(world.product.space)
    assert {"code": "given_up", "value": 15} in current(feature).detail["warnings"]
    reading = flow.read(world.boris, world.project.space_id, now=flow.now_of(world.project))
    assert reading.given_up == 15 and len(reading.lines) == before - 15
    aim = make.objective(actor=world.alma)
    objectives.contribute(actor=world.alma, objective=aim, subject=feature, weight=100)
    assert shares(world.alma, [aim.pk])[aim.pk].total == before - 15
    marked = current(feature)
    WorkItem.objects.filter(is_given_up=True).update(removed_at=histories.at(histories.TODAY))
    forecasts.compute(world.product.space)
    assert (marked.p50, marked.p80) == (current(feature).p50, current(feature).p80)


def test_only_finished_work_ends_without_a_result_and_what_is_opened_again_did_not(world, done, item):
    begun = make.state_of(world.project, "in_progress")
    still = make.work_item(actor=world.boris, project=world.project, title="Still open")
    with pytest.raises(Refused) as refused:
        work_items.change(actor=world.boris, item=still, version=still.version, is_given_up=True)
    assert refused.value.code == "given_up_is_over"
    with pytest.raises(Refused):
        work_items.change(actor=world.boris, item=item, version=item.version, is_given_up=True, state=begun)
    item.refresh_from_db()
    item = work_items.change(actor=world.boris, item=item, version=item.version, is_given_up=True)
    condition = filter_language.listed("is:without_result", world.boris)
    assert list(WorkItem.objects.visible_to(world.boris).filter(condition)) == [item]
    item = work_items.move(actor=world.boris, item=item, version=item.version, state=begun)
    assert not item.is_given_up
    item = work_items.move(actor=world.boris, item=item, version=item.version, state=done)
    assert not item.is_given_up, "finished anew it has a result, unless somebody says otherwise"


def test_it_is_taken_back_as_any_change(world, item):
    run = uuid.uuid4()
    work_items.change(actor=world.boris, item=item, version=item.version, is_given_up=True, run=run)
    assert undoing.undo(actor=world.boris, run=run)[0] == 1
    item.refresh_from_db()
    assert not item.is_given_up


def test_a_state_that_is_left_for_open_work_takes_the_word_along(world, item):
    other = states.add(actor=world.boris, space=world.project.space, name="Fertig", category="done")
    item = work_items.change(actor=world.boris, item=item, version=item.version, is_given_up=True)
    item = work_items.move(actor=world.boris, item=item, version=item.version, state=other)
    assert item.is_given_up, "from one finished state into another it stays what it was"


def test_it_is_said_and_changed_on_the_page_of_the_item(world, signed_in, item):
    client, address = signed_in(world.boris), f"/work-items/{item.key}/"
    assert "Closed without a result" in client.get(address).content.decode()  # as a choice
    sent = {"headers": {"If-Match": f'"{item.version}"'}, "content_type": "application/json"}
    answer = client.patch(address, '{"is_given_up": "1", "was": ""}', **sent)
    assert answer.status_code == 200 and answer.json()["shown"] == "Closed without a result"
    item.refresh_from_db()
    assert item.is_given_up
    assert signed_in(world.dana).patch(address, '{"is_given_up": ""}', **sent).status_code == 404


def test_the_page_asks_for_no_result_where_the_state_says_that_there_is_none(world, signed_in, item):
    dropped = states.add(actor=world.boris, space=world.project.space, name="Dropped", category="done", is_given_up=True)
    client, address = signed_in(world.boris), f"/work-items/{item.key}/"
    assert 'data-name="is_given_up"' in client.get(address).content.decode()
    work_items.move(actor=world.boris, item=item, version=item.version, state=dropped)
    assert 'data-name="is_given_up"' not in client.get(address).content.decode()


def jira(tmp_path, *rows):
    path = tmp_path / "jira.csv"
    path.write_text(JIRA + "".join(f"ABC-{n},{1000 + n},Item {n},Story,{state},{category},{resolution},ABC,2026-01-0{n} 10:00,2026-02-0{n} 10:00\n"
                                   for n, (state, category, resolution) in enumerate(rows, 1)))  # fmt: skip
    return path


def given_up():
    return dict(WorkItem.objects.filter(space=Space.objects.get(key="ABC")).values_list("number", "is_given_up"))


def test_a_resolution_of_jira_tells_what_was_not_made_and_a_later_one_corrects_it(world, tmp_path):
    first = [("Done", "Done", "Done"), ("Done", "Done", "Won't Do"), ("Done", "Done", "Duplicate"), ("In Progress", "In Progress", "Won't Do")]
    take_over(jira(tmp_path, *first), actor=world.alma)
    assert given_up() == {1: False, 2: True, 3: True, 4: False}
    one = WorkItem.objects.get(space__key="ABC", number=3)
    work_items.change(actor=world.admin, item=one, version=one.version, is_given_up=False)
    again = [("Done", "Done", "Cannot Reproduce"), ("Done", "Done", "Fixed"), ("Done", "Done", "Duplicate"), ("Done", "Done", "Won't Do")]
    space = Space.objects.get(key="ABC")
    take_over(jira(tmp_path, *again), actor=world.alma, into=space)
    assert given_up() == {1: True, 2: False, 3: False, 4: True}, "what a person said of the third stays"


def test_another_finished_state_with_the_same_resolution_says_nothing_new_of_the_result(world, tmp_path):
    take_over(jira(tmp_path, ("Done", "Done", "Done"), ("Done", "Done", "Done"), ("In Progress", "In Progress", "")), actor=world.alma)
    space = Space.objects.get(key="ABC")
    one = WorkItem.objects.get(space=space, number=1)
    work_items.change(actor=world.admin, item=one, version=one.version, is_given_up=True)
    again = [("Closed", "Done", "Done"), ("Closed", "Done", "Won't Do"), ("Closed", "Done", "Won't Do")]
    take_over(jira(tmp_path, *again), actor=world.alma, into=space)
    assert set(WorkItem.objects.filter(space=space).values_list("state__name", flat=True)) == {"Closed"}
    assert given_up() == {1: True, 2: True, 3: True}, "what a person said of the first stays"


@pytest.mark.skipif(not ASF.exists(), reason="no real files on this machine")
def test_of_a_hundred_real_issues_eleven_ended_without_a_result(world):
    take_over(ASF, actor=world.alma)
    found = WorkItem.objects.filter(is_given_up=True).values_list("fields__Resolution", flat=True)
    assert sorted(found) == sorted(
        ["Invalid"] * 4 + ["Not A Problem"] * 2 + ["Incomplete", "Duplicate", "Cannot Reproduce", "Later", "Won't Fix"]
    )


@pytest.mark.parametrize("name", [
    "Won't Do", "Won't Fix", "Wontfix", "Duplicate", "Cannot Reproduce", "Can't Reproduce", "Declined", "Invalid", "Incomplete", "Not a Bug", "Not A Problem",
    "Works as Designed", "Works for Me", "Auto Closed", "Later", "Abandoned", "Gone away", "不予解决", "设计如此", "无法重现", "不会修复", "不再处理", "不是问题", "不是一个缺陷", "不能重现", "不需要", "重复", "延期处理", "Duplikat",
])  # fmt: skip
def test_resolutions_that_say_so(name):
    assert is_no_result(name)


@pytest.mark.parametrize("name", [
    "", "Done", "Fixed", "Resolved", "Implemented", "Delivered", "Workaround", "Information Provided", "Community Answered", "Unresolved", "Staged", "已修复", "已解决",
    "完成", "Erledigt", "Behoben", "已修复，不再出现", "已解决，不会再出现", "不再出现", "已完成，不需要再处理",
])  # fmt: skip
def test_resolutions_that_do_not(name):
    assert not is_no_result(name)
