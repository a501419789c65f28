"""A change request that begins with its content: a way out of a conflict, or another day for a promise; only what the person sees."""

from datetime import timedelta

import pytest

from tandem.governance.actions import change_drafts
from tandem.governance.models import ChangeRequest
from tandem.kit import clock
from tandem.kit.errors import Hidden, Refused
from tandem.planning import levelling
from tandem.planning.models import LevelledDates, PlanConflict
from tandem.work.models import WorkItem
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(world):
    """Two items of one person, and a conflict whose ways are: the other later, somebody else, without it."""
    items = [make.work_item(actor=world.admin, project=world.project, title=f"Item {n}", estimate_minutes=960, assignees=[world.mei]) for n in range(2)]
    levelling.compute()
    row = PlanConflict.objects.create(
        kind="project", subject_kind="portfolio.project", subject_id=world.project.pk, space=world.project.space, days=5, wanted_on=clock.today(), computed_on=clock.today(), detail={"spaces": []}
    )
    stands = LevelledDates.objects.get(item=items[1])
    shared = {"item": items[0].pk, "other": None, "other_space": None, "user": None, "later": [], "extra": [], "capacity": 0, "moves": 1, "slots": 0, "units": 0, "until": None, "delay": 0, "promise": 0}
    row.ways = [
        {**shared, "code": "swap", "dates": {str(items[1].pk): [(stands.start + timedelta(9)).isoformat(), (stands.finish + timedelta(9)).isoformat()]}},
        {**shared, "code": "hand_over", "items": [items[0].pk], "gone": world.mei.pk, "to": world.boris.pk, "dates": {}},
        {**shared, "code": "drop", "items": [items[1].pk], "dates": {}},
    ]
    row.save()
    world.items = items
    return row


def content(row):
    return [(one.kind, one.subject, one.values) for one in row.scenario.changes.order_by("id")]


def raised(world, late, way, actor=None):
    return change_drafts.create(actor=actor or world.boris, space=world.project.space, title="Way out", reason="It is late", conflict=late, way=way)


def test_a_way_out_becomes_the_content_of_a_request(world, late):
    first, second = world.items
    on = (LevelledDates.objects.get(item=second).start + timedelta(9)).date().isoformat()
    assert content(raised(world, late, 0)) == [("item", second.pk, {"starts_on": on})]
    assert content(raised(world, late, 1)) == [("item", first.pk, {"assignees": [world.boris.pk]})]
    assert content(raised(world, late, 2)) == [("drop", second.pk, {})]
    row = ChangeRequest.objects.first()
    assert (row.conflict, row.state) == (late, "draft")
    assert WorkItem.objects.get(pk=second.pk).removed_at is None, "nothing is done yet"


def test_a_way_that_is_gone_is_refused_and_leaves_nothing(world, late):
    with pytest.raises(Refused, match="ways_outdated"):
        raised(world, late, 7)
    assert not ChangeRequest.objects.exists()


def test_who_does_not_see_the_conflict_raises_nothing_from_it(world, late):
    with pytest.raises(Hidden):
        change_drafts.create(actor=world.dana, space=world.root, title="Way out", reason="Curious", conflict=late, way=0)


def test_a_promise_takes_its_day_along(world):
    release = make.release(actor=world.chen, product=world.product)
    promise = make.promise(actor=world.chen, subject=release)
    on = clock.today() + timedelta(days=60)
    row = change_drafts.create(actor=world.chen, space=world.product.space, title="Another day", reason="Late", promise=promise, on=on)
    assert content(row) == [("promise", promise.pk, {"date": on.isoformat()})]


def test_the_page_of_the_conflict_leads_to_a_form_that_is_filled_in(world, late, signed_in):
    client = signed_in(world.boris)
    page = client.get(f"/plan/conflicts/{late.pk}/").content.decode()
    assert f"/changes/new/?conflict={late.pk}&amp;way=1&amp;home={world.project.space_id}" in page
    path = f"/changes/new/?conflict={late.pk}&way=1&home={world.project.space_id}"
    form = client.get(path).content.decode()
    assert 'name="way" value="1"' in form and world.project.name in form
    given = {"title": "Way out", "reason": "It is late", "source": "conflict", "conflict": late.pk, "way": "1", "home": world.project.space_id}
    assert client.post(path, given).status_code in (200, 302, 303)
    assert content(ChangeRequest.objects.get())[0][0] == "item"
