"""Shares of assignees: from 1 to 100, of people who are assigned, on record, in page and API."""

import json

import pytest
from django.urls import reverse

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.work.actions import assignments, work_items
from tandem.work.models import Assignment, WorkItem
from tests import make


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project, assignees=[world.mei, world.boris])


def _share(item, person):
    return Assignment.objects.get(item=item, user=person).share


def test_a_share_is_kept_and_on_record(world, item):
    item = assignments.share(actor=world.mei, item=item, version=1, user=world.mei, share=60)
    assert (_share(item, world.mei), _share(item, world.boris), item.version) == (60, 100, 2)
    assert Event.objects.of(item).latest("id").changes == {"user": [None, world.mei.pk], "share": [100, 60]}
    work_items.change(actor=world.mei, item=item, version=2, assignees=[world.mei, world.chen])
    assert _share(item, world.mei) == 60, "who stays keeps it"
    for share, person, code in ((0, world.mei, "weight_out_of_range"), (101, world.mei, "weight_out_of_range"), (5, world.boris, "not_assigned")):
        with pytest.raises(Refused) as problem:
            assignments.share(actor=world.mei, item=item, version=None, user=person, share=share)
        assert problem.value.code == code
    with pytest.raises(Stale):
        assignments.share(actor=world.mei, item=WorkItem.objects.get(pk=item.pk), version=1, user=world.mei, share=5)
    with pytest.raises(Hidden):
        assignments.share(actor=world.dana, item=item, version=None, user=world.mei, share=5)
    eve = make.user(actor=world.admin, name="Eve", role="stakeholder", space=world.project.space)
    eve.refresh_from_db()
    with pytest.raises(Denied):
        assignments.share(actor=eve, item=item, version=None, user=world.mei, share=5)


def test_cells_and_api_write_it(world, signed_in, item):
    client, here = signed_in(world.mei), reverse("work_item_shares", kwargs={"key": item.key})
    assert f'data-name="share:{world.mei.pk}"' in client.get(reverse("work_item", kwargs={"key": item.key})).content.decode()

    def patch(version, **given):
        return client.patch(here, json.dumps(given), content_type="application/json", headers={"If-Match": f'"{version}"'})

    name = f"share:{world.mei.pk}"
    assert patch(1, **{name: "60 %"}).json() == {"value": 60, "shown": "60 %", "version": 2}
    assert patch(1, **{name: "50", "was": "60"}).status_code == 200, "the same cell as it was seen"
    assert patch(1, **{name: "40", "was": "100"}).status_code == 409
    for wrong in ({name: "0"}, {name: "x"}, {f"share:{world.chen.pk}": "5"}, {"share:": "5"}, {"share:²": "5"}, {}):
        assert patch(3, **wrong).status_code == 422, wrong
    row = client.get(f"/api/v1/work-items/{item.pk}/").json()
    assert row["assignee_shares"] == [50, 100] and row["assignee_ids"] == [world.mei.pk, world.boris.pk]
