"""The navigation shows what there is to see, and no more than eight entries."""

import time
from urllib.parse import parse_qs, urlsplit

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.web import navigation
from tests import make


def entries(client, path="/"):
    import re

    page = client.get(path).content.decode()
    nav = page[page.index('class="nav-l"') : page.index('class="foot"')]
    return re.findall(r'title="([^"]+)"', nav)


def test_who_sees_nothing_has_home_and_people(world, signed_in):
    assert entries(signed_in(world.dana)) == ["Home", "People"]


def test_an_entry_appears_with_its_first_row(world, signed_in):
    client = signed_in(world.alma)
    assert entries(client) == ["Home", "Portfolio", "Product", "Delivery", "People"]
    make.objective(actor=world.alma)
    client.post("/watches/", {"do": "watch"})  # whatever is written through a door: then it is looked for again
    assert entries(client) == ["Home", "Strategy", "Portfolio", "Product", "Delivery", "People"]


def test_what_came_by_a_job_is_looked_for_after_some_seconds(world, signed_in, monkeypatch):
    client = signed_in(world.alma)
    assert "Strategy" not in entries(client)
    make.objective(actor=world.alma)
    assert "Strategy" not in entries(client)
    later = time.monotonic() + navigation._KEPT_WHILE_SOME_LACK
    monkeypatch.setattr(navigation.time, "monotonic", lambda: later)
    assert "Strategy" in entries(client)


def test_with_an_empty_section_pages_do_not_ask_again_and_again(world, signed_in):
    client = signed_in(world.alma)
    client.get("/objectives/new/")
    with CaptureQueriesContext(connection) as found:
        client.get("/objectives/new/")
    assert not [one for one in found.captured_queries if "UNION" in one["sql"] and "strategy_objective" in one["sql"]]


def test_the_entry_of_the_page_that_one_is_on_is_there(world, signed_in):
    assert "Strategy" in entries(signed_in(world.alma), "/objectives/")


def test_there_are_never_more_than_eight(world, signed_in):
    from tandem.web import navigation

    assert len(navigation.SECTIONS) <= 8


def test_the_palette_finds_pages_that_have_nothing_yet(world, signed_in):
    groups = signed_in(world.dana).get("/palette/?q=/obj").json()["groups"]
    assert any(item["label"] == "Objectives" for group in groups for item in group["items"])


def test_the_scope_switcher_lists_only_what_one_may_see(world, signed_in):
    mine = signed_in(world.boris).get("/scopes/").content.decode()
    assert "Portal" in mine
    assert "Shipper" not in mine
    assert "Portal" not in signed_in(world.dana).get("/scopes/").content.decode()


def test_the_palette_leads_to_the_items_of_a_person_whose_name_has_an_ampersand(world, signed_in):
    world.boris.name = "Boris & Sons = 1"
    world.boris.save()
    groups = signed_in(world.boris).get("/palette/", {"q": "@Boris"}).json()["groups"]
    [row] = [row for group in groups for row in group["items"] if row["label"] == world.boris.name]
    assert parse_qs(urlsplit(row["url"]).query) == {"q": ['assignee:"Boris & Sons = 1"']}


def test_a_new_project_is_offered_only_to_who_may_open_one(world, signed_in):
    """A project manager runs projects; opening one is the business of the portfolio."""
    address = reverse("projects_new")
    for person, may in ((world.boris, False), (world.alma, True)):
        client = signed_in(person)
        assert (address in [row.url for row in navigation.new_items(person)]) is may
        assert (f'href="{address}"' in client.get(reverse("projects")).content.decode()) is may
        assert client.get(address).status_code == (200 if may else 403)


def test_the_navigation_of_one_page_and_language_is_never_that_of_another(world, signed_in):
    """It is written once and kept."""
    def links(person, path, language):
        person.language = language
        person.save(update_fields=["language"])
        return signed_in(person).get(path).content.decode()

    for _round in range(2):
        assert 'href="/work-items/" aria-current="page"' in links(world.mei, "/work-items/", "en")
        assert 'href="/work-items/" aria-current="page"' not in links(world.mei, "/objectives/", "en")
        assert ">工作项<" in links(world.mei, "/work-items/", "zh-hans")
        assert ">工作项<" not in links(world.mei, "/work-items/", "en")
        assert 'href="/work-items/"' not in links(world.dana, "/people/", "en")
