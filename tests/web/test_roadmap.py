"""The roadmap page: promise against forecast, for those who may see it, and read-only for those who hold the link."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.planning import forecasts
from tandem.planning.actions import promises
from tandem.planning.models import Forecast
from tandem.product.actions import features, roadmaps
from tandem.product.models import Feature, RoadmapShare
from tandem.reports.queries import roadmap
from tandem.strategy.actions import objectives
from tests import kept, make
from tests.planning import histories
from tests.planning.histories import TODAY


@pytest.fixture(autouse=True)
def _today():
    with histories.today():
        yield


@kept.layer
def slipping(world):
    """A feature that was promised six weeks ago and has grown by twelve items since."""
    with histories.today():
        rows = histories.steady(actor=world.boris, project=world.project, weeks=30)
        feature = make.feature(actor=world.chen, product=world.product, title="Bulk booking", state="building")
        features.add_scope(actor=world.chen, subject=feature, items=rows, added_at=histories.at(date(2026, 4, 1)))
        given = TODAY - timedelta(days=42)
        world.promise = promises.give(
            actor=world.chen, subject=feature, to_whom="the top shippers", date=TODAY + timedelta(days=30), given_on=given
        )
        more = histories.items(actor=world.boris, project=world.project, count=12, created=TODAY - timedelta(days=10))
        features.add_scope(actor=world.chen, subject=feature, items=more)
        objective = make.objective(actor=world.alma)
        objectives.contribute(actor=world.alma, objective=objective, subject=feature, weight=60)
        forecasts.compute(world.product.space)
        world.feature = feature
    return world


def test_a_row_says_promise_slip_and_why(slipping, signed_in):
    text = signed_in(slipping.alma).get(reverse("roadmap")).content.decode()
    assert "Bulk booking" in text
    assert "Off track" in text
    assert "+12 items since the promise" in text
    assert "1 promise: 1 off track" in text
    assert "Shippers book without calling us" in text


def test_the_peek_adds_up_and_ends_in_a_deed(slipping, signed_in):
    address = reverse("roadmap_row", kwargs={"kind": "feature", "id": slipping.feature.pk}) + "?peek=1"
    answer = signed_in(slipping.chen).get(address)
    text = answer.content.decode()
    assert "<html" not in text
    assert "12 items added" in text
    assert "What could be done" in text
    assert "the top shippers" in text
    assert reverse("promises_revisions", kwargs={"id": slipping.promise.pk}) in text


def test_the_peek_and_the_page_say_how_much_is_done_by_the_promised_day(slipping, signed_in):
    client = signed_in(slipping.chen)
    amount = Forecast.objects.of(slipping.feature).get(is_current=True).detail["amount"]
    said = f"By 19 Dec: {amount['p50']} items (P50), {amount['p80']} (P80), {amount['p95']} (P95) of 32 left"
    assert 32 > amount["p50"] > amount["p95"]
    for page in (reverse("roadmap_row", kwargs={"kind": "feature", "id": slipping.feature.pk}) + "?peek=1",
                 reverse("features_detail", kwargs={"id": slipping.feature.pk})):  # fmt: skip
        assert said in client.get(page).content.decode()


@pytest.mark.parametrize("query", ["group=product", "group=team", "scale=quarter", "view=horizons", "group=nothing&team=x"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_way_of_looking_answers(slipping, signed_in, query, language):
    type(slipping.chen).objects.filter(pk=slipping.chen.pk).update(language=language)
    answer = signed_in(slipping.chen).get(reverse("roadmap") + f"?{query}")
    assert answer.status_code == 200
    assert "Bulk booking" in answer.content.decode()


def test_a_stranger_sees_no_row_and_no_detail(slipping, signed_in):
    client = signed_in(slipping.dana)
    assert "Bulk booking" not in client.get(reverse("roadmap")).content.decode()
    address = reverse("roadmap_row", kwargs={"kind": "feature", "id": slipping.feature.pk})
    assert client.get(address + "?peek=1").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_rows(slipping, signed_in):
    from django.db import connection

    from tandem.people import scoping

    def asked(client: Client) -> int:
        scoping.forget_roles()  # as after a commit: roles are remembered again
        client.get(reverse("roadmap"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("roadmap")).status_code == 200
        return len(queries)

    def grow(count: int) -> None:
        space, product = slipping.product.space, slipping.product
        Feature.objects.bulk_create([Feature(space=space, product=product, title=f"F{n}") for n in range(count)])

    client = signed_in(slipping.alma)
    grow(2)
    few = asked(client)
    grow(297)
    forecasts.compute(slipping.product.space)
    many = asked(client)
    assert many == few <= 25


def test_of_five_hundred_features_a_part_is_drawn_and_said(slipping, signed_in):
    space, product = slipping.product.space, slipping.product
    Feature.objects.bulk_create([Feature(space=space, product=product, title=f"Z{n:03}") for n in range(500)])
    client = signed_in(slipping.alma)
    address, seen = reverse("roadmap"), []
    for rows in (200, 200, 101):
        text = client.get(address).content.decode()
        assert text.count('class="lt-r it"') == rows
        assert "of 501" in text
        seen += [f"Z{n:03}" for n in range(500) if f">Z{n:03}<" in text]
        follow = [part.split('"')[0] for part in text.split('href="') if part.startswith("?after=")]
        address = reverse("roadmap") + follow[0] if follow else ""
    assert sorted(seen) == [f"Z{n:03}" for n in range(500)]
    assert not address
    assert "of 501" in client.get(reverse("roadmap") + "?view=horizons&after=feature-0").content.decode()


def test_a_promise_that_was_kept_late_is_not_called_kept(slipping, signed_in):
    from tandem.product.actions import promises as words

    late = make.feature(actor=slipping.chen, product=slipping.product, title="Depot map")
    given = words.give(actor=slipping.chen, subject=late, to_whom="all", date=TODAY - timedelta(days=9), given_on=TODAY - timedelta(days=60))
    words.keep(actor=slipping.chen, promise=given, version=None, kept_on=TODAY - timedelta(days=2))
    text = signed_in(slipping.chen).get(reverse("roadmap")).content.decode()
    assert "1 delivered late" in text
    assert "Delivered 7 days after the promise" in text


def test_a_history_that_ended_is_read_as_of_its_day_beside_one_that_goes_on(slipping, signed_in):
    from tandem.portfolio.models import Project

    end = date(2019, 3, 1)
    old = make.project(actor=slipping.alma, name="Archive", key="ARC")
    Project.objects.filter(pk=old.pk).update(as_of=end)
    ends = histories.working_days_before(end, 60)[::2]
    rows = histories.items(actor=slipping.alma, project=old, count=40, finished_on=ends, created=date(2018, 9, 1))
    feature = make.feature(actor=slipping.chen, product=slipping.product, title="Old desk", state="building")
    features.add_scope(actor=slipping.alma, subject=feature, items=rows)
    promises.give(actor=slipping.chen, subject=feature, to_whom="all", date=date(2019, 9, 1), given_on=date(2019, 1, 7))
    forecasts.compute(slipping.product.space)
    row = next(r for r in roadmap.read(slipping.alma).rows if r.title == "Old desk")
    assert (row.today, row.status) == (end, "on")
    text = signed_in(slipping.alma).get(reverse("roadmap")).content.decode()
    assert "As of 2019-03-01" in text
    assert "← " in text


def test_the_row_names_three_causes_and_the_throughput_once():
    from tandem.kit.types import Ref
    from tandem.reports.queries.roadmap_rows import Row

    causes = [
        {"code": "scope_added", "days": 5, "items": 2}, {"code": "progress", "days": 4, "present": 1, "assumed": 2},
        {"code": "throughput", "days": 3, "present": 1, "assumed": 2}, {"code": "predecessor", "days": 6},
        {"code": "reserve", "days": 9},
    ]  # fmt: skip
    row = Row(Ref("product.feature", 1), "x", "p", 1, 1, "now", "", "", None, TODAY)
    row.__class__ = type("Known", (Row,), {"causes": causes})
    assert [(c["code"], c["days"]) for c in row.largest] == [("progress", 7), ("predecessor", 6), ("scope_added", 5)]


def test_who_holds_the_link_reads_without_an_account(slipping):
    _row, token = roadmaps.share(actor=slipping.chen, space=slipping.product.space)
    answer = Client().get(reverse("roadmap_shared", kwargs={"token": token}))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Bulk booking" in text
    assert "the top shippers" not in text
    assert "noindex" in answer["X-Robots-Tag"]
    assert "<form" not in text


def test_a_link_that_was_taken_back_is_gone(slipping, signed_in):
    row, token = roadmaps.share(actor=slipping.chen, space=slipping.product.space)
    signed_in(slipping.chen).post(reverse("roadmap_share_removals", kwargs={"id": row.pk}))
    assert Client().get(reverse("roadmap_shared", kwargs={"token": token})).status_code == 404
    assert Client().get(reverse("roadmap_shared", kwargs={"token": "guessed"})).status_code == 404


def test_a_link_dies_with_the_right_of_who_made_it(slipping):
    from tandem.people.actions import spaces

    _row, token = roadmaps.share(actor=slipping.chen, space=slipping.product.space)
    spaces.revoke(actor=slipping.alma, space=slipping.product.space, user=slipping.chen)
    assert Client().get(reverse("roadmap_shared", kwargs={"token": token})).status_code == 404


def test_sharing_shows_the_address_once_and_keeps_only_its_digest(slipping, signed_in):
    client = signed_in(slipping.chen)
    made = client.post(reverse("roadmap_shares"), {"product": slipping.product.pk}).content.decode()
    assert "/shared/roadmap/" in made
    assert "/shared/roadmap/" not in client.get(reverse("roadmap_shares")).content.decode()
    assert RoadmapShare.objects.count() == 1


def test_a_member_of_the_project_cannot_share_the_product(slipping, signed_in):
    answer = signed_in(slipping.mei).post(reverse("roadmap_shares"), {"product": slipping.product.pk})
    assert answer.status_code == 404
    assert not RoadmapShare.objects.exists()


def test_an_empty_roadmap_says_what_it_is_for(world, signed_in):
    assert "Nothing stands on the roadmap yet" in signed_in(world.chen).get(reverse("roadmap")).content.decode()


def test_too_little_history_is_said_in_the_row(world, signed_in):
    ends = histories.working_days_before(TODAY, 3)
    rows = histories.items(actor=world.boris, project=world.project, count=10, finished_on=ends)
    feature = make.feature(actor=world.chen, product=world.product)
    features.add_scope(actor=world.chen, subject=feature, items=rows)
    forecasts.compute(world.product.space)
    text = signed_in(world.chen).get(reverse("roadmap")).content.decode()
    assert "Not enough data: 3 finished items, 8 needed" in text


def test_an_item_of_a_project_that_the_reader_cannot_see_is_not_named(slipping, signed_in):
    secret = make.project(actor=slipping.alma, name="Secret", key="SEC", is_confidential=True)
    late = make.work_item(actor=slipping.alma, project=secret, title="Takeover", due_on=TODAY + timedelta(days=200))
    row = slipping.feature.scope.first().item
    target = next(s.item for s in slipping.feature.scope.select_related("item") if s.item.actual_finish is None)
    make.link(actor=slipping.alma, source=late, target=target)
    assert row
    forecasts.compute(slipping.product.space)
    address = reverse("roadmap_row", kwargs={"kind": "feature", "id": slipping.feature.pk}) + "?peek=1"
    text = signed_in(slipping.chen).get(address).content.decode()
    assert "Takeover" not in text
    assert "an item that you cannot see" in text
    assert "Takeover" in signed_in(slipping.alma).get(address).content.decode()
