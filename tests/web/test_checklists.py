"""The checklist on page, peek and card; its form, its cells, its undo."""

import json

from django.urls import reverse

from tandem.work.actions import checklists, clones
from tandem.work.models import ChecklistEntry
from tests import make

JSON = {"Accept": "application/json"}


def _item(world):
    return make.work_item(actor=world.boris, project=world.project)


def test_lines_are_added_ticked_and_counted_on_page_peek_and_card(world, signed_in):
    item, client = _item(world), signed_in(world.mei)
    here = reverse("work_item_checklist", kwargs={"key": item.key})
    assert client.post(here, {"do": "add", "lines": "<b>Measure</b>\nOrder\nFit"}, headers=JSON).status_code == 200
    first = ChecklistEntry.objects.first()
    assert client.post(here, {"do": "tick", "entry": first.pk}, headers=JSON).status_code == 200
    assert client.post(here, {"do": "tick", "entry": first.pk}, headers=JSON).status_code == 200, "twice is once"
    for address in (reverse("work_item", kwargs={"key": item.key}), reverse("work_item", kwargs={"key": item.key}) + "?peek=1"):
        text = client.get(address).content.decode()
        assert ">1/3<" in text and "&lt;b&gt;Measure" in text and "<b>Measure" not in text
    assert "1/3" in client.get(reverse("board", kwargs={"key": "POR"})).content.decode()


def test_removal_has_its_undo_and_an_unknown_deed_does_nothing(world, signed_in):
    item, client = _item(world), signed_in(world.mei)
    here = reverse("work_item_checklist", kwargs={"key": item.key})
    (entry,) = checklists.add(actor=world.mei, item=item, text="a")
    answer = client.post(here, {"do": "remove", "entry": entry.pk, "version": 1}, headers=JSON).json()
    assert not ChecklistEntry.objects.present().exists()
    assert client.post(answer["undo"], headers=JSON).status_code == 200 and ChecklistEntry.objects.present().exists()
    assert client.post(here, {"do": "burn", "entry": entry.pk}, headers=JSON).status_code == 422
    other = _item(world)
    theirs = reverse("work_item_checklist", kwargs={"key": other.key})
    assert client.post(theirs, {"do": "tick", "entry": entry.pk}, headers=JSON).status_code == 404, "of another item"


def _patch(client, entry, version, **given):
    return client.patch(
        reverse("checklist_entry", kwargs={"id": entry.pk}), json.dumps(given), content_type="application/json", headers={"If-Match": f'"{version}"'}
    )


def test_cells_are_changed_where_they_stand(world, signed_in):
    client = signed_in(world.mei)
    (entry,) = checklists.add(actor=world.mei, item=_item(world), text="a")
    assert _patch(client, entry, 1, text="b").json()["shown"] == "b"
    assert _patch(client, entry, 2, owner=str(world.boris.pk)).json()["shown"] == "Boris Orlov"
    assert _patch(client, entry, 3, due_on="2027-02-12").json()["value"] == "2027-02-12"
    stale = _patch(client, entry, 1, text="c")
    assert stale.status_code == 409 and stale.json()["theirs"] == "b"
    for wrong in ({"text": " "}, {"due_on": "soon"}, {"owner": str(world.dana.pk)}, {"owner": "²"}, {"space": 1}, {}):
        assert _patch(client, entry, 4, **wrong).status_code == 422, wrong
    assert client.patch(reverse("checklist_entry", kwargs={"id": entry.pk}), "{", content_type="application/json").status_code == 400
    row = ChecklistEntry.objects.get()
    assert (row.text, row.owner, str(row.due_on)) == ("b", world.boris, "2027-02-12")


def test_what_happened_to_it_stands_in_the_history_of_the_item(world, signed_in):
    item, client = _item(world), signed_in(world.mei)
    (entry,) = checklists.add(actor=world.boris, item=item, text="Measure <it>")
    checklists.remove(actor=world.boris, entry=entry)
    text = client.get(reverse("work_item", kwargs={"key": item.key})).content.decode()
    assert "added a checklist entry" in text and "removed a checklist entry" in text and "Measure &lt;it&gt;" in text


def test_an_entry_becomes_an_acceptance_check_and_a_copy_keeps_that(world, signed_in):
    item, client = _item(world), signed_in(world.mei)
    here = reverse("work_item_checklist", kwargs={"key": item.key})
    client.post(here, {"do": "add", "lines": "It holds", "is_acceptance": "on"}, headers=JSON)
    client.post(here, {"do": "add", "lines": "Order\nFit"}, headers=JSON)
    step = ChecklistEntry.objects.get(text="Fit")
    assert client.post(here, {"do": "accept", "entry": step.pk, "version": 1}, headers=JSON).status_code == 200
    assert client.post(here, {"do": "unaccept", "entry": step.pk, "version": 1}, headers=JSON).status_code == 409, "somebody was faster"
    assert client.get(reverse("work_item", kwargs={"key": item.key})).content.decode().count("acceptance check</span>") == 2
    copy = clones.clone(actor=world.mei, item=item, title="Again")
    rows = ChecklistEntry.objects.filter(item=copy).in_order().values_list("text", "is_acceptance")
    assert list(rows) == [("It holds", True), ("Order", False), ("Fit", True)]
