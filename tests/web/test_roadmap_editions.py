"""Editions of the roadmap: what an audience is told, and that nothing else gets out by page, API, print or link."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.actions import spaces
from tandem.planning import forecasts
from tandem.planning.actions import promises
from tandem.product.actions import features, roadmap_editions, roadmaps
from tandem.product.models import RoadmapEdition
from tandem.reports.queries import roadmap_editions as reads
from tests import kept, make
from tests.planning import histories
from tests.planning.histories import TODAY

HIDDEN = ("Nordhafen", "Item 1")
"""What no edition tells, whatever it shows: to whom a promise was given, single work items."""


@pytest.fixture(autouse=True)
def _today():
    with histories.today():
        yield


@kept.layer
def told(world):
    """A feature with a promise that its forecast will not keep, an owner, and work left."""
    with histories.today():
        rows = histories.steady(actor=world.boris, project=world.project, left=40)
        world.feature = make.feature(
            actor=world.chen, product=world.product, title="Customs", state="building", owner=world.chen, planned_to=date(2027, 2, 10),
            planned_precision="month",
        )  # fmt: skip
        features.add_scope(actor=world.chen, subject=world.feature, items=rows)
        promises.give(actor=world.chen, subject=world.feature, to_whom="Nordhafen", date=TODAY + timedelta(days=40))
        forecasts.compute(world.product.space)
    return world


def edition(world, **values):
    return roadmap_editions.create(actor=world.chen, space=world.product.space, **{"name": "For customers", **values})


def link(world, row):
    return roadmaps.share(actor=world.chen, space=world.product.space, edition=row)[1]


def read(token, query=""):
    return Client().get(reverse("roadmap_shared", kwargs={"token": token}) + query)


def doors(world, row, signed_in):
    """The edition as page, both layouts, by link, and by API: all that leaves."""
    page, token = reverse("roadmap_editions_detail", kwargs={"id": row.pk}), link(world, row)
    client = signed_in(world.chen)
    texts = [client.get(page + query).content.decode() for query in ("", "?view=horizons")]
    texts = [text[text.index("As this audience reads it") : text.index("What is told, and what")] for text in texts]
    texts += [read(token, query).content.decode() for query in ("", "?view=horizons", "?view=timeline&sort=slip&past=1&group=team")]
    texts = [re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL) for text in texts]  # the words of the islands
    return [*texts, client.get(f"/api/v1/roadmap-editions/{row.pk}/rows/").content.decode()]


def test_an_edition_tells_what_is_ticked_rounded_outward(told):
    row = edition(told, precision="quarter", shows_forecast=True, shows_slip=True, shows_owner=True, shows_effort=True)
    one = reads.rows(told.chen, row)[0]
    assert (one.window.first, one.window.last, one.window.unit) == (date(2027, 1, 1), date(2027, 3, 31), "quarter")
    assert (one.promise.first, one.promise.last) == (date(2026, 10, 1), date(2026, 12, 31))
    assert one.forecast.first <= one.forecast.last and one.forecast.unit == "quarter"
    assert one.slip >= 1 and one.slip_unit == "quarter"
    assert (one.owner, one.items_left) == (told.chen.name, 40)


def test_a_date_is_never_told_more_exactly_than_it_is_planned(told):
    one = reads.rows(told.chen, edition(told, precision="day"))[0]
    assert (one.window.first, one.window.last, one.window.unit) == (date(2027, 2, 1), date(2027, 2, 28), "month")


def test_a_forecast_that_is_not_told_leaves_by_no_door(told, signed_in):
    forecast = reads.roadmap.read(told.chen).rows[0].forecast
    row = edition(told, shows_promise=False, precision="day")
    secrets = {f"{day:%Y-%m-%d}" for day in (forecast.p50, forecast.p80, forecast.p95)} | {str(TODAY + timedelta(days=40)), told.chen.name}
    for text in doors(told, row, signed_in):
        assert "Customs" in text
        for secret in (*HIDDEN, *secrets, "P80", "P50", "c-off", "sh-off", "Off track", "later than promised"):
            assert secret not in text
    for one in reads.rows(told.chen, row):
        assert (one.promise, one.forecast, one.slip, one.owner, one.items_left) == (None, None, None, "", None)


def test_rounded_dates_are_the_only_dates_of_every_door(told, signed_in):
    row = edition(told, precision="quarter", shows_forecast=True, shows_slip=True)
    for text in doors(told, row, signed_in):
        days = set(re.findall(r"20\d\d-\d\d-\d\d", text))
        assert all(day[5:] in ("01-01", "03-31", "04-01", "06-30", "07-01", "09-30", "10-01", "12-31") for day in days)
        for secret in HIDDEN:
            assert secret not in text


def test_the_order_of_rows_says_nothing_that_is_not_told(told):
    """Two rows planned for the same quarter stand by title, however their forecasts and promises lie."""
    make.feature(actor=told.chen, product=told.product, title="Aboard", planned_to=date(2027, 3, 30), planned_precision="quarter")
    row = edition(told, shows_promise=False)
    assert [one.title for one in reads.rows(told.chen, row)] == ["Aboard", "Customs"]


def test_what_is_confidential_never_appears_whoever_reads_it(world, signed_in):
    shown = make.feature(actor=world.alma, product=world.product, title="Open water")
    row = roadmap_editions.create(actor=world.alma, space=world.root, name="For the board", query="")
    hidden = make.product(actor=world.alma, name="Merger", key="MER", is_confidential=True)
    spaces.grant(actor=world.alma, space=hidden.space, user=world.alma, role="product_manager")
    world.alma.refresh_from_db()
    make.feature(actor=world.alma, product=hidden, title="Buy the rival")
    assert [one.title for one in reads.rows(world.alma, row)] == [shown.title]
    token = roadmaps.share(actor=world.alma, space=world.root, edition=row)[1]
    assert "Open water" in read(token).content.decode() and "Buy the rival" not in read(token).content.decode()
    with pytest.raises(Refused, match="edition_confidential"):
        roadmap_editions.create(actor=world.alma, space=hidden.space, name="Inside")


def test_a_product_that_becomes_confidential_is_told_of_no_longer(told):
    row = edition(told)
    token = link(told, row)
    space = told.product.space
    type(space).objects.filter(pk=space.pk).update(is_confidential=True)
    assert "Customs" not in read(token).content.decode()


def test_the_link_dies_with_the_edition_and_never_shows_the_whole_roadmap_instead(told):
    row = edition(told)
    token = link(told, row)
    assert read(token).status_code == 200
    roadmap_editions.remove(actor=told.chen, roadmap_edition=row)
    assert read(token).status_code == 404


def test_a_link_cannot_be_made_for_an_edition_of_another_place(told, signed_in):
    other = make.product(actor=told.alma, name="Depot App", key="DEP")
    theirs = roadmap_editions.create(actor=told.alma, space=other.space, name="Theirs")
    with pytest.raises(Hidden):
        roadmaps.share(actor=told.chen, space=told.product.space, edition=theirs)
    answer = signed_in(told.chen).post(reverse("roadmap_shares"), {"edition": theirs.pk})
    assert answer.status_code == 404


def test_the_page_makes_a_link_to_an_edition(told, signed_in):
    row = edition(told)
    text = signed_in(told.chen).post(reverse("roadmap_shares"), {"edition": row.pk, "days": "30"}).content.decode()
    address = text.split('value="http://testserver')[1].split('"')[0]
    assert "Customs" in Client().get(address).content.decode()


def test_the_edition_speaks_its_own_language(told):
    english, chinese = edition(told, language="en"), edition(told, language="zh-hans")
    assert "Promised" in read(link(told, english)).content.decode()
    text = Client(headers={"accept-language": "en"}).get(reverse("roadmap_shared", kwargs={"token": link(told, chinese)})).content.decode()
    assert 'lang="zh-Hans"' in text and "2027年" in text


def test_only_who_may_share_makes_an_edition(world):
    with pytest.raises(Denied):
        roadmap_editions.create(actor=world.mei, space=world.project.space, name="Mine")
    with pytest.raises(Refused, match="edition_without_products"):
        roadmap_editions.create(actor=world.boris, space=world.project.space, name="Mine")
    with pytest.raises(Hidden):
        roadmap_editions.create(actor=world.dana, space=world.product.space, name="Mine")


@pytest.mark.parametrize("values", [{"shows_slip": True}, {"shows_slip": True, "shows_forecast": True, "shows_promise": False}], ids=["alone", "without promises"])
def test_a_slip_is_told_only_beside_its_two_dates(world, values):
    with pytest.raises(Refused, match="edition_slip_alone"):
        edition(world, **values)
    row = edition(world)
    with pytest.raises(Refused, match="edition_slip_alone"):
        roadmap_editions.change(actor=world.chen, roadmap_edition=row, version=None, **values)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Aboard", "Customs"]), ("state:building", ["Customs"]), ("-state:idea", ["Customs"]), ("状态:想法", ["Aboard"]),
        ("产品:shipper custom", ["Customs"]), ('-"custom"', ["Aboard"]), ("kind:release", []), ("horizon:later", ["Aboard"]),
        ("负责人:陈悦", ["Customs"]),
    ],
)  # fmt: skip
def test_the_filter_says_which_rows(told, query, titles):
    make.feature(actor=told.chen, product=told.product, title="Aboard")
    found = reads.rows(told.chen, edition(told, query=query))
    assert sorted(one.title for one in found) == titles


@pytest.mark.parametrize("query", ["colour:red", "state:maybe", 'title "open', "state:"], ids=["field", "value", "quote", "empty"])
def test_a_filter_that_cannot_be_read_is_refused_and_would_show_nothing(told, signed_in, query):
    client = signed_in(told.chen)
    sent = {"home": told.product.space_id, "name": "X", "query": query, "precision": "quarter", "language": "reader"}
    assert client.post(reverse("roadmap_editions_new"), sent).status_code == 422
    answer = client.post("/api/v1/roadmap-editions/", {"space_id": told.product.space_id, "name": "X", "query": query}, content_type="application/json")
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "query"
    assert not RoadmapEdition.objects.exists()
    assert reads.rows(told.chen, edition(told, query=query)) == []


def test_thirty_rows_take_the_queries_of_three(told, signed_in):
    row = edition(told, shows_forecast=True, shows_owner=True)
    client, address = signed_in(told.chen), reverse("roadmap_editions_detail", kwargs={"id": row.pk})
    token, counts = link(told, row), []
    for first, last in ((0, 2), (2, 29)):
        for n in range(first, last):
            feature = make.feature(actor=told.chen, product=told.product, title=f"More {n}", planned_to=TODAY + timedelta(n), owner=told.chen)
            make.promise(actor=told.chen, subject=feature)
        client.get(address)
        with CaptureQueriesContext(connection) as page:
            client.get(address)
        with CaptureQueriesContext(connection) as shared:
            read(token)
        counts.append((len(page), len(shared)))
    assert counts[0] == counts[1] and counts[1][0] <= 30


def test_a_stale_version_overwrites_nothing(told, signed_in):
    row = edition(told)
    sent = {"name": "Mine", "query": "", "precision": "year", "language": "reader", "version": row.version}
    client = signed_in(told.chen)
    page = reverse("roadmap_editions_edit", kwargs={"id": row.pk})
    assert client.post(page, sent).status_code in (200, 204, 302)
    assert client.post(page, sent | {"name": "Theirs"}).status_code == 409
    row.refresh_from_db()
    assert row.name == "Mine"
