"""The doors of backlog and sprints: putting items somewhere, planning, starting, closing, the three views of a sprint."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.urls import reverse

from tandem.collaboration.models import Comment
from tandem.kit import clock
from tandem.portfolio.models import Project
from tandem.resources.actions import bookings
from tandem.work.actions import links, sprint_scope, sprints, work_items
from tandem.work.models import Sprint, SprintChange, WorkItem
from tests import make

JSON = {"Accept": "application/json"}


@pytest.fixture
def items(world):
    return [
        make.work_item(actor=world.boris, project=world.project, title=f"Item {n}", estimate_points=n + 1.0) for n in range(5)
    ]


@pytest.fixture
def running(world, items):
    made = make.sprint(actor=world.mei, project=world.project, name="Sprint 7", goal="Shippers book alone", items=items[:3])
    return sprints.start(actor=world.mei, sprint=made, version=None)


def put(client, item, section="", after=None, version=None, came=""):
    given = {"section": str(section), "after": after, "version": item.version if version is None else version, "from": str(came)}
    address = reverse("backlog_item", kwargs={"key": "POR", "id": item.pk})
    return client.patch(address, json.dumps(given), content_type="application/json")


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def test_the_backlog_shows_sprints_then_what_is_in_none(world, signed_in, items, running):
    text = page(signed_in(world.mei), "/backlog/POR/")
    assert text.index("Sprint 7") < text.index("Item 0") < text.index("Item 2") < text.index("Item 3")
    assert "Shippers book alone" in text and "3 items" in text and "6 pts" in text
    assert "Velocity is known after 3 closed sprints. None is closed yet." in text, "nothing is said from too little"
    assert "Daily stand-up" in text and "At most 15 min" in text


def test_an_empty_project_says_what_a_sprint_is(world, signed_in):
    text = page(signed_in(world.boris), "/backlog/POR/")
    assert "A sprint is a time box" in text and "Plan a sprint" in text
    assert "Plan a sprint to see" in text
    assert "/backlog/POR/" in page(signed_in(world.boris), "/backlog/")


def test_a_row_is_put_into_a_sprint_and_taken_back(world, signed_in, items, running):
    client = signed_in(world.mei)
    answer = put(client, items[4], running.pk, items[0].pk)
    assert answer.status_code == 200, answer.content
    assert list(WorkItem.objects.filter(sprints=running).in_backlog_order()) == [items[n] for n in (0, 4, 1, 2)]
    assert client.post(answer.json()["undo"], headers=JSON).json()["message"]
    assert not items[4].sprints.exists()


def test_a_row_that_somebody_moved_first_goes_back_and_says_so(world, signed_in, items, running):
    other = make.sprint(actor=world.mei, project=world.project, name="Sprint 8")
    work_items.change(actor=world.boris, item=WorkItem.objects.get(pk=items[4].pk), version=None, title="Theirs")
    assert put(signed_in(world.mei), items[4], running.pk).status_code == 200, "another field is no conflict"
    sprint_scope.put(actor=world.boris, items=[(WorkItem.objects.get(pk=items[3].pk), None)], sprint=other)
    answer = put(signed_in(world.mei), items[3], running.pk)
    assert answer.status_code == 409 and answer.json()["message"]
    assert list(items[3].sprints.all()) == [other]


def test_what_cannot_be_read_or_seen_changes_nothing(world, signed_in, items, running):
    client = signed_in(world.mei)
    address = reverse("backlog_item", kwargs={"key": "POR", "id": items[4].pk})
    for body in ("", "[]", '{"version": "x"}', '{"section": []}', '{"section": "1"}'):
        assert client.patch(address, body, content_type="application/json").status_code == 400, body
    assert put(client, items[4], 999_999).status_code == 404
    hidden = make.project(actor=world.alma, name="Secret", key="SEC")
    theirs = make.sprint(actor=world.alma, project=hidden)
    assert put(client, items[4], theirs.pk).status_code == 404
    assert client.get("/backlog/SEC/").status_code == client.get(f"/sprints/{theirs.pk}/").status_code == 404
    sprints.close(actor=world.mei, sprint=running, version=None)
    answer = put(client, items[4], running.pk)
    assert answer.status_code == 422 and "closed" in answer.json()["message"]


def test_items_are_added_where_they_belong(world, signed_in, items, running):
    client, address = signed_in(world.mei), reverse("backlog_items", kwargs={"key": "POR"})
    for given, order in (
        ({"title": "Last of the sprint", "section": running.pk}, -1),
        ({"title": "Top of all"}, 0),
        ({"title": "Below the second", "section": running.pk, "after": items[1].pk}, 3),
    ):
        answer = client.post(address, given, headers=JSON)
        assert answer.status_code == 201, answer.content
        rows = list(WorkItem.objects.present().in_backlog_order().values_list("title", flat=True))
        assert rows[order] == given["title"], rows
    assert set(running.items.values_list("title", flat=True)) >= {"Last of the sprint", "Below the second"}
    assert client.post(address, {"title": "  "}, headers=JSON).status_code == 422
    assert client.post(address, {"title": "<script>alert(1)</script>"}, headers=JSON).status_code == 201
    assert "<script>alert(1)" not in page(client, "/backlog/POR/")


def test_the_next_sprint_follows_the_last_one(world, signed_in, running):
    signed_in(world.mei).post(reverse("backlog_sprints", kwargs={"key": "POR"}))
    made = Sprint.objects.latest("id")
    assert made.name == "Sprint 8" and made.starts_at > running.ends_at and made.starts_at.weekday() == 0
    assert (made.ends_at - made.starts_at) == (running.ends_at - running.starts_at)


def test_a_sprint_is_started_or_says_what_is_missing(world, signed_in, items):
    client = signed_in(world.mei)
    empty = make.sprint(actor=world.mei, project=world.project)
    answer = client.post(reverse("sprint_starts", kwargs={"id": empty.pk}), {"version": empty.version}, follow=True)
    assert "Nothing is in this sprint yet" in answer.content.decode()
    undated = make.sprint(actor=world.mei, project=world.project, starts_at=None, ends_at=None, items=items[:1])
    answer = client.post(reverse("sprint_starts", kwargs={"id": undated.pk}), {"version": undated.version}, follow=True)
    assert "Say when the sprint starts" in answer.content.decode() and "First day" in answer.content.decode()
    today = clock.today()
    given = {"name": "Sprint 2", "goal": "", "version": undated.version, "starts_on": today, "ends_on": today - timedelta(3)}
    answer = client.post(reverse("sprint_edit", kwargs={"id": undated.pk}), given)
    assert answer.status_code == 422 and "before the start" in answer.content.decode()
    client.post(reverse("sprint_edit", kwargs={"id": undated.pk}), given | {"ends_on": today + timedelta(9)})
    undated.refresh_from_db()
    assert undated.ends_at.date() == today + timedelta(9)
    client.post(reverse("sprint_starts", kwargs={"id": undated.pk}), {"version": undated.version})
    undated.refresh_from_db()
    assert undated.state == "active"


def test_a_stale_form_shows_both_and_loses_nothing(world, signed_in, running):
    seen = running.version
    sprints.change(actor=world.boris, sprint=running, version=None, goal="Theirs")
    given = {"name": "Sprint 7", "goal": "Mine", "version": seen, "starts_on": running.starts_at.date(), "ends_on": running.ends_at.date()}
    answer = signed_in(world.mei).post(reverse("sprint_edit", kwargs={"id": running.pk}), given)
    text = answer.content.decode()
    assert answer.status_code == 409 and "<del>Theirs</del>" in text and "<ins>Mine</ins>" in text
    running.refresh_from_db()
    assert running.goal == "Theirs"


def test_closing_says_where_each_unfinished_item_goes_on(world, signed_in, items, running):
    client, following = signed_in(world.mei), make.sprint(actor=world.mei, project=world.project, name="Sprint 8", begins=14)
    work_items.change(actor=world.mei, item=WorkItem.objects.get(pk=items[0].pk), version=None, state=make.state_of(world.project, "done"))
    address = reverse("sprint_closings", kwargs={"id": running.pk})
    assert "1 of 3 items are done" in page(client, address)
    given = {"version": running.version, "to": following.pk, f"item_{items[2].pk}": "", "goal_met": "no", "review": "**Not** yet"}
    assert client.post(address, given | {"to": "999"}).status_code == 422
    assert client.post(address, given).status_code == 302
    running.refresh_from_db()
    assert (running.state, running.is_goal_met) == ("closed", False)
    assert list(following.items.all()) == [items[1]]
    text = page(client, f"/sprints/{running.pk}/")
    assert "The goal was missed." in text and "→ Sprint 8" in text and "<strong>Not</strong>" in text
    assert client.post(address, given).status_code == 422, "a second press closes nothing again"
    assert client.post(reverse("sprint_reopenings", kwargs={"id": running.pk}), headers=JSON).status_code == 200
    assert not following.items.exists()


def test_the_course_tells_what_each_change_of_scope_did(world, signed_in, items, running):
    late = clock.now() + timedelta(minutes=30)
    with clock.held_at(late):
        sprint_scope.put(actor=world.boris, items=[(WorkItem.objects.get(pk=items[4].pk), None)], sprint=running)
    with clock.held_at(late + timedelta(minutes=30)):
        work_items.change(actor=world.chen, item=WorkItem.objects.get(pk=items[0].pk), version=None, estimate_points=8.0)
    with clock.held_at(late + timedelta(hours=1)):
        work_items.remove(actor=world.mei, item=WorkItem.objects.get(pk=items[1].pk), version=None)
        text = page(signed_in(world.alma), f"/sprints/{running.pk}/?by=points")
        assert "+1 item" in page(signed_in(world.alma), f"/sprints/{running.pk}/?by=items")
    for part in ("came in", "+5 pts", "estimate 1 → 8", "+7 pts", "陈悦", "was taken out", "−2 pts", "Boris Orlov"):
        assert part in text, part
    assert "needs 8 items that the team has finished" in text, "no chance from too little"


def test_with_a_history_there_is_a_chance_and_a_velocity(world, signed_in, items):
    done = make.state_of(world.project, "done")
    start = clock.now() - timedelta(days=61)
    for number in range(4):
        with clock.held_at(start + timedelta(days=14 * number)):
            fresh = [make.work_item(actor=world.boris, project=world.project, title="Old", estimate_points=3.0) for _ in range(4)]
            sprint = make.sprint(actor=world.mei, project=world.project, name=f"Sprint {number}", days=12, items=fresh)
            sprints.start(actor=world.mei, sprint=sprint, version=None)
        for day, item in enumerate(fresh[: 4 if number else 3], 2):
            with clock.held_at(start + timedelta(days=14 * number + day)):
                item.refresh_from_db()
                work_items.change(actor=world.mei, item=item, version=None, state=done)
        with clock.held_at(start + timedelta(days=14 * number + 11)):
            sprints.close(actor=world.mei, sprint=sprint, version=None)
    now = make.sprint(actor=world.mei, project=world.project, name="Sprint 9", items=items)
    text = page(signed_in(world.mei), "/backlog/POR/")
    assert "of 4 sprints" in text and "past sprints" in text and "Velocity needs" not in text
    sprints.start(actor=world.mei, sprint=now, version=None)
    text = page(signed_in(world.mei), f"/sprints/{now.pk}/")
    assert "The chance that everything gets done in time is" in text
    assert "last 4 closed sprints" in text


def test_the_stand_up_walks_from_right_to_left_and_keeps_notes(world, signed_in, items, running):
    review = world.project.space
    doing = make.state_of(world.project, "in_progress")
    work_items.change(actor=world.mei, item=WorkItem.objects.get(pk=items[1].pk), version=None, state=doing, assignees=[world.mei])
    links.create(actor=world.boris, source=items[4], target=items[1], kind="blocks")
    client = signed_in(world.mei)
    client.post(reverse("sprint_notes", kwargs={"id": running.pk}), {"body": "Waiting for **the gate**"})
    text = page(client, f"/sprints/{running.pk}/?view=standup")
    assert text.index("Item 1") < text.index("Item 0"), "what is nearest to done comes first"
    assert "blocked 0 d by POR-5" in text and "<strong>the gate</strong>" in text
    assert Comment.objects.get().subject_id == running.pk and review


def test_people_are_in_it_with_share_and_days_off(world, signed_in, running):
    client, address = signed_in(world.mei), reverse("sprint_people", kwargs={"id": running.pk})
    given = {"version": running.version, "person": [world.mei.pk, world.boris.pk], f"share_{world.mei.pk}": 50, f"off_{world.mei.pk}": "2,5",
             "drop": world.boris.pk}  # fmt: skip
    assert client.post(address, given).status_code == 302
    assert list(running.members.values_list("user_id", "share", "days_off")) == [(world.mei.pk, 50, 2.5)]
    running.refresh_from_db()
    for wrong in ({"share_" + str(world.mei.pk): "nan"}, {"off_" + str(world.mei.pk): "1e9"}, {"share_" + str(world.mei.pk): 0}):
        assert client.post(address, given | {"version": running.version, "drop": ""} | wrong).status_code == 422, wrong
    assert client.post(address, {"version": 1, "person": world.mei.pk}).status_code == 409
    text = page(client, f"/sprints/{running.pk}/")
    assert "person-days" in text


def test_a_planned_sprint_is_removed(world, signed_in, items):
    made = make.sprint(actor=world.mei, project=world.project, items=items[:1])
    answer = signed_in(world.mei).post(reverse("sprint_removals", kwargs={"id": made.pk}), {"version": made.version}, follow=True)
    assert "its items are in the backlog" in answer.content.decode() and not Sprint.objects.exists()


def test_who_only_looks_gets_no_buttons(world, signed_in, items, running):
    from tandem.people.actions import spaces
    from tandem.people.models import Role

    spaces.grant(actor=world.admin, space=world.project.space, user=world.dana, role=Role.STAKEHOLDER)
    world.dana.refresh_from_db()
    client = signed_in(world.dana)
    text = page(client, "/backlog/POR/")
    assert "Plan a sprint</button>" not in text and "patch=" not in text.split("<tandem-backlog")[1][:200]
    assert put(client, items[4], running.pk).status_code == 403
    assert client.get(reverse("sprint_closings", kwargs={"id": running.pk})).status_code == 403
    assert "Open again" not in page(client, f"/sprints/{running.pk}/")


def test_epics_are_no_work_of_their_own(world, signed_in, items):
    from tandem.work.models import WorkItemType

    epic = WorkItemType.objects.get(space=world.project.space, level=3)
    make.work_item(actor=world.boris, project=world.project, title="The whole thing", type=epic)
    text = page(signed_in(world.mei), "/backlog/POR/")
    assert "The whole thing" not in text and "5 items" in text


def test_the_filter_narrows_sections_and_sums(world, signed_in, items, running):
    text = page(signed_in(world.mei), "/backlog/POR/?q=points:>=3")
    assert "Item 2" in text and "Item 1<" not in text and "1 item" in text
    assert page(signed_in(world.mei), "/backlog/POR/?q=nonsense:x")


def test_a_sprint_of_a_history_that_ended_long_ago_is_read_as_of_its_end(world, signed_in, running):
    """A project that was imported years after its end: its open sprint did not burn down for years."""
    back = timedelta(days=400)
    Sprint.objects.filter(pk=running.pk).update(**{name: F(name) - back for name in ("started_at", "starts_at", "ends_at")})
    SprintChange.objects.filter(sprint=running).update(at=F("at") - back)
    Project.objects.filter(space=running.space_id).update(as_of=clock.today() - back + timedelta(days=1))
    text = page(signed_in(world.mei), f"/sprints/{running.pk}/")
    assert f"as of {clock.today() - back + timedelta(days=1)}" in text and "Its last day has passed" not in text
    assert len(re.findall(r"<tr><td[^>]*>20\d\d-", text)) < 30, "it does not reach to today"
    for view in ("standup", "review"):
        assert page(signed_in(world.mei), f"/sprints/{running.pk}/?view={view}")


def test_who_joins_a_sprint_comes_with_the_share_that_is_booked_for_the_project(world, signed_in, items):
    made = make.sprint(actor=world.mei, project=world.project, items=items[:1])
    first, last = made.starts_at.date(), made.ends_at.date()
    half = first + (last - first + timedelta(days=1)) / 2 - timedelta(days=1)
    for percent, ends in ((30, last), (20, half)):
        bookings.create(actor=world.alma, subject=world.project, person=world.mei, percent=Decimal(percent), starts_on=first, ends_on=ends)
    other = make.project(actor=world.alma, name="Yard", key="YAR")
    bookings.create(actor=world.alma, subject=other, person=world.mei, percent=Decimal(50), starts_on=first, ends_on=last)
    client, address = signed_in(world.boris), f"/sprints/{made.pk}/people/"
    client.post(address, {"add": world.mei.pk, "version": Sprint.objects.get(pk=made.pk).version})
    assert [(m.user, m.share) for m in made.members.all()] == [(world.mei, 40)], "30 all the time, 20 half of it"
    assert "booked:" not in page(client, f"/sprints/{made.pk}/")
    client.post(address, {"person": world.mei.pk, f"share_{world.mei.pk}": "70", "add": world.boris.pk, "version": Sprint.objects.get(pk=made.pk).version})
    assert sorted(m.share for m in made.members.all()) == [70, 100], "what was said by hand stands; whoever is not booked comes with all of their time"
    assert "booked: 40 %" in page(client, f"/sprints/{made.pk}/")


def test_a_booking_counts_on_working_days_alone(world, signed_in):
    made = make.sprint(actor=world.mei, project=world.project, days=7, begins=7 - clock.today().weekday())
    monday = made.starts_at.date()
    saturday = monday + timedelta(days=5)
    for person, percent, first, last in ((world.mei, 60, monday, monday + timedelta(days=4)), (world.boris, 100, saturday, saturday + timedelta(days=1))):
        bookings.create(actor=world.alma, subject=world.project, person=person, percent=Decimal(percent), starts_on=first, ends_on=last)
    client, address = signed_in(world.boris), f"/sprints/{made.pk}/people/"
    for person in (world.mei, world.boris):
        others = [m.user_id for m in made.members.all()]
        client.post(address, {"person": others, "add": person.pk, "version": Sprint.objects.get(pk=made.pk).version})
    shares = {m.user: m.share for m in made.members.all()}
    assert (shares[world.mei], shares[world.boris]) == (60, 100), "who is booked on days off alone is not booked"
    client.post(address, {"person": world.boris.pk, f"share_{world.boris.pk}": "70", "version": Sprint.objects.get(pk=made.pk).version})
    assert "booked:" not in page(client, f"/sprints/{made.pk}/")
    told = {"people": [{"user_id": world.mei.pk}, {"user_id": world.boris.pk, "share": 30}]}
    answer = client.post(
        f"/api/v1/sprints/{made.pk}/people/", json.dumps(told), content_type="application/json",
        headers={"If-Match": str(Sprint.objects.get(pk=made.pk).version)},
    )  # fmt: skip
    assert answer.status_code < 300, answer.content
    assert {m.user: m.share for m in made.members.all()} == {world.mei: 60, world.boris: 30}, "over the API the same"
