"""One query, many layouts: calendar, sums below the table, and views of a scope."""

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse

from tandem.collaboration.models import SavedView
from tandem.kit import clock
from tandem.people import scoping
from tandem.work.actions import work_items
from tandem.work.models import WorkItem
from tests import make

TABLE = "/work-items/"


@pytest.fixture
def items(world):
    def one(title, day, **values):
        return make.work_item(actor=world.boris, project=world.project, title=title, due_on=day, **values)

    first = [one(f"Item {n}", date(2027, 2, 12), estimate_points=2.0) for n in range(7)]
    return [*first, one("Next", date(2027, 2, 15)), one("Undated", None, state="done")]


def calendar(client, **more):
    return client.get(TABLE, {"layout": "calendar", "on": "2027-02-20", "q": ""} | more).content.decode()


def put(client, item, due, version=1, **more):
    body = json.dumps({"due": due, "version": version} | more)
    return client.patch(reverse("work_items_day", kwargs={"id": item.pk}), body, content_type="application/json")


def test_the_calendar_shows_the_days_and_says_what_is_not_on_them(world, signed_in, items):
    page = calendar(signed_in(world.boris))
    assert page.count('data-day="2027-0') == 28 and "February 2027" in page
    assert page.count("data-card=") == 6 and "2 more" in page and "1 without one" in page
    week = calendar(signed_in(world.boris), on="2027-02-12", span="week")
    assert week.count("data-card=") == 7 and week.count('data-day="2027-0') == 7
    assert calendar(signed_in(world.boris), q="next").count("data-card=") == 1
    assert calendar(signed_in(world.dana)).count("data-card=") == 0


@pytest.mark.parametrize("on", ["soon", "9999-12-31", "0001-01-01", "2027-02-30", ""])
def test_a_day_that_is_none_is_today(world, signed_in, items, on):
    assert clock.today().strftime("%Y-%m-%d") in calendar(signed_in(world.boris), on=on)


def test_an_item_is_put_on_another_day_and_back(world, signed_in, items):
    client = signed_in(world.boris)
    answer = put(client, items[0], "2027-02-16", **{"from": "2027-02-12"})
    assert answer.status_code == 200 and answer.json()["message"] == "POR-1 is now due on 2027-02-16"
    client.post(answer.json()["undo"])
    assert WorkItem.objects.get(pk=items[0].pk).due_on == date(2027, 2, 12)


def test_two_who_move_the_same_item_lose_nothing(world, signed_in, items):
    work_items.change(actor=world.mei, item=items[0], version=1, title="Renamed")
    assert put(signed_in(world.boris), items[0], "2027-02-16", **{"from": "2027-02-12"}).status_code == 200, "another field"
    answer = put(signed_in(world.mei), items[0], "2027-02-17", **{"from": "2027-02-12"})
    assert (answer.status_code, answer.json()["due"]) == (409, "2027-02-16")


@pytest.mark.parametrize("body", [{"due": "soon", "version": 1}, {"version": 1}, {"due": "2027-02-16"}, {"due": "2027-02-16", "version": "x"}])
def test_a_move_that_cannot_be_read_moves_nothing(world, signed_in, items, body):
    answer = signed_in(world.boris).patch(reverse("work_items_day", kwargs={"id": items[0].pk}), json.dumps(body), content_type="application/json")
    assert answer.status_code == 400
    assert put(signed_in(world.dana), items[0], "2027-02-16").status_code == 404
    assert WorkItem.objects.get(pk=items[0].pk).due_on == date(2027, 2, 12)


def test_the_sums_say_on_how_many_they_rest(world, signed_in, items):
    page = signed_in(world.boris).get(TABLE, {"q": "", "part": "sums", "group": "state"}).content.decode()
    assert "9 items" in page and "1 done" in page and "14 points" in page and "(7 have points)" in page and "To do" in page
    assert "items" not in signed_in(world.dana).get(TABLE, {"q": "", "part": "sums"}).content.decode()


def test_a_view_keeps_its_layout_and_can_be_saved_over(world, signed_in, items):
    client, space = signed_in(world.boris), world.project.space_id
    query = f"q=state%3Aopen&space={space}&layout=calendar&cursor=x&on=2027-01-01"
    answer = client.post(reverse("work_items_views"), {"name": "Due", "query": query, "audience": "team"})
    view = SavedView.objects.get()
    assert view.query == f"layout=calendar&q=state%3Aopen&space={space}" and view.space_id == space
    assert answer["Location"] == f"/work-items/?{view.query}&view={view.pk}"
    page = client.get(answer["Location"]).content.decode()
    assert "<tandem-calendar" in page and "Changed</span>" not in page
    changed = client.get(answer["Location"].replace("open", "done")).content.decode()
    assert "Changed</span>" in changed and f'name="version" value="{view.version}"' in changed
    others = signed_in(world.mei).get(answer["Location"].replace("open", "done")).content.decode()
    assert "Changed</span>" in others and 'value="save"' not in others, "not theirs to save over"
    client.post(reverse("work_items_views"), {"do": "save", "view": view.pk, "version": view.version, "query": f"q=label%3Aui&space={space}"})
    assert SavedView.objects.get().query == f"q=label%3Aui&space={space}"


def test_each_scope_opens_with_its_own_view(world, signed_in, items):
    client, space = signed_in(world.boris), world.project.space_id
    client.post(reverse("work_items_views"), {"name": "Here", "query": f"q=label%3Aui&space={space}", "audience": "official"})
    view = SavedView.objects.get()
    client.post(reverse("work_items_views"), {"do": "default", "view": view.pk})
    assert client.get(TABLE, {"space": space})["Location"].endswith(f"view={view.pk}")
    assert signed_in(world.mei).get(TABLE, {"space": space})["Location"].endswith(f"view={view.pk}"), "official: for everybody there"
    assert client.get(TABLE).status_code == 200, "another scope"
    assert signed_in(world.mei).post(reverse("work_items_views"), {"name": "X", "query": f"space={space}", "audience": "official"}).status_code == 403
    assert signed_in(world.dana).post(reverse("work_items_views"), {"name": "X", "query": f"space={space}"}).status_code == 404


def test_the_calendar_asks_as_often_however_much_it_shows(world, signed_in, items, django_assert_max_num_queries):
    for n in range(40):
        make.work_item(actor=world.boris, project=world.project, title=f"More {n}", due_on=date(2027, 2, 1) + timedelta(days=n % 28))
    client = signed_in(world.boris)
    scoping.forget_roles()
    calendar(client)
    with django_assert_max_num_queries(25):
        calendar(client)
