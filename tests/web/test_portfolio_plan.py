"""Portfolio → Plan: every project on one axis, why, what moved, the yes; nothing of what one may not see."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tandem.kit import clock
from tandem.people.actions import spaces
from tandem.people.models import Role
from tandem.people.scoping import forget_roles
from tandem.planning import levelling
from tandem.planning.models import LevelledPlan, PlanConflict, PlanDraft
from tandem.reports.queries import plan_chain
from tandem.work.actions import work_items
from tandem.work.models import Baseline, WorkItem
from tests import make

MONDAY = datetime(2026, 9, 7, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def prepared(monkeypatch):
    """What a worker compiles when it starts."""
    monkeypatch.setattr(plan_chain, "can_explain", lambda: True)


@pytest.fixture
def planned(world):
    with clock.held_at(MONDAY):
        rows = [make.work_item(actor=world.boris, project=world.project, title=f"Berth {n}", estimate_minutes=960) for n in range(3)]
        for row in rows:
            work_items.change(actor=world.boris, item=row, version=None, assignees=[world.mei])
        levelling.compute()
        yield rows


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_shows_projects_and_opens_their_items(world, planned):
    client = signed_in(world.boris)
    shut = client.get("/plan/").content.decode()
    assert "Portal" in shut
    assert "Berth 1" not in shut.replace("Berth 1 ", "")
    opened = client.get("/plan/?open=POR").content.decode()
    assert all(f"Berth {n}" in opened for n in range(3))


def test_a_stranger_sees_no_project_and_no_reason(world, planned):
    client = signed_in(world.dana)
    assert "Portal" not in client.get("/plan/").content.decode()
    assert client.get(f"/plan/items/{planned[0].pk}/").status_code == 404
    assert client.get("/plan/?in=POR").status_code == 404


def test_a_cause_that_one_may_not_see_has_no_name(world, planned):
    other = make.project(actor=world.alma, name="Secret", key="SEC")
    hidden = make.work_item(actor=world.alma, project=other, title="Hidden quay", estimate_minutes=9600)
    after = make.work_item(actor=world.boris, project=world.project, title="After", estimate_minutes=480)
    make.link(actor=world.admin, source=hidden, target=after)
    levelling.compute()
    answer = signed_in(world.mei).get(f"/plan/items/{after.pk}/").content.decode()
    assert "an item that you cannot see" in answer
    assert "Hidden quay" not in answer
    assert "Hidden quay" in signed_in(world.alma).get(f"/plan/items/{after.pk}/").content.decode()


def test_no_request_waits_for_the_compiler(world, planned, monkeypatch):
    monkeypatch.setattr(plan_chain, "can_explain", lambda: False)
    assert "being prepared" in signed_in(world.boris).get(f"/plan/items/{planned[0].pk}/").content.decode()


def test_the_reason_leads_to_the_item_before(world, planned):
    last = max(planned, key=lambda row: row.levelled.start)
    answer = signed_in(world.boris).get(f"/plan/items/{last.pk}/").content.decode()
    assert "Mei Lin works on" in answer
    assert "Nothing holds it" in answer


def test_what_moved_names_the_cause(world, planned):
    first = min(planned, key=lambda row: row.levelled.start)
    with clock.held_at(MONDAY + timedelta(days=1)):
        work_items.change(actor=world.boris, item=first, version=None, estimate_minutes=4800)
        levelling.compute()
        answer = signed_in(world.boris).get("/plan/").content.decode()
    assert f"{first.key} {first.title} takes 8 d longer" in answer
    with clock.held_at(MONDAY + timedelta(days=1)):
        assert "d longer" not in signed_in(world.dana).get("/plan/").content.decode()


def test_projects_and_items_are_accepted_from_the_page(world, planned):
    plan, client = LevelledPlan.objects.newest_first().first(), signed_in(world.boris)
    one = WorkItem.objects.get(pk=planned[0].pk)
    answer = client.post("/plan/acceptances/", {"plan": plan.pk, "of": world.project.pk, "item": f"{one.pk}:{one.version}", "name": "One"})
    assert answer.status_code == 302
    assert WorkItem.objects.exclude(planned_start=None).count() == 1
    client.post("/plan/acceptances/", {"plan": plan.pk, "project": world.project.pk, "name": "All"})
    assert WorkItem.objects.exclude(planned_start=None).count() == 3
    assert set(Baseline.objects.values_list("name", flat=True)) == {"One", "All"}
    shown = client.get("/plan/baselines/?first=One&second=All").content.decode()
    assert "Portal" in shown


def test_without_the_right_or_with_an_old_plan_nothing_is_written(world, planned):
    plan = LevelledPlan.objects.newest_first().first()
    assert signed_in(world.mei).post("/plan/acceptances/", {"plan": plan.pk, "project": world.project.pk}).status_code == 403
    assert signed_in(world.dana).post("/plan/acceptances/", {"plan": plan.pk, "project": world.project.pk}).status_code == 404
    signed_in(world.boris).post("/plan/acceptances/", {"plan": plan.pk - 1, "project": world.project.pk})
    signed_in(world.boris).post("/plan/acceptances/", {"plan": plan.pk, "of": world.project.pk, "item": "x:1", "project": "y" * 40})
    signed_in(world.boris).post("/plan/acceptances/", {"plan": plan.pk, "of": world.project.pk, "item": "²:1"})
    assert not WorkItem.objects.exclude(planned_start=None).exists()


def test_only_who_changes_the_portfolios_of_all_searches(world, planned):
    assert signed_in(world.boris).post("/plan/searches/").status_code in (403, 404)
    assert signed_in(world.alma).post("/plan/searches/").status_code == 302


def test_many_projects_take_no_more_queries(world, planned):
    client = signed_in(world.alma)
    client.get("/plan/")
    with CaptureQueriesContext(connection) as few:
        client.get("/plan/")
    for n in range(12):
        other = make.project(actor=world.alma, name=f"Project {n}", key=f"N{n}")
        make.work_item(actor=world.alma, project=other, title="Work", estimate_minutes=480)
    levelling.compute()
    forget_roles()
    world.alma.refresh_from_db()
    client = signed_in(world.alma)
    client.get("/plan/")
    with CaptureQueriesContext(connection) as many:
        client.get("/plan/")
    assert len(many) <= len(few) + 1


def test_conflicts_are_listed_with_their_ways_and_not_for_strangers(world, planned):
    from tandem.planning import plan_ways

    for row in WorkItem.objects.filter(pk__in=[one.pk for one in planned]):
        work_items.change(actor=world.boris, item=row, version=None, planned_start=MONDAY, planned_finish=MONDAY + timedelta(days=1))
    levelling.compute()
    conflict = PlanConflict.objects.open().get(kind="project")
    client = signed_in(world.boris)
    assert "Portal" in client.get("/plan/conflicts/").content.decode()
    assert client.post(f"/plan/conflicts/{conflict.pk}/ways/").status_code == 302
    plan_id, ways = plan_ways.compute(conflict, seconds=2.0)
    conflict.write(expected=None, ways=ways, ways_of_id=plan_id)
    page = client.get(f"/plan/conflicts/{conflict.pk}/").content.decode()
    assert page.count("Propose it") == sum(bool(way["dates"]) for way in ways), "what moves nothing is told, not proposed"
    number = next((n for n, way in enumerate(ways) if way["dates"]), None)
    if number is not None:
        client.post(f"/plan/conflicts/{conflict.pk}/proposals/", {"way": number})
        draft = PlanDraft.objects.get()
        assert client.post(f"/plan/drafts/{draft.pk}/verdicts/", {"do": "decline", "version": draft.version}).status_code == 302
        assert PlanDraft.objects.get().state == "declined"
    stranger = signed_in(world.dana)
    assert "Portal" not in stranger.get("/plan/conflicts/").content.decode()
    assert stranger.get(f"/plan/conflicts/{conflict.pk}/").status_code == 404
    assert stranger.post(f"/plan/conflicts/{conflict.pk}/ways/").status_code == 404


def test_a_proposal_for_the_sake_of_work_out_of_sight_is_answered_in_the_inbox(world, planned):
    """Dana plans Mobile; the conflict lies in the portal, of which she sees nothing."""
    mobile = make.project(actor=world.alma, name="Mobile", key="MOB")
    spaces.grant(actor=world.alma, space=mobile.space, user=world.dana, role=Role.PROJECT_MANAGER)
    forget_roles()
    item = make.work_item(actor=world.alma, project=mobile, title="Crane", estimate_minutes=960)
    conflict = PlanConflict.objects.create(space=world.project.space, kind="project", subject_kind="portfolio.project", subject_id=world.project.pk, wanted_on=MONDAY, computed_on=MONDAY, days=5, detail={"spaces": [world.project.space_id]})
    dates = {str(item.pk): [(MONDAY + timedelta(days=7)).isoformat(), (MONDAY + timedelta(days=9)).isoformat(), item.version]}
    draft = PlanDraft.objects.create(space=mobile.space, conflict=conflict, way={"code": "date", "items": [item.pk], "dates": dates}, dates=dates, proposed_by=world.boris)
    client = signed_in(world.dana)
    page = client.get("/plan/conflicts/").content.decode()
    assert "Mobile" in page and "work that you cannot see" in page and f"/plan/drafts/{draft.pk}/verdicts/" in page
    assert f"/plan/conflicts/{conflict.pk}/" not in page and "Portal" not in page
    answer = client.post(f"/plan/drafts/{draft.pk}/verdicts/", {"do": "accept", "version": draft.version})
    assert (answer.status_code, answer["Location"]) == (302, "/plan/conflicts/")
    assert WorkItem.objects.get(pk=item.pk).planned_start == MONDAY + timedelta(days=7)
    assert PlanDraft.objects.get().state == "accepted"


def test_without_a_plan_nobody_is_told_that_all_is_well(world):
    said = signed_in(world.alma).get("/plan/conflicts/").content.decode()
    assert "No levelled plan yet" in said
    assert "No conflicts" not in said


def test_the_list_goes_on_behind_a_project_and_says_how_many_there_are(world, monkeypatch):
    from tandem.reports.queries import portfolio_plan as reads

    others = [make.project(actor=world.alma, name=f"Mobile {n}", key=f"MO{n}") for n in range(3)]
    for project in (world.project, *others):
        make.work_item(actor=world.admin, project=project, title="Work", estimate_minutes=480)
    levelling.compute()
    monkeypatch.setattr(reads, "PAGE", 3)
    found = reads.page(world.alma, reads.newest(world.alma), None)
    behind = reads.page(world.alma, reads.newest(world.alma), None, after=found.next)
    assert (found.total, len(found.rows), len(behind.rows), behind.next) == (4, 3, 1, "")
    assert {row.project.pk for row in (*found.rows, *behind.rows)} == {world.project.pk, *(one.pk for one in others)}
    html = signed_in(world.alma).get("/plan/").content.decode()
    assert "3 of 4 projects" in html
    assert f"after={found.next}" in html
