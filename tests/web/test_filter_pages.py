"""Beside the filter: proposals while one types, the form that writes the same text, and where an error is marked."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tandem.kit import clock
from tandem.work.models import Sprint
from tests import make


@pytest.fixture
def items(world):
    Sprint.objects.create(space=world.project.space, name="Sprint 4")
    secret = make.project(actor=world.alma, name="Secret", key="SEC")
    make.work_item(actor=world.alma, project=secret, title="Merger", labels=["merger"])
    return [
        make.work_item(
            actor=world.boris,
            project=world.project,
            title="Slow",
            labels=["night shift", "ui"],
            due_on=clock.today(),
        ),
        make.work_item(
            actor=world.boris,
            project=world.project,
            title="Quick",
            labels=["ui"],
            due_on=clock.today() + timedelta(days=9),
        ),
    ]


def proposed(client, text, **more):
    return client.get(reverse("work_items_suggestions"), {"q": text, **more}).json()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("sta", "state:"), ("-lab", "label:"), ("状", "状态:"), ("state:in", "in_progress"), ("状态:", "未完成"), ("assignee:bor", '"Boris Orlov"'),
        ("assignee:chenyue", "陈悦"), ("label:ni", '"night shift"'), ("label:none,u", "ui"), ("sprint:spr", '"Sprint 4"'), ("project:port", "POR"),
        ("due:next", "next-week"), ("priority:h", "high"), ("has:", "assignee"), ("sort:-pri", "-priority"), ('state:"in pro', '"In progress"'),
    ],
)  # fmt: skip
def test_what_may_come_next_is_proposed(world, signed_in, items, text, first):
    assert proposed(signed_in(world.boris), text)["rows"][0]["insert"] == first


def test_a_proposal_says_what_it_replaces(world, signed_in, items):
    found = proposed(signed_in(world.boris), "state:open label:u due:<2w", at=18)
    assert (found["begin"], found["end"]) == (17, 18)
    assert [r["insert"] for r in found["rows"]] == ["ui"]


@pytest.mark.parametrize(
    "text",
    ["label:", "project:", "state:", "in:", "parent:", "sprint:", "label:mer", "project:sec", "in:SEC"],
)
def test_nothing_is_proposed_that_one_may_not_see(world, signed_in, items, text):
    said = str(proposed(signed_in(world.boris), text))
    assert "SEC" not in said and "merger" not in said.lower()
    stranger = str(proposed(signed_in(world.dana), text))
    assert (
        "POR" not in stranger
        and "'ui'" not in stranger
        and "Sprint 4" not in stranger
        and "In progress" not in stranger
    )


@pytest.mark.parametrize(
    "text", ["\x00", '"', "::", "-", "label:" + "x" * 3000, "assignee:%_\\", "in:\ud83d\ude00"]
)
def test_whatever_is_typed_is_answered(world, signed_in, items, text):
    answer = signed_in(world.boris).get(
        reverse("work_items_suggestions"), {"q": text.encode("utf-8", "surrogatepass"), "at": "99999"}
    )
    assert answer.status_code == 200


def test_the_form_shows_the_filter_and_writes_it_back(world, signed_in, items):
    client, address = signed_in(world.boris), reverse("work_items_filter")
    page = client.get(
        address, {"q": '-label:"night shift",ui slow', "to": "/work-items/?space=3&q=old"}
    ).content.decode()
    assert 'value="night shift, ui"' in page and 'value="slow"' in page
    given = {"to": "/work-items/?space=3&q=old&cursor=x", "field": ["label", "", "due", "nonsense"], "not": ["1", "0", "0", "0"],
             "value": ["night shift, ui", "slow", "", "x"]}  # fmt: skip
    answer = client.get(address, given)
    assert answer["Location"] == "/work-items/?q=-label%3A%22night+shift%22%2Cui+slow&space=3"
    assert client.get(address, {"q": "colour:red"}).status_code == 200, "says what is wrong, with empty rows"
    assert client.get(address, given | {"to": "https://example.org/"})["Location"].startswith(
        "/work-items/?q="
    )


def test_an_error_is_marked_in_the_field(world, signed_in, items):
    page = signed_in(world.boris).get(reverse("work_items"), {"q": "state:open due:soon"}).content.decode()
    assert 'data-bad="16,4"' in page and "position 16" in page


def test_the_filter_sorts_and_a_heading_takes_over(world, signed_in, items):
    page = signed_in(world.boris).get(reverse("work_items"), {"q": "sort:-due state:open"}).content.decode()
    assert page.index("Quick") < page.index("Slow") and 'aria-sort="descending"' in page
    assert "q=state%3Aopen&amp;sort=key" in page


def test_a_table_of_a_portfolio_holds_what_lies_below_it(world, signed_in, items):
    page = signed_in(world.alma).get(reverse("work_items"), {"space": world.root.pk}).content.decode()
    assert "Slow" in page and "Merger" in page


def test_the_api_reads_the_same_language(world, signed_in, items):
    client = signed_in(world.boris)
    found = client.get("/api/v1/work-items/", {"filter": '标签:"night shift" due:today in:POR reporter:me'}).json()
    assert [row["title"] for row in found["items"]] == ["Slow"]
    answer = client.get("/api/v1/work-items/", {"filter": "due:soon"})
    assert answer.status_code == 422 and "position 5" in answer.content.decode()
    assert not signed_in(world.dana).get("/api/v1/work-items/", {"filter": "-state:done"}).json()["items"]
