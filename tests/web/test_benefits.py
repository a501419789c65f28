"""Pages of benefits: the list with its sums, one with its course, the owner's morning, and health."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.kit import clock
from tandem.portfolio.actions import benefit_measurements, benefits
from tandem.portfolio.models import Benefit
from tandem.reports.queries import health
from tandem.strategy.actions import measurements
from tests import make

pytestmark = pytest.mark.django_db


def day(count):
    return clock.today() + timedelta(days=count)


@pytest.fixture
def row(world):
    return make.benefit(actor=world.boris, space=world.project.space)


def measured(row, world, value, on=-3):
    benefit_measurements.take(actor=world.boris, benefit=row, on=day(on), value=D(value))


def html(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def detail(row):
    return reverse("benefits_detail", kwargs={"id": row.pk})


def test_it_is_planned_in_the_form_with_quarters_as_they_are_typed(world, signed_in):
    client = signed_in(world.boris)
    sent = {"home": world.project.space_id, "title": "Less diesel", "kind": "money", "currency": "EUR", "profile": "0 30k 6万", "starts_on": day(0).isoformat(),
            "direction": "up", "cadence_days": 92, "owner": world.boris.pk}  # fmt: skip
    assert client.post(reverse("benefits_new"), sent).status_code == 302
    assert Benefit.objects.get().profile == [0, 30_000, 60_000]
    again = client.post(reverse("benefits_new"), sent | {"profile": ""})
    assert again.status_code == 422
    assert "money by quarter" in again.content.decode()


def test_a_course_with_its_derivation_and_marks_that_lead_to_their_values(world, signed_in, row):
    client = signed_in(world.boris)
    assert "Nothing was measured yet" in html(client, detail(row))
    measured(row, world, 75_000)
    page = html(client, detail(row))
    assert "50 %" in page
    assert f'href="#m-{day(-3):%Y-%m-%d}"' in page
    assert f'id="m-{day(-3):%Y-%m-%d}"' in page
    assert "measured of €150 k planned in all: 50 %" in page


def test_the_list_says_what_all_come_to_and_stays_in_its_place(world, signed_in, row):
    measured(row, world, 75_000)
    other = make.project(actor=world.alma, name="Elsewhere")
    make.benefit(actor=world.alma, space=other.space, title="Far away")
    page = html(signed_in(world.boris), reverse("benefits"))
    assert "1 benefit, 1 of them measured" in page
    assert "Far away" not in page
    assert "2 benefits, 1 of them measured" in html(signed_in(world.alma), reverse("benefits"))
    assert "Nothing matches" in html(signed_in(world.alma), reverse("benefits") + "?state=missed")


def test_a_sum_of_the_first_ones_alone_says_so(world, signed_in, row, monkeypatch):
    client = signed_in(world.boris)
    monkeypatch.setattr("tandem.reports.queries.benefits.MOST", 1)
    assert "Only the first" not in html(client, reverse("benefits"))
    make.benefit(actor=world.boris, space=world.project.space, title="One more")
    page = html(client, reverse("benefits"))
    assert "Only the first 1 are added up" in page
    assert "1 benefit, 0 of them measured" in page


def test_nearly_all_is_not_shown_as_all(world, signed_in, row):
    measured(row, world, 149_400)
    page = html(signed_in(world.boris), detail(row))
    assert "99 %" in page
    assert "100 %" not in page


def test_what_a_kpi_measures_is_being_realised_with_its_first_value(world, signed_in):
    kpi = make.kpi(actor=world.alma, space=world.project.space)
    row = make.benefit(actor=world.alma, space=world.project.space, kind="measure", baseline=D(400), target=D(250), target_on=day(90), direction="down", kpi=kpi)
    assert "Being realised" not in html(signed_in(world.boris), detail(row))
    measurements.take(actor=world.alma, kpi=kpi, on=day(-1), value=D(300))
    assert "Being realised" in html(signed_in(world.boris), detail(row))
    assert benefits.move(actor=world.alma, benefit=row, version=None, state="realised").state == "realised"


def test_the_owner_is_asked_in_the_morning(world, signed_in, row):
    assert "what came of it?" in html(signed_in(world.boris), "/")
    assert "what came of it?" not in html(signed_in(world.alma), "/")
    measured(row, world, 75_000)
    assert "what came of it?" not in html(signed_in(world.boris), "/")


def test_measuring_takes_a_day_and_a_value_and_says_what_is_wrong(world, signed_in, row):
    client, url = signed_in(world.boris), reverse("benefits_measurements", kwargs={"id": row.pk})
    assert client.post(url, {"on": day(2).isoformat(), "value": "5"}).status_code == 422
    assert client.post(url, {"on": day(-1).isoformat(), "value": "x"}).status_code == 422
    assert client.post(url, {"on": day(-1).isoformat(), "value": "21000"}).status_code == 302
    taken = row.measurements.get()
    gone = reverse("benefit_measurement_removals", kwargs={"id": taken.pk})
    assert signed_in(world.dana).post(gone, {"version": taken.version}).status_code == 404
    assert client.post(gone, {"version": taken.version}).status_code == 302
    assert not row.measurements.exists()


def test_a_title_is_text_and_nothing_else(world, signed_in):
    row = make.benefit(actor=world.boris, space=world.project.space, title="<script>alert(1)</script>")
    measured(row, world, 1)
    assert "<script>alert" not in html(signed_in(world.boris), detail(row))


def test_health_takes_the_benefit_that_stands_worst_and_only_where_it_can_be_said(world, row):
    assert health.healths(world.alma, None) == []
    measured(row, world, 75_000)
    good = make.benefit(actor=world.boris, space=world.project.space, title="Good")
    measured(good, world, 150_000)
    (one,) = health.healths(world.alma, None)
    assert (one.benefit.state, one.benefit.figures["title"], one.computed) == ("off", row.title, "off")


def test_as_many_queries_for_many_benefits_as_for_few(world, signed_in, row):
    client = signed_in(world.boris)

    def count(url):
        html(client, url)
        with CaptureQueriesContext(connection) as seen:
            html(client, url)
        return len(seen)

    pages = [reverse("benefits"), "/", reverse("projects_detail", kwargs={"id": world.project.pk})]
    few = [count(url) for url in pages]
    for number in range(8):
        measured(make.benefit(actor=world.boris, space=world.project.space, title=f"B{number}"), world, 10)
    assert [count(url) for url in pages] == few
