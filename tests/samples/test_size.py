"""The large data set, scaled down: sizes add up, rows are consistent, and it is made once, into nothing."""

import pytest

from tandem.collaboration.models import Comment
from tandem.history.models import Event
from tandem.kit.errors import Refused
from tandem.people.models import User
from tandem.product.models import Feature, Promise
from tandem.samples.size import READER, generate, sizes
from tandem.work.models import Link, StateChange, WorkItem


@pytest.mark.parametrize(("items", "projects"), [(100_000, 50), (10_000, 1), (3_000, 5), (60, 3), (1, 1), (30_000, 2)])
def test_sizes_add_up(items, projects):
    found = sizes(items, projects)
    assert (sum(found), len(found)) == (items, projects) and min(found) >= 1


def test_the_measured_projects_have_a_thousand_and_ten_thousand():
    assert sizes(100_000, 50)[:2] == [1_000, 10_000]
    assert sizes(10_000, 1) == [10_000]
    assert sizes(3_000, 5)[0] == 1_000


def test_a_scaled_set_is_whole_and_made_once(db):
    made = generate(items=240, projects=6, people=5, comments_each=1.5, seed=3)
    assert WorkItem.objects.count() == made.counts["items"] == 240
    assert Link.objects.count() == made.counts["links"] > 40
    assert Comment.objects.count() == made.counts["comments"] > 100
    assert (Feature.objects.count(), Promise.objects.count()) == (24, 24)
    reader = User.objects.get(email=READER)
    assert reader.check_password(made.password)
    assert WorkItem.objects.visible_to(reader).count() == 240
    assert Event.objects.filter(verb="work_item.created").count() == 240
    for item in WorkItem.objects.select_related("parent"):
        last = StateChange.objects.filter(item=item).order_by("at", "id").last()
        assert last.to_state_id == item.state_id
        assert item.parent is None or item.parent.space_id == item.space_id
    with pytest.raises(Refused):
        generate(items=10, projects=1, people=2)
