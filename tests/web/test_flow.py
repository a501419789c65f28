"""The flow page: what it shows, what it says with too little, what leads where, and what it withstands."""

import csv
import io
import re

import pytest
from django.urls import reverse

from tandem.kit import clock
from tandem.work.models import WorkItem
from tests import make
from tests.reports.test_flow import NOW, history


@pytest.fixture(autouse=True)
def today():
    with clock.held_at(NOW):
        yield


@pytest.fixture
def moved(world):
    """Twelve finished items, one of them slow, three in progress (one since long), two waiting."""
    ways = [(n * 6, n * 6 + 2, n * 6 + 2 + (30 if n == 5 else 3)) for n in range(12)]
    return history(world, *ways, (60, 107), (60, 108), (0, 10), (20,), (104,))


def page(client, **asked):
    answer = client.get(reverse("flow", kwargs={"key": "POR"}), {"period": "all", **asked})
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_dot_leads_to_its_work_item(world, signed_in, moved):
    found = page(signed_in(world.mei))
    for item in moved[:15]:
        assert f'href="{reverse("work_item", kwargs={"key": item.key})}" data-peek tabindex="-1"' in found
    assert "85 % of the last 12 finished items took at most" in found
    assert "1 of 3 items in progress is older than that." in found


def test_each_picture_can_be_read_as_a_table_and_says_how_it_is_computed(world, signed_in, moved):
    found = page(signed_in(world.mei))
    assert found.count("Show as a table") == 4
    assert found.count("How is this computed?") == 8
    assert len(re.findall(r'<svg class="svg ch"', found)) == 4


def test_the_page_opens_without_a_question(world, signed_in, moved):
    answer = signed_in(world.mei).get(reverse("flow", kwargs={"key": "POR"}))
    assert answer.status_code == 200 and "26 weeks" in answer.content.decode()


def test_bars_lead_to_the_items_of_their_week(world, signed_in, moved):
    found = page(signed_in(world.mei))
    address = re.search(r'href="(/work-items/\?[^"]*finished[^"]*)"', found)[1].replace("&amp;", "&")
    assert signed_in(world.mei).get(address).status_code == 200


def test_too_little_is_said(world, signed_in):
    history(world, (0, 1, 2), (0, 1))
    found = page(signed_in(world.mei))
    assert "Not enough data: 1 finished item, 8 needed" in found
    assert "took at most" not in found


def test_without_any_move_the_page_says_what_it_is_for(world, signed_in):
    assert "Nothing has moved here yet." in page(signed_in(world.mei))


def test_the_filter_narrows_every_figure(world, signed_in, moved):
    WorkItem.objects.filter(pk__in=[i.pk for i in moved[:9]]).update(labels=["ui"])
    found = page(signed_in(world.mei), q="label:ui")
    assert moved[0].title in found and moved[11].title not in found


def test_a_filter_that_cannot_be_read_says_so_and_shows_everything(world, signed_in, moved):
    found = page(signed_in(world.mei), q="nonsense:3")
    assert 'aria-invalid="true"' in found and moved[11].title in found


def test_how_much_by_a_day(world, signed_in, moved):
    assert "of 5 left" in page(signed_in(world.mei), by="2027-03-31")
    assert "This is no date like 2027-03-31." in page(signed_in(world.mei), by="soon")
    assert "the day has passed" in page(signed_in(world.mei), by="2001-01-01")
    page(signed_in(world.mei), by="9999-12-31")


@pytest.mark.parametrize(
    "asked", [{"period": "x"}, {"queue": "1,,x,99999999999999999999"}, {"by": "0001-01-01"}, {"by": "2027-02-30"}, {"q": '"' * 50}, {"period": "13w"}]
)
def test_odd_addresses_do_no_harm(world, signed_in, moved, asked):
    page(signed_in(world.mei), **asked)


def test_hostile_titles_stay_words(world, signed_in):
    (item,) = history(world, (0, 1))
    WorkItem.objects.filter(pk=item.pk).update(title='"><script>alert(1)</script>')
    assert "<script>alert" not in page(signed_in(world.mei))


def test_the_export_holds_every_item_and_runs_nothing(world, signed_in, moved):
    WorkItem.objects.filter(pk=moved[0].pk).update(title="=1+1")
    answer = signed_in(world.mei).get(reverse("flow_export", kwargs={"key": "POR"}), {"period": "all"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == len(moved)
    first = next(row for row in rows if row["Key"] == moved[0].key)
    assert (first["Title"], first["Days in progress"], first["Finished"]) == ("'=1+1", "3.000", "2026-08-08")


def test_strangers_do_not_learn_that_the_project_exists(world, signed_in, moved):
    for name in ("flow", "flow_export"):
        assert signed_in(world.dana).get(reverse(name, kwargs={"key": "POR"})).status_code == 404


def test_the_chooser_leads_to_the_projects_that_one_may_see(world, signed_in):
    assert reverse("flow", kwargs={"key": "POR"}) in signed_in(world.mei).get(reverse("flows")).content.decode()
    assert reverse("flow", kwargs={"key": "POR"}) not in signed_in(world.dana).get(reverse("flows")).content.decode()


def test_an_old_history_is_read_as_of_its_end(world, signed_in, moved):
    world.project.as_of = moved[3].actual_finish.date()
    world.project.save(update_fields=["as_of"])
    found = page(signed_in(world.mei))
    assert "This history was imported; it is read as of" in found
    assert make.state_of(world.project, "done").name in found
