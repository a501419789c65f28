"""Pages by key: also where the order is a field that an import filled with lists, and cursors that somebody wrote."""

import base64
import json
import re

import pytest
from django.urls import reverse

from tandem.work.actions import fields
from tandem.work.models import WorkItem
from tests import make


@pytest.fixture
def many(world):
    definition = fields.create(actor=world.boris, space=world.project.space, name="Areas", kind="text")
    items = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(120)]
    for n, item in enumerate(items):
        if n % 3:
            value = [f"berth {n:03}", {"zone": n}] if n % 3 == 1 else f"text {n:03}"
            WorkItem.objects.filter(pk=item.pk).update(fields={definition.key: value})
    return definition


@pytest.mark.parametrize("way", ["", "-"])
def test_a_table_sorted_by_imported_lists_is_walked_to_its_end(world, signed_in, many, way):
    client, seen = signed_in(world.boris), []
    page = client.get(reverse("work_items"), {"space": world.project.space_id, "sort": f"{way}field.areas"})
    for _step in range(5):
        assert page.status_code == 200
        text = page.content.decode()
        seen += re.findall(r'data-row data-id="(\d+)"', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        if not following:
            break
        page = client.get(reverse("work_items") + following[1].replace("&amp;", "&"))
    assert len(seen) == len(set(seen)) == 120


def test_a_cursor_written_by_hand_is_refused_in_words(world, signed_in, many):
    client = signed_in(world.boris)
    for sort in ("title", "field.areas"):
        for value in ("a\0b", ["a\0b"], [{"a": ["\0"]}], {"\0": 1}):
            cursor = base64.urlsafe_b64encode(json.dumps(["f", value, 1]).encode()).decode()
            assert client.get(reverse("work_items"), {"sort": sort, "cursor": cursor}).status_code == 422, (sort, value)
        deep = base64.urlsafe_b64encode(("[" * 3000 + "]" * 3000).encode()).decode()
        assert client.get(reverse("work_items"), {"sort": sort, "cursor": deep}).status_code == 422
    lists = base64.urlsafe_b64encode(json.dumps(["f", ["x"], 1]).encode()).decode()
    assert client.get(reverse("work_items"), {"sort": "title", "cursor": lists}).status_code == 422
