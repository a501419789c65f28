"""The plan of a project: columns that keep the four dates apart, changes that are computed at once, reasons in words."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from tandem.kit import clock
from tandem.planning import forecasts, schedule
from tandem.planning.models import ComputedDates, Run
from tandem.portfolio.models import Project
from tandem.product.actions import features
from tandem.reports.queries import plan as reads
from tandem.web.templating import day
from tandem.work.actions import baselines, links, work_items
from tandem.work.models import Link, WorkItem
from tests import make

DAY = 480


@pytest.fixture
def planned(world):
    """Design two days, build three, from Monday 7 September 2026; paint beside them."""
    Project.objects.filter(pk=world.project.pk).update(starts_on=date(2026, 9, 7))
    world.design, world.build, world.paint = (
        make.work_item(actor=world.boris, project=world.project, title=t, duration_minutes=d * DAY)
        for t, d in (("Design", 2), ("Build", 3), ("Paint", 1))
    )
    make.link(actor=world.boris, source=world.design, target=world.build)
    schedule.compute(world.project.space)
    return world


def at(day: int, hour: int = 8, month: int = 9) -> int:
    return int(datetime(2026, month, day, hour, tzinfo=UTC).timestamp()) // 60


def shown(world, user=None, **more):
    found = reads.columns(user or world.boris, world.project.space, True, **more)
    return [{name: found[name][n] for name in found if isinstance(found[name], list) and len(found[name]) == len(found["id"])} for n in range(len(found["id"]))]


def change(client, item, **given):
    item.refresh_from_db()
    return client.patch(reverse("plan_item", kwargs={"key": "POR", "id": item.pk}), {"version": item.version, **given}, content_type="application/json")


def test_the_wall_clock_of_a_plan_is_the_same_in_every_zone(planned, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    row = shown(planned)[0]
    assert (row["start"], row["finish"]) == (at(7), at(8, 17))


def test_a_history_that_ended_long_ago_is_drawn_as_of_its_last_day(planned, client):
    Project.objects.filter(pk=planned.project.pk).update(as_of=date(2026, 9, 9))
    with clock.held_at(datetime(2026, 11, 1, 12, tzinfo=UTC)):
        client.force_login(planned.boris)
        assert client.get(reverse("plan_data", kwargs={"key": "POR"})).json()["today"] == at(9, 17)
        assert f"as of {day(date(2026, 9, 9))}" in client.get(reverse("plan", kwargs={"key": "POR"})).content.decode()
    with clock.held_at(datetime(2026, 9, 20, 12, tzinfo=UTC)):
        assert client.get(reverse("plan_data", kwargs={"key": "POR"})).json()["today"] == at(20, 12)


def test_slack_driver_and_critical_path_are_columns(planned):
    design, build, paint = shown(planned)
    assert (design["slack"], build["slack"], paint["slack"]) == (0, 0, 4)
    assert (design["critical"], build["critical"], paint["critical"]) == (1, 1, 0)
    assert (design["driver"], build["driver"], paint["driver"]) == (None, planned.design.pk, None)


def test_dates_say_whether_they_are_computed_planned_or_actual(world):
    """Nothing is computed in a backlog without a plan: what happened and what is open stand apart."""
    done = make.work_item(actor=world.boris, project=world.project, state="done")
    begun = make.work_item(actor=world.boris, project=world.project, state="in_progress")
    make.work_item(actor=world.boris, project=world.project)
    rows = shown(world)
    assert [row["origin"] for row in rows] == [reads.ACTUAL, reads.ACTUAL, reads.PLANNED]
    assert rows[0]["finish"] == rows[0]["actual"] and rows[0]["id"] == done.pk
    assert rows[1]["start"] is not None and rows[1]["finish"] is None and rows[1]["id"] == begun.pk
    assert rows[2]["start"] is None


def test_a_move_keeps_the_duration_and_pushes_what_follows(planned, signed_in):
    answer = change(signed_in(planned.boris), planned.design, start=at(9)).json()
    moved = dict(zip(answer["rows"]["id"], zip(answer["rows"]["start"], answer["rows"]["finish"], strict=True), strict=True))
    assert moved[planned.design.pk] == (at(9), at(10, 17))
    assert moved[planned.build.pk] == (at(11), at(15, 17))
    planned.design.refresh_from_db()
    assert (planned.design.duration_minutes, planned.design.constraint) == (2 * DAY, "SNET")


def test_a_drawn_out_bar_changes_its_working_time_not_the_weekend(planned, signed_in):
    """From Thursday to Tuesday there are four working days."""
    change(signed_in(planned.boris), planned.build, finish=at(14, 17))
    planned.build.refresh_from_db()
    assert planned.build.duration_minutes == 4 * DAY
    assert planned.build.constraint == "ASAP"


def test_a_move_before_the_predecessor_comes_back_with_the_reason(planned, signed_in):
    answer = change(signed_in(planned.boris), planned.build, start=at(7)).json()
    assert answer["rows"]["start"][answer["rows"]["id"].index(planned.build.pk)] == at(9)
    assert answer["message"] == f"It starts on 9 Sep 2026 at the earliest: it waits for {planned.design.key} Design."


def test_a_move_is_taken_back_as_it_was(planned, signed_in):
    client = signed_in(planned.boris)
    back = change(client, planned.design, start=at(16)).json()["back"]
    client.post(reverse("plan_undos", kwargs={"key": "POR"}), back, content_type="application/json")
    planned.design.refresh_from_db()
    assert (planned.design.constraint, planned.design.constraint_at, planned.design.planned_start) == ("ASAP", None, None)
    assert ComputedDates.objects.get(item=planned.design).start == datetime(2026, 9, 7, 8, tzinfo=UTC)


def test_the_slower_hand_is_told_who_was_faster_and_gets_their_row(planned, signed_in):
    version = planned.design.version
    work_items.change(actor=planned.mei, item=planned.design, version=version, title="Design again")
    address = reverse("plan_item", kwargs={"key": "POR", "id": planned.design.pk})
    answer = signed_in(planned.boris).patch(address, {"start": at(16), "version": version}, content_type="application/json")
    assert answer.status_code == 409
    assert answer.json()["message"].startswith("Mei Lin changed this at ")
    assert answer.json()["rows"]["name"] == ["Design again"]


def test_a_circle_is_refused_with_its_path(planned, signed_in):
    address = reverse("plan_links", kwargs={"key": "POR"})
    answer = signed_in(planned.boris).post(address, {"from": planned.build.pk, "to": planned.design.pk, "type": "FS"}, content_type="application/json")
    assert answer.status_code == 422
    assert f"{planned.build.key} → {planned.design.key} → {planned.build.key}" in answer.json()["message"]


def test_a_link_gets_a_lag_goes_and_comes_back(planned, signed_in):
    client, address = signed_in(planned.boris), reverse("plan_links", kwargs={"key": "POR"})
    link = Link.objects.get()
    client.post(address, {"link": link.pk, "version": link.version, "lag": DAY}, content_type="application/json")
    assert ComputedDates.objects.get(item=planned.build).start == datetime(2026, 9, 10, 8, tzinfo=UTC)
    back = client.post(address, {"link": link.pk, "removed": True}, content_type="application/json").json()["back"]
    assert ComputedDates.objects.get(item=planned.build).start == datetime(2026, 9, 7, 8, tzinfo=UTC)
    client.post(address, back["link"], content_type="application/json")
    assert Link.objects.get().lag_minutes == DAY


def test_a_change_says_on_which_version_it_rests(planned, signed_in):
    client, links_at = signed_in(planned.boris), reverse("plan_links", kwargs={"key": "POR"})
    row_at = reverse("plan_item", kwargs={"key": "POR", "id": planned.design.pk})
    assert client.patch(row_at, {"name": "Mine"}, content_type="application/json").status_code == 428
    link = Link.objects.get()
    assert client.post(links_at, {"link": link.pk, "lag": DAY}, content_type="application/json").status_code == 428
    given = {"link": link.pk, "version": link.version, "lag": DAY}
    back = client.post(links_at, given, content_type="application/json").json()["back"]["relink"]
    stale = client.post(links_at, given | {"lag": 2 * DAY}, content_type="application/json")
    assert (stale.status_code, stale.json()["version"], Link.objects.get().lag_minutes) == (409, link.version + 1, DAY)
    client.post(links_at, back, content_type="application/json")
    assert Link.objects.get().lag_minutes == 0


def test_a_removed_row_comes_back_by_what_its_answer_says(planned, signed_in):
    client = signed_in(planned.boris)
    back = change(client, planned.paint, removed=True).json()["back"]
    address = reverse("plan_item", kwargs={"key": "POR", "id": back["restore"]})
    assert client.patch(address, {"removed": False, "version": back["version"]}, content_type="application/json").status_code == 200
    assert WorkItem.objects.get(pk=planned.paint.pk).removed_at is None


def test_rows_are_indented_and_a_new_one_stands_below(planned, signed_in):
    client = signed_in(planned.boris)
    change(client, planned.paint, parent=planned.build.pk)
    made = client.post(reverse("plan_rows", kwargs={"key": "POR"}), {"name": "Dry", "parent": planned.build.pk, "after": planned.paint.pk}, content_type="application/json").json()
    rows = shown(planned)
    assert [(row["name"], row["parent"]) for row in rows] == [("Design", -1), ("Build", -1), ("Paint", 1), ("Dry", 1)]
    assert rows[1]["kind"] == reads.SUMMARY
    assert WorkItem.objects.get(pk=made["focus"]).duration_minutes == DAY


def test_an_error_of_the_program_is_not_called_a_wrong_change(planned, signed_in, monkeypatch):
    def broken(**_values):
        raise KeyError("ours")

    monkeypatch.setattr(work_items, "change", broken)
    address = reverse("plan_item", kwargs={"key": "POR", "id": planned.design.pk})
    with pytest.raises(KeyError):
        signed_in(planned.boris).patch(address, {"name": "Design again", "version": 1}, content_type="application/json")


@pytest.mark.parametrize("given", [{"name": "a\0b"}, {"percent": 140}, {"start": "soon"}, {"start": 10**12}, {"constraint": ["SNET", None]}, {"duration": -1}, [1]])
def test_what_cannot_be_meant_changes_nothing(planned, signed_in, given):
    before = WorkItem.objects.filter(pk=planned.design.pk).values().get()
    address = reverse("plan_item", kwargs={"key": "POR", "id": planned.design.pk})
    sent = given | {"version": planned.design.version} if isinstance(given, dict) else given
    answer = signed_in(planned.boris).patch(address, sent, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert WorkItem.objects.filter(pk=planned.design.pk).values().get() == before


def test_a_baseline_is_chosen_and_the_planned_dates_are_the_other_choice(planned):
    work_items.change(actor=planned.boris, item=planned.design, version=None, planned_start=datetime(2026, 9, 7, 8, tzinfo=UTC), planned_finish=datetime(2026, 9, 8, 17, tzinfo=UTC))
    baselines.take(actor=planned.boris, space=planned.project.space, name="First word")
    work_items.change(actor=planned.boris, item=planned.design, version=None, planned_start=datetime(2026, 9, 14, 8, tzinfo=UTC), planned_finish=datetime(2026, 9, 15, 17, tzinfo=UTC))
    baselines.take(actor=planned.boris, space=planned.project.space, name="Second word")
    assert shown(planned)[0]["base_start"] == at(14)
    assert shown(planned, baseline="1")[0]["base_start"] == at(7)
    assert reads.columns(planned.boris, planned.project.space, True, "1")["baseline"] == "First word"
    assert shown(planned, baseline="planned")[0]["base_start"] == at(14)


def test_a_feature_heads_its_work_with_promise_and_forecast(planned):
    feature = make.feature(actor=planned.chen, product=planned.product, title="Bulk booking")
    features.add_scope(actor=planned.chen, subject=feature, items=[planned.design])
    make.promise(actor=planned.chen, subject=feature, date=clock.today() + timedelta(days=30))
    forecasts.compute(planned.product.space)
    rows = shown(planned, user=planned.alma)
    head = next(row for row in rows if row["name"] == "Bulk booking")
    assert head["id"] < 0 and head["kind"] == reads.SUMMARY and head["promise"] is not None
    assert rows[rows.index(head) + 1]["name"] == "Design" and rows[rows.index(head) + 1]["parent"] == rows.index(head)
    assert rows[rows.index(head) + 1]["promise"] is None
    assert [row["name"] for row in shown(planned, user=planned.alma, by_feature=False)] == ["Design", "Build", "Paint"]


def test_a_phase_that_is_a_feature_of_its_own_name_stands_once_and_carries_the_promise(planned):
    phase = make.work_item(actor=planned.boris, project=planned.project, title="Foundations", is_summary=True)
    work_items.change(actor=planned.boris, item=planned.design, version=None, parent=phase)
    feature = make.feature(actor=planned.chen, product=planned.product, title="Foundations")
    features.add_scope(actor=planned.chen, subject=feature, items=[phase])
    make.promise(actor=planned.chen, subject=feature, date=clock.today() + timedelta(days=30))
    rows = shown(planned, user=planned.alma)
    (row,) = [row for row in rows if row["name"] == "Foundations"]
    assert row["id"] == phase.pk and row["promise"] is not None and row["url"] == f"/features/{feature.pk}/"
    features.change(actor=planned.chen, feature=feature, version=None, title="Groundwork")
    names = [row["name"] for row in shown(planned, user=planned.alma)]
    assert names.index("Groundwork") + 1 == names.index("Foundations")


def test_a_feature_that_the_reader_cannot_see_heads_nothing(planned):
    feature = make.feature(actor=planned.chen, product=planned.product, title="Secret")
    features.add_scope(actor=planned.chen, subject=feature, items=[planned.design])
    assert planned.product.space_id not in planned.mei.visible_space_ids()
    assert "Secret" not in reads.columns(planned.mei, planned.project.space, False)["name"]
    assert "Secret" in reads.columns(planned.alma, planned.project.space, False)["name"]


def test_days_off_are_those_of_the_calendar_that_was_computed_with(planned):
    """The project has no calendar of its own: the organisation's holds, with China's holidays and moved days."""
    from tandem.work.actions import calendars

    calendars.create(actor=planned.admin, space=planned.root, name="Ningbo", country="CN", is_default=True)
    found = reads.columns(planned.boris, planned.project.space, True)["calendars"][0]
    day = (date(2026, 10, 1) - date(1970, 1, 1)).days
    moved = (date(2026, 10, 10) - date(1970, 1, 1)).days
    assert day in found["off"] and moved in found["on"]
    assert found["week"] == [1, 1, 1, 1, 1, 0, 0]


@pytest.mark.parametrize("name", ["build", "paint", "design"])
def test_the_peek_says_why_a_bar_stands_there(planned, signed_in, name):
    item = getattr(planned, name)
    page = signed_in(planned.boris).get(reverse("plan_item", kwargs={"key": "POR", "id": item.pk}) + "?peek=1").content.decode()
    expected = {
        "build": f"It waits until {planned.design.key} Design is finished (8 Sep 2026).",
        "paint": "It may slip 4 working days before the end of the plan moves.",
        "design": "each day later here is a day later for the end of the plan",
    }
    assert expected[name] in page


def test_a_hidden_predecessor_is_not_named(planned, signed_in):
    other = make.project(actor=planned.alma, name="Secret", key="SEC")
    hidden = make.work_item(actor=planned.alma, project=other, title="Whisper", duration_minutes=20 * DAY, planned_start=datetime(2026, 9, 7, 8, tzinfo=UTC))
    schedule.compute(other.space)
    links.create(actor=planned.alma, source=hidden, target=planned.paint, kind="FS")
    schedule.compute(planned.project.space)
    page = signed_in(planned.boris).get(reverse("plan_item", kwargs={"key": "POR", "id": planned.paint.pk}) + "?peek=1").content.decode()
    assert "Whisper" not in page and hidden.key not in page
    assert "It waits until an item that you cannot see is finished" in page


def test_the_plan_as_csv_keeps_the_kinds_of_dates_apart(planned, signed_in):
    work_items.change(actor=planned.boris, item=planned.paint, version=None, title="=1+1")
    text = signed_in(planned.boris).get(reverse("plan_csv", kwargs={"key": "POR"})).content.decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert rows[1]["computed_start"] == "2026-09-09 08:00" and rows[1]["planned_start"] == "" and rows[1]["actual_start"] == ""
    assert rows[1]["predecessors"] == f"{planned.design.key}FS"
    assert rows[2]["name"] == "'=1+1"


def test_no_cell_of_the_plan_as_csv_is_a_formula(planned, signed_in):
    work_items.change(actor=planned.boris, item=planned.paint, version=None, title="\r=1+1", assignees=[planned.mei])
    type(planned.mei).objects.filter(pk=planned.mei.pk).update(name="=HYPERLINK(1)")
    text = signed_in(planned.boris).get(reverse("plan_csv", kwargs={"key": "POR"})).content.decode("utf-8-sig")
    row = list(csv.DictReader(io.StringIO(text, newline="")))[2]
    assert row["people"] == "'=HYPERLINK(1)" and row["name"][:1] not in "=\r"


def test_the_address_of_the_plan_changes_when_something_on_it_does(planned):
    before = reads.stamp(planned.boris, planned.project.space)
    assert reads.stamp(planned.boris, planned.project.space) == before
    baselines.take(actor=planned.boris, space=planned.project.space, name="Taken")
    assert reads.stamp(planned.boris, planned.project.space) != before


def test_a_plan_that_a_job_computes_right_now_does_not_stop_a_change(planned, signed_in, monkeypatch):
    from django.db import OperationalError

    from tandem.planning.actions import dates

    def busy(space):
        raise OperationalError("lock timeout")

    monkeypatch.setattr(dates.schedule, "compute", busy)
    assert change(signed_in(planned.boris), planned.design, start=at(16)).status_code == 200
    planned.design.refresh_from_db()
    assert planned.design.planned_start == datetime(2026, 9, 16, 8, tzinfo=UTC)
    assert Run.objects.filter(kind=Run.Kind.SCHEDULE).count() == 1
