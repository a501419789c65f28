"""A roadmap that is shared by link: while it may be read, what it shows, and what it never shows."""

import json
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tandem.kit import clock
from tandem.people.actions import spaces
from tandem.planning import forecasts
from tandem.planning.actions import promises
from tandem.product.actions import features, roadmap_editions, roadmaps
from tandem.product.models import RoadmapShare
from tandem.strategy.actions import objectives
from tests import make
from tests.planning import histories
from tests.planning.histories import TODAY


@pytest.fixture(autouse=True)
def _today():
    with histories.today():
        yield


def read(token: str, query: str = ""):
    return Client().get(reverse("roadmap_shared", kwargs={"token": token}) + query)


@pytest.fixture
def shared(world):
    world.feature = make.feature(actor=world.chen, product=world.product, title="Bulk booking", owner=world.chen)
    _row, token = roadmaps.share(actor=world.chen, space=world.product.space)
    return token


def test_a_link_runs_out_on_its_day(world):
    make.feature(actor=world.chen, product=world.product, title="Bulk booking")
    end = clock.now() + timedelta(days=30)
    _row, token = roadmaps.share(actor=world.chen, space=world.product.space, expires_at=end)
    assert read(token).status_code == 200
    with clock.held_at(end + timedelta(minutes=1)):
        assert read(token).status_code == 404


def test_a_new_link_lasts_ninety_days_unless_another_length_is_chosen(world, signed_in):
    client = signed_in(world.chen)
    for days in ("90", "365", "0", "9999", "never"):
        client.post(reverse("roadmap_shares"), {"product": world.product.pk, "days": days})
    lasts = [row.expires_at and (row.expires_at - clock.now()).days for row in RoadmapShare.objects.order_by("id")]
    assert lasts == [90, 365, None, 90, 90]


def test_a_link_that_ran_out_is_not_listed(world, signed_in):
    row, _secret = roadmaps.share(actor=world.chen, space=world.product.space, expires_at=clock.now() + timedelta(days=1))
    RoadmapShare.objects.filter(pk=row.pk).update(expires_at=clock.now() - timedelta(days=1))
    assert "Take back" not in signed_in(world.chen).get(reverse("roadmap_shares")).content.decode()


def test_the_link_dies_with_the_account_of_who_made_it(world, shared):
    type(world.chen).objects.filter(pk=world.chen.pk).update(is_active=False)
    assert read(shared).status_code == 404


def test_no_person_team_or_other_product_is_named(world, shared):
    world.feature.team = make_team(world)
    world.feature.save()
    other = make.product(actor=world.alma, name="Depot App")
    make.feature(actor=world.alma, product=other, title="Offline tour sheet")
    for query in ("", "?group=team", "?view=horizons", f"?product={other.pk}"):
        text = read(shared, query).content.decode()
        assert "Bulk booking" in text
        assert "Offline tour sheet" not in text
        assert "Depot App" not in text
        assert "Night shift" not in text
        assert world.chen.name not in text


def make_team(world):
    from tandem.people.actions import teams

    return teams.create(actor=world.alma, space=world.product.space.parent, name="Night shift")


def test_an_objective_of_another_place_is_not_named(world, shared):
    secret = make.project(actor=world.alma, name="Merger", key="MER", is_confidential=True)
    spaces.grant(actor=world.alma, space=secret.space, user=world.chen, role="project_manager")
    world.chen.refresh_from_db()
    hidden = objectives.create(
        actor=world.alma, space=secret.space, title="Buy the rival", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
    )
    objectives.contribute(actor=world.alma, objective=hidden, subject=world.feature, weight=90)
    text = read(shared).content.decode()
    assert "Bulk booking" in text
    assert "Buy the rival" not in text


def test_a_predecessor_is_not_named_also_not_to_those_who_hold_the_link(world, signed_in):
    rows = histories.steady(actor=world.boris, project=world.project, left=4)
    feature = make.feature(actor=world.chen, product=world.product, title="Customs", state="building")
    features.add_scope(actor=world.chen, subject=feature, items=rows)
    other = make.project(actor=world.alma, name="Customs office", key="CUS")
    late = make.work_item(actor=world.alma, project=other, title="Interface", due_on=TODAY + timedelta(days=150))
    make.link(actor=world.alma, source=late, target=rows[-1])
    promises.give(actor=world.chen, subject=feature, to_whom="Nordhafen", date=TODAY + timedelta(days=30))
    forecasts.compute(world.product.space)
    _row, token = roadmaps.share(actor=world.alma, space=world.product.space)
    assert "Interface" in signed_in(world.alma).get(reverse("roadmap")).content.decode()
    text = read(token).content.decode()
    assert "Customs" in text
    assert "Interface" not in text
    assert "Nordhafen" not in text


def test_the_link_opens_as_the_page_stood_and_the_reader_may_look_otherwise(world, signed_in):
    make.feature(actor=world.chen, product=world.product, title="Bulk booking")
    client = signed_in(world.chen)
    made = client.post(reverse("roadmap_shares"), {"product": world.product.pk, "query": "view=horizons&team=7&past=1"})
    address = made.content.decode().split('value="http://testserver')[1].split('"')[0]
    assert "Now" in Client().get(address).content.decode()
    assert "rm-h" in Client().get(address).content.decode()
    assert "rm-h" not in Client().get(address + "?view=timeline").content.decode()
    assert RoadmapShare.objects.get().query == "view=horizons&past=1"


def test_search_engines_and_other_sites_learn_nothing(shared):
    answer = read(shared)
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_an_edition_that_is_gone_becomes_no_link_to_the_whole_roadmap(world, signed_in):
    row = roadmap_editions.create(actor=world.chen, space=world.product.space, name="For customers")
    sent = {"product": world.product.pk, "edition": row.pk}
    roadmap_editions.remove(actor=world.chen, roadmap_edition=row, version=None)
    assert signed_in(world.chen).post(reverse("roadmap_shares"), sent).status_code == 404
    assert not RoadmapShare.objects.exists()


def test_an_edition_of_a_place_that_became_confidential_is_not_even_named(world):
    row = roadmap_editions.create(actor=world.chen, space=world.product.space, name="For customers")
    _row, token = roadmaps.share(actor=world.chen, space=world.product.space, edition=row)
    assert "For customers" in read(token).content.decode()
    type(world.product.space).objects.filter(pk=world.product.space_id).update(is_confidential=True)
    assert read(token).status_code == 404


def test_links_are_made_listed_and_taken_back_over_the_api(world, signed_in):
    client = signed_in(world.chen)
    sent = {"space_id": world.product.space_id}
    made = client.post("/api/v1/roadmap-shares/", json.dumps(sent), content_type="application/json").json()
    path = f"/shared/roadmap/{made['token']}/"
    assert made["expires_at"] and client.get(path).status_code == 200
    (listed,) = client.get(f"/api/v1/roadmap-shares/?space_id={world.product.space_id}").json()["items"]
    assert listed["id"] == made["id"] and "token" not in listed
    late = client.post("/api/v1/roadmap-shares/", json.dumps(sent | {"expires_at": "2001-01-01T00:00:00Z"}), content_type="application/json")
    assert (late.status_code, late.json()["code"]) == (422, "snooze_past")
    assert signed_in(world.dana).delete(f"/api/v1/roadmap-shares/{made['id']}/").status_code == 404
    assert client.delete(f"/api/v1/roadmap-shares/{made['id']}/").status_code == 204
    assert client.get(path).status_code == 404
