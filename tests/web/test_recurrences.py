"""The page of templates and recurring work."""

import pytest
from django.urls import reverse
from django.utils import translation

from tandem.web.work.recurrences import in_words
from tandem.work.actions import recurrences
from tandem.work.models import ItemTemplate, Recurrence, WorkItem

JSON = {"Accept": "application/json"}


@pytest.fixture
def here():
    return reverse("item_templates", kwargs={"key": "POR"})


def test_a_template_is_made_used_changed_and_removed(world, here, signed_in):
    client = signed_in(world.mei)
    given = {"name": "Check", "title": "<b>Cranes</b>", "labels": "yard, oil", "priority": "2", "estimate_points": "1.5", "checklist": "Oil\nRope"}
    assert client.post(here, {"do": "create", **given}, headers=JSON).status_code == 200
    row = ItemTemplate.objects.get()
    assert (row.labels, row.priority, row.estimate_points) == (["yard", "oil"], 2, 1.5)
    assert "&lt;b&gt;Cranes" in client.get(here).content.decode()
    assert client.post(here, {"do": "use", "template": row.pk}).status_code == 302 and WorkItem.objects.get().checklist.count() == 2
    assert client.post(here, {"do": "change", "template": row.pk, "version": 1, **given, "name": "Other"}, headers=JSON).status_code == 200
    assert client.post(here, {"do": "change", "template": row.pk, "version": 1, **given, "name": "Late"}, headers=JSON).status_code == 409
    for wrong in ({"priority": "9"}, {"estimate_points": "many"}, {"title": ""}, {"type": "7777777"}):
        assert client.post(here, {"do": "create", **given, "name": "Third", **wrong}, headers=JSON).status_code in (404, 422), wrong
    assert client.post(here, {"do": "remove", "template": row.pk, "version": 2}, headers=JSON).status_code == 200
    assert not ItemTemplate.objects.exists()


def test_it_recurs_is_paused_resumed_and_ended(world, here, signed_in):
    client = signed_in(world.mei)
    client.post(here, {"name": "Check", "title": "Cranes"}, headers=JSON)
    template = ItemTemplate.objects.get()
    rule = {"do": "recur", "template": template.pk, "freq": "WEEKLY", "interval": "2", "weekdays": ["MO", "TH"], "due_after": "3", "assignee": world.boris.pk}
    assert client.post(here, rule, headers=JSON).status_code == 200
    row = Recurrence.objects.get()
    assert (row.rule, row.due_after, row.assignee) == ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", 3, world.boris)
    text = client.get(here).content.decode()
    assert "every 2 weeks on Monday, Thursday" in text and "Next:" in text
    for do, version, state in (("pause", 1, "paused"), ("resume", 2, "active"), ("end", 3, "ended")):
        assert client.post(here, {"do": do, "recurrence": row.pk, "version": version}, headers=JSON).status_code == 200
        row.refresh_from_db()
        assert row.state == state
    for wrong in ({"freq": "SECONDLY"}, {"interval": "0"}, {"interval": "x"}, {"due_after": "9999"}, {"starts_on": "soon"}, {"starts_on": "0001-01-01"}):
        assert client.post(here, rule | wrong, headers=JSON).status_code == 422, wrong
    assert client.post(here, rule | {"assignee": world.dana.pk}, headers=JSON).status_code == 422
    assert Recurrence.objects.count() == 1


def test_who_sees_and_who_may(world, here, signed_in):
    assert signed_in(world.dana).get(here).status_code == 404
    assert signed_in(world.dana).post(here, {"name": "x", "title": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=DAILY", "every day"), ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day of the month"),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=5", "every 3 months on day 5 of the month"), ("FREQ=DAILY;COUNT=4", "every day, 4 times"),
        ("FREQ=YEARLY;UNTIL=20300101", "every year, until 2030-01-01"), ("FREQ=MONTHLY;BYDAY=2TU", "every month (FREQ=MONTHLY;BYDAY=2TU)"),
    ],
)  # fmt: skip
def test_rules_in_words(rule, said):
    with translation.override("en"):
        assert in_words(rule) == said


def test_the_job_is_known_to_the_worker():
    from procrastinate.contrib.django import app

    assert "work.recur" in app.tasks and recurrences.make_due
