"""Time on the page of an item: typed, shown, changed in its cells, taken back; as a column and in files."""

import json

import pytest
from django.urls import reverse

from tandem.kit.dates import parse_minutes
from tandem.work.actions import time_entries
from tandem.work.models import TimeEntry, WorkItem
from tests import make

JSON = {"Accept": "application/json"}


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("1h 30m", 90), ("1.5h", 90), ("1,5h", 90), ("90m", 90), ("90min", 90), ("1:30", 90), ("1h30", 90), ("2d", 960), ("1w 1d", 2880),
     ("1小时30分", 90), ("1个小时", 60), ("30分钟", 30), ("１.５ｈ", 90), ("2 hours", 120)],
)  # fmt: skip
def test_times_are_read_as_people_type_them(text, minutes):
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "90", "1.5", "h", "-1h", "1h 1h", "m30", "30m 1h", "1e3h", "9" * 5000 + "h", "1h\x00", "١h h"])
def test_what_says_no_time_is_not_guessed(text):
    with pytest.raises(ValueError):
        parse_minutes(text)


def _item(world, **values):
    return make.work_item(actor=world.boris, project=world.project, **values)


def _post(client, item, **given):
    return client.post(reverse("work_item_time", kwargs={"key": item.key}), given, headers=JSON)


def test_time_is_logged_shown_and_taken_back(world, signed_in):
    item, client = _item(world, estimate_minutes=60), signed_in(world.mei)
    answer = _post(client, item, do="log", time="1h 30m", note="<b>Berth</b>").json()
    for address in (reverse("work_item", kwargs={"key": item.key}), reverse("work_item", kwargs={"key": item.key}) + "?peek=1"):
        text = client.get(address).content.decode()
        assert "&lt;b&gt;Berth" in text and "<b>Berth" not in text and "1h 30m" in text and "30m over the estimate" in text
    assert client.post(answer["undo"], headers=JSON).status_code == 200 and not TimeEntry.objects.present().exists()
    entry = TimeEntry.objects.get()
    assert client.post(reverse("time_entry_restorations", kwargs={"id": entry.pk}), headers=JSON).status_code == 200
    assert _post(client, item, do="remove", entry=entry.pk).status_code == 200
    for wrong in ({"time": "90"}, {"time": "1h", "day": "soon"}, {"time": "1h", "day": "2999-01-01"}, {"time": "1h", "person": "0"}, {"do": "burn"}, {"time": "1h", "remaining": "x"}):
        assert _post(client, item, **({"do": "log"} | wrong)).status_code == 422, wrong
    assert _post(client, item, do="log", time="1h", person=world.boris.pk).status_code == 403
    assert _post(signed_in(world.dana), item, do="log", time="1h").status_code == 404


def test_who_leads_logs_for_others_and_members_do_not_see_the_choice(world, signed_in):
    item = _item(world)
    assert _post(signed_in(world.boris), item, do="log", time="1h", person=world.mei.pk).status_code == 200
    page = reverse("work_item", kwargs={"key": item.key})
    assert 'name="person"' in signed_in(world.boris).get(page).content.decode()
    text = signed_in(world.mei).get(page).content.decode()
    assert 'name="person"' not in text and "written down by Boris Orlov" in text


def _patch(client, address, version, **given):
    return client.patch(address, json.dumps(given), content_type="application/json", headers={"If-Match": f'"{version}"'})


def test_cells_are_changed_where_they_stand(world, signed_in):
    item, client = _item(world), signed_in(world.mei)
    entry = time_entries.log(actor=world.mei, item=item, minutes=30)
    cell = reverse("time_entry", kwargs={"id": entry.pk})
    assert _patch(client, cell, 1, minutes="2h 15m").json()["shown"] == "2h 15m"
    assert _patch(client, cell, 2, day="2026-02-12").json()["value"] == "2026-02-12"
    assert _patch(client, cell, 3, note="Yard").json()["shown"] == "Yard"
    assert _patch(client, cell, 1, minutes="1h").status_code == 409
    for wrong in ({"minutes": "x"}, {"minutes": "0m"}, {"day": ""}, {"day": "2999-01-01"}, {"user": 1}, {}):
        assert _patch(client, cell, 4, **wrong).status_code == 422, wrong
    here = reverse("work_item", kwargs={"key": item.key})
    assert _patch(client, here, 1, estimate_minutes="1d").json()["shown"] == "8h"
    assert _patch(client, here, 2, expected_minutes="10h").json()["shown"] == "10h"
    row = WorkItem.objects.get(pk=item.pk)
    assert (row.expected_minutes, row.remaining_minutes) == (735, 600)
    assert _patch(client, here, 3, expected_minutes="").json()["shown"] == "5h 45m", "as estimated again"
    assert _patch(client, here, 4, estimate_minutes="soon").status_code == 422


def test_columns_sums_and_files_show_hours(world, signed_in):
    item, client = _item(world, estimate_minutes=480), signed_in(world.mei)
    time_entries.log(actor=world.mei, item=item, minutes=90)
    query = "?cols=key,estimate,logged,remaining&sort=-logged"
    text = client.get(reverse("work_items") + query).content.decode()
    assert "1h 30m" in text and "6h 30m" in text
    assert "1h 30m logged" in client.get(reverse("work_items") + "?part=sums").content.decode()
    lines = b"".join(client.get(reverse("work_items_export") + query).streaming_content).decode().splitlines()
    assert lines[0].endswith("Estimate (h),Logged (h),Left (h)") and lines[1].endswith("8,1.5,6.5")
    assert client.get(reverse("work_items") + query + "&layout=sheet").status_code == 200
