"""Kinds of links of a team's own on pages, in the filter and out of Jira's files."""

import pytest
from django.urls import reverse

from tandem.exchange.records import LinkRecord
from tandem.reports.queries import filter_language, filter_suggestions
from tandem.work.actions import link_kinds, links
from tandem.work.models import Link, LinkKind, WorkItem
from tests import make
from tests.exchange.test_apply import item, tracker, write

JSON = {"Accept": "application/json"}


@pytest.fixture
def kind(world):
    return link_kinds.create(actor=world.alma, space=world.project.space, name="causes", inverse="is caused by")


@pytest.fixture
def pair(world):
    return [make.work_item(actor=world.mei, project=world.project, title=title) for title in ("Tide", "Delay")]


def found(user, text):
    return sorted(WorkItem.objects.visible_to(user).filter(filter_language.listed(text, user)).values_list("title", flat=True))


def test_the_page_names_changes_and_retires_them(world, signed_in):
    client, page = signed_in(world.boris), reverse("link_kind_settings", kwargs={"key": "POR"})
    assert "No kinds of your own yet" in client.get(page).content.decode()
    assert client.post(page, {"do": "add", "name": "导致", "inverse": "起因于"}, headers=JSON).status_code == 200
    row = LinkKind.objects.get()
    assert client.post(page, {"do": "add", "name": "Blocks"}, headers=JSON).status_code == 422
    assert signed_in(world.mei).post(page, {"do": "add", "name": "x"}, headers=JSON).status_code == 403
    assert signed_in(world.dana).get(page).status_code == 404
    given = {"do": "change", "kind": row.pk, "version": row.version, "name": "<b>leads</b>", "inverse": ""}
    assert client.post(page, given, headers=JSON).status_code == 200
    assert client.post(page, {**given, "name": "late"}, headers=JSON).status_code == 409
    shown = signed_in(world.mei).get(page).content.decode()
    assert "&lt;b&gt;leads&lt;/b&gt;" in shown and "<b>leads" not in shown
    client.post(page, {"do": "retire", "kind": row.pk, "version": row.version + 1}, headers=JSON)
    assert LinkKind.objects.get().retired_at


def test_an_item_says_it_from_both_ends(world, signed_in, kind, pair):
    tide, delay = pair
    client = signed_in(world.mei)
    at = reverse("work_item_links", kwargs={"key": delay.key})
    client.post(at, {"kind": f"own-{kind.pk}:in", "other": tide.key})
    link = Link.objects.get()
    assert (link.source, link.target, link.own_kind) == (tide, delay, kind)
    for row, said in ((tide, "causes"), (delay, "is caused by")):
        assert f'<span class="sub">{said}</span>' in client.get(reverse("work_item", kwargs={"key": row.key})).content.decode()
    assert client.post(at, {"kind": "own-99999", "other": tide.key}).status_code == 404


def test_the_filter_reads_it_in_its_direction(world, kind, pair):
    tide, delay = pair
    make.work_item(actor=world.mei, project=world.project, title="Alone")
    links.create(actor=world.mei, source=tide, target=delay, kind="own", own_kind=kind)
    for text, titles in (
        ("linked:causes", ["Tide"]), ('linked:"is caused by"', ["Delay"]), ("关联:CAUSES", ["Tide"]), (f"linked:{tide.key}", ["Delay"]),
        ("linked:none", ["Alone"]), ("has:linked", ["Delay", "Tide"]), ("-linked:causes", ["Alone", "Delay"]), ("linked:blocks", []),
    ):  # fmt: skip
        assert found(world.mei, text) == titles, text
    seen = frozenset(world.mei.visible_space_ids())
    rows = filter_suggestions.proposals(world.mei, "linked:ca", 9, seen, False).rows
    assert [row.insert for row in rows if "cause" in row.insert] == ["causes", '"is caused by"']


def test_a_key_that_one_cannot_see_finds_nothing(world, pair):
    far = make.work_item(actor=world.alma, project=make.project(actor=world.alma, name="Far", key="FAR"), title="Far")
    make.link(actor=world.alma, source=far, target=pair[0], kind="relates")
    assert found(world.mei, f"linked:{far.key}") == [] and found(world.alma, f"linked:{far.key}") == ["Tide"]


def test_jiras_own_kinds_come_along_with_both_names(world):
    rows = [
        LinkRecord(source="1", target="2", kind="relates", name="Cloners"),
        LinkRecord(source="2", target="1", kind="relates", name="Defect", inward="is raised by"),
        LinkRecord(source="1", target="2", kind="relates", name="Defect", outward="raises"),
        LinkRecord(source="1", target="2", kind="relates", name="Relates"),
        LinkRecord(source="2", target="1", kind="causes", name="Problem/Incident", outward="causes", inward="is caused by"),
    ]
    source = tracker(item("1"), item("2"), *rows)
    report = write(source, actor=world.alma)
    assert set(LinkKind.objects.values_list("name", "inverse")) == {("clones", "is cloned by"), ("raises", "is raised by"), ("causes", "is caused by")}
    assert Link.objects.filter(kind="own").count() == 4 and Link.objects.get(kind="relates").source_name == "Relates"
    assert report["facts"]["links"] == {"Cloners": 1, "Defect": 2, "Relates": 1, "Problem/Incident": 1}
    assert not Link.objects.dependencies().exists()
    write(tracker(item("1"), item("2"), *rows), actor=world.alma)
    assert Link.objects.count() == 5 and LinkKind.objects.count() == 3
