"""Estimates against what was taken: which items count, with which estimate, for whom; the hint, and taking it over."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import teams
from tandem.people.models import Role
from tandem.planning.estimate_history import said_of
from tandem.reports.queries import estimate_figures as figures
from tandem.reports.queries import estimates as reads
from tandem.work.actions import estimates, time_entries, work_items
from tandem.work.models import WorkItem
from tests import make

JSON = {"Accept": "application/json"}


def finished(world, *, estimate=480, taken=600, by=(), back=10, **values):
    """Begun and finished `back` days ago, with time of the people named."""
    item = make.work_item(actor=world.boris, project=world.project, estimate_minutes=estimate, **values)
    for person in by or (world.boris,):
        time_entries.log(actor=world.boris, item=item, user=person, minutes=taken // len(by or (1,)), day=clock.today() - timedelta(days=back))
    done = make.state_of(world.project, "done")
    work_items.change(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None, state=done)
    at = clock.now() - timedelta(days=back)
    WorkItem.objects.filter(pk=item.pk).update(actual_start=at, actual_finish=at)
    return WorkItem.objects.get(pk=item.pk)


@pytest.fixture
def three(world):
    return [world.boris, world.mei, world.chen]


def many(world, three, n=9, **values):
    return [finished(world, by=[three[k % 3]], back=10 + k, **values) for k in range(n)]


def test_what_counts_and_what_is_left_out_and_said(world):
    good = finished(world, taken=60)
    make.work_item(actor=world.boris, project=world.project, estimate_minutes=60)  # open
    finished(world, estimate=None, taken=60)
    bare = make.work_item(actor=world.boris, project=world.project, estimate_minutes=60)
    work_items.change(actor=world.boris, item=bare, version=None, state=make.state_of(world.project, "done"))
    late = finished(world, taken=60)
    work_items.change(actor=world.boris, item=late, version=None, estimate_minutes=600)  # ten days after it began
    lost = finished(world, taken=60)
    work_items.change(actor=world.boris, item=lost, version=None, is_given_up=True)
    whole = finished(world, taken=60)
    make.work_item(actor=world.boris, project=world.project, parent=whole)
    found = reads.past(world.mei)
    assert {one.id for one in found.items} == {good.pk, late.pk} and found.unlogged == 1
    assert {one.case.estimate for one in found.items} == {8.0}, "the estimate that stood when work began, not the later one"
    assert not reads.past(world.dana).items


def test_an_estimate_written_after_the_beginning_is_none(world):
    item = finished(world, estimate=None)
    work_items.change(actor=world.boris, item=item, version=None, estimate_minutes=600)
    found = reads.past(world.boris)
    assert not found.items and found.unsaid == 1


def test_an_estimate_written_with_the_move_to_done_was_not_said_before(world):
    for estimate in (None, 480):
        item = make.work_item(actor=world.boris, project=world.project, estimate_minutes=estimate)
        time_entries.log(actor=world.boris, item=item, minutes=600, day=clock.today() - timedelta(days=10))
        work_items.change(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None, state=make.state_of(world.project, "done"), estimate_minutes=600)
    found = reads.past(world.boris)
    assert [one.case.estimate for one in found.items] == [8.0] and found.unsaid == 1


def test_the_history_does_not_learn_from_itself(world):
    item = make.work_item(actor=world.boris, project=world.project, estimate_minutes=480)
    item = estimates.take(actor=world.boris, item=item, version=item.version, minutes=720, rests_on="1.50× (8)")
    time_entries.log(actor=world.boris, item=item, minutes=720)
    work_items.change(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None, state=make.state_of(world.project, "done"))
    assert [one.case.ratio for one in reads.past(world.boris).items] == [1.5], "against what was said, not against what was taken over"


def test_nor_when_it_is_taken_over_twice(world):
    item = make.work_item(actor=world.boris, project=world.project, estimate_minutes=480)
    for minutes in (720, 900):
        item = estimates.take(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None, minutes=minutes, rests_on="1.50× (8)")
    assert said_of(item) == 480
    time_entries.log(actor=world.boris, item=item, minutes=720)
    work_items.change(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None, state=make.state_of(world.project, "done"))
    assert [one.case.estimate for one in reads.past(world.boris).items] == [8.0]
    other = make.work_item(actor=world.boris, project=world.project, estimate_minutes=480)
    other = estimates.take(actor=world.boris, item=other, version=None, minutes=720, rests_on="1.50× (8)")
    work_items.change(actor=world.boris, item=other, version=None, estimate_minutes=600)
    other = estimates.take(actor=world.boris, item=WorkItem.objects.get(pk=other.pk), version=None, minutes=900, rests_on="1.50× (8)")
    assert said_of(other) == 600, "what people said in between counts"


def test_a_hint_names_ratio_count_and_class(world, three):
    many(world, three, 9)
    team = teams.create(actor=world.admin, space=world.project.space, name="Quay", members=three)
    item = make.work_item(actor=world.boris, project=world.project, estimate_minutes=480, assignees=[world.mei])
    found = figures.hint(world.mei, item)
    assert (found.kind, found.team, found.learnt.count, found.learnt.middle) == ("team", team.pk, 9, 1.25)
    assert (found.middle, found.bound) == (600, 600)
    assert figures.hint(world.mei, item, 60).middle == 75
    alone = make.work_item(actor=world.boris, project=world.project)
    bare = figures.hint(world.mei, alone)
    assert bare.kind == "project" and bare.estimate is None and bare.middle == 600, "without an estimate: what they took"


def test_too_few_is_said(world, three):
    many(world, three, 7)
    found = figures.hint(world.mei, make.work_item(actor=world.boris, project=world.project))
    assert isinstance(found, figures.TooFew) and (found.found, found.needed, found.is_kept) == (7, 8, False)


def test_nobodys_personal_score_is_shown_to_colleagues(world, three):
    for k in range(9):
        finished(world, by=[world.chen], back=10 + k)
    item = make.work_item(actor=world.boris, project=world.project, estimate_minutes=480)
    kept = figures.hint(world.mei, item)
    assert isinstance(kept, figures.TooFew) and kept.is_kept
    assert isinstance(figures.hint(world.boris, item), figures.Hint), "who plans the project reads its time anyway"
    assert isinstance(figures.hint(world.chen, item), figures.Hint), "of one's own work"
    shown = figures.figures(world.mei, past := reads.past(world.mei), past.items)
    assert not shown.whole.is_told and shown.whole.learnt is None and shown.course is None
    assert all(q[2] is None for group in (shown.whole, *shown.types, *shown.people) for q in group.quarters)


def test_only_what_one_sees_is_learnt_from(world, three):
    many(world, three, 9)
    other = make.project(actor=world.alma, name="Secret", key="SEC", parent=world.root)
    make.spaces.grant(actor=world.admin, space=other.space, user=world.dana, role=Role.MEMBER)
    world.dana.refresh_from_db()
    item = make.work_item(actor=world.alma, project=other, estimate_minutes=480)
    assert figures.hint(world.dana, item) == figures.TooFew(0), "the same type in a project out of sight"
    assert isinstance(figures.hint(world.alma, item), figures.Hint)


def test_the_reading_asks_as_often_for_many_as_for_few(world, three):
    def asked():
        with CaptureQueriesContext(connection, ) as seen:
            reads.past(world.boris)
        return len(seen)

    many(world, three, 2)
    first = asked()
    many(world, three, 8)
    assert asked() == first <= 9


def test_taking_over_is_an_edit_with_its_reason(world):
    item = make.work_item(actor=world.boris, project=world.project, estimate_minutes=480)
    with pytest.raises(Denied):
        estimates.take(actor=make.user(actor=world.admin, name="Ed", role=Role.STAKEHOLDER, space=world.project.space), item=item, version=item.version, minutes=5, rests_on="")
    with pytest.raises(Hidden):
        estimates.take(actor=world.dana, item=item, version=item.version, minutes=5, rests_on="")
    with pytest.raises(Refused):
        estimates.take(actor=world.boris, item=item, version=item.version, minutes=0, rests_on="")
    with pytest.raises(Stale):
        estimates.take(actor=world.boris, item=item, version=item.version + 1, minutes=5, rests_on="")
    estimates.take(actor=world.boris, item=item, version=item.version, minutes=660, rests_on="1.38× (9)")
    event = Event.objects.of(item).newest_first().first()
    assert event.verb == "work_item.estimate_taken" and event.changes == {"estimate_minutes": [480, 660], "estimate_rests_on": [None, "1.38× (9)"]}


def test_page_and_hint(world, three, signed_in):
    items = many(world, three, 9)
    text = signed_in(world.mei).get(reverse("estimates")).content.decode()
    assert "1.25×" in text and items[0].key in text and "at most 1.25× its estimate" in text
    assert "Too short a history" in text
    narrowed = signed_in(world.mei).get(reverse("estimates"), {"people": "2"}).content.decode()
    assert "No finished item has both" in narrowed
    assert items[0].key not in signed_in(world.dana).get(reverse("estimates")).content.decode()
    assert signed_in(world.mei).get(reverse("estimates"), {"space": "NOPE", "team": "x", "people": "9" * 30}).status_code == 200
    item = make.work_item(actor=world.boris, project=world.project, estimate_minutes=480)
    address = reverse("work_item_estimate_hint", kwargs={"key": item.key})
    said = signed_in(world.mei).get(address).content.decode()
    assert "Similar ones took 1.2× their estimate" in said and "8h → 10h" in said and "Take 10h" in said
    assert signed_in(world.dana).get(address).status_code == 404 and signed_in(world.dana).post(address, {"take": "middle"}).status_code == 404
    answer = signed_in(world.mei).post(address, {"take": "middle", "version": item.version}, headers=JSON)
    assert answer.status_code == 200 and WorkItem.objects.get(pk=item.pk).estimate_minutes == 600
    assert signed_in(world.mei).post(address, {"take": "middle", "version": 1}, headers=JSON).status_code == 200, "nothing differs: nothing is written"
    assert Event.objects.of(item).filter(verb="work_item.estimate_taken").count() == 1


def test_a_form_takes_it_over_as_well(world, three, signed_in):
    many(world, three, 9)
    client = signed_in(world.mei)
    hint = client.get(reverse("estimate_hint_new"), {"home": world.project.space_id, "estimate": "4h"}).content.decode()
    assert "4h → 5h" in hint and 'value="middle"' in hint
    assert client.get(reverse("estimate_hint_new"), {"home": "0"}).content == b""
    assert signed_in(world.dana).get(reverse("estimate_hint_new"), {"home": world.project.space_id}).content == b""
    sent = {"home": world.project.space_id, "title": "Paint", "estimate": "4h", "estimate_taken": "middle"}
    assert client.post(reverse("work_items_new"), sent, headers=JSON).status_code == 201
    item = WorkItem.objects.get(title="Paint")
    assert item.estimate_minutes == 300 and Event.objects.of(item).filter(verb="work_item.estimate_taken").get().changes["estimate_minutes"] == [240, 300]
    assert client.post(reverse("work_items_new"), sent | {"estimate": "soon"}, headers=JSON).status_code == 422
