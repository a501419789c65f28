"""The pages of key results and KPIs: what they say, and that nothing is said from too little."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tandem.kit import clock
from tandem.strategy.actions import check_ins, measurements
from tandem.strategy.models import CheckIn, KeyResult, Measurement, Objective
from tests import make


def at(name, row):
    return reverse(name, kwargs={"id": row.pk})


@pytest.fixture
def aim(world):
    today = clock.today()
    world.aim = make.objective(
        actor=world.alma, space=world.product.space, title="Shippers book alone", starts_on=today - timedelta(50), ends_on=today + timedelta(50)
    )
    world.one = make.key_result(actor=world.alma, objective=world.aim, owner=world.chen)
    return world


def said(aim, value, confidence, back=0):
    return check_ins.make(
        actor=aim.alma, key_result=aim.one, value=D(value), confidence=confidence, on=clock.today() - timedelta(back), comment="Prices wait"
    )


def test_the_objective_draws_the_course_and_each_mark_opens_its_check_in(aim, signed_in):
    first, last = said(aim, 59, "on", 40), said(aim, 60, "on")
    text = signed_in(aim.alma).get(at("objectives_detail", aim.aim)).content.decode()
    for one in (first, last):
        assert f'href="/key-results/{aim.one.pk}/#check-in-{one.pk}"' in text
    assert "17 % of the way · At risk" in text, "the word says on track, the figures do not"
    assert "Because of “Self-service bookings”." in text
    page = signed_in(aim.alma).get(at("key_results_detail", aim.one)).content.decode()
    assert f'id="check-in-{last.pk}"' in page
    assert "33 points behind the straight line" in page
    assert "The word and the figures disagree." in page


def test_of_a_key_result_without_a_value_nothing_is_said(aim, signed_in):
    client = signed_in(aim.alma)
    tree = client.get(reverse("objectives")).content.decode()
    assert "1 key result" in tree
    assert ">0 %<" not in tree
    assert "No value yet" in client.get(at("objectives_detail", aim.aim)).content.decode()


def test_one_checks_in_on_a_page_that_keeps_what_was_typed(aim, signed_in):
    client, page = signed_in(aim.chen), at("key_results_check_ins", aim.one)
    assert client.get(page).status_code == 200
    wrong = client.post(page, {"value": "61", "confidence": "on", "on": "2199-01-01", "comment": "<b>kept</b>"})
    assert wrong.status_code == 422
    assert "The day cannot be in the future." in wrong.content.decode()
    assert "&lt;b&gt;kept&lt;/b&gt;" in wrong.content.decode()
    sent = {"value": "61.5", "confidence": "risk", "on": clock.today().isoformat(), "comment": "Prices wait"}
    assert client.post(page, sent).status_code == 302
    assert client.post(page, sent).status_code == 302, "sent twice it is one"
    assert CheckIn.objects.get().value == D("61.5")
    assert signed_in(aim.boris).get(page).status_code == 404


def test_one_scores_with_the_version_that_was_seen_and_takes_it_back(aim, signed_in):
    client = signed_in(aim.chen)
    page = at("key_results_scores", aim.one)
    sent = {"score": "0.7", "learned": "Prices come first"}
    assert "Somebody changed" in client.post(page, {**sent, "version": 9}).content.decode()
    assert client.post(page, {**sent, "version": 1}).status_code == 302
    assert "Prices come first" in client.get(at("key_results_detail", aim.one)).content.decode()
    client.post(at("key_results_reopenings", aim.one), {"version": 2})
    assert KeyResult.objects.get().score is None


def test_a_key_result_is_added_where_the_objective_says_new(aim, signed_in):
    client = signed_in(aim.chen)
    assert f"objective={aim.aim.pk}" in client.get(at("objectives_detail", aim.aim)).content.decode()
    sent = {
        "objective": aim.aim.pk, "title": "Calls", "unit": "number", "start_value": "900", "target_value": "400", "source": "hand",
        "cadence_days": "14", "weight": "100",
    }  # fmt: skip
    assert client.post(reverse("key_results_new"), sent).status_code == 302
    assert KeyResult.objects.get(title="Calls").ends_on == aim.aim.ends_on
    flat = client.post(reverse("key_results_new"), {**sent, "target_value": "900"})
    assert "the target must differ from the start" in flat.content.decode()


def test_objectives_by_level_and_period(aim, signed_in):
    said(aim, 64, "on")
    old = make.objective(actor=aim.alma, title="Long ago", starts_on=clock.today().replace(year=2020, month=1, day=1), ends_on=clock.today().replace(year=2020, month=3, day=1))
    client = signed_in(aim.alma)
    whole = client.get(reverse("objectives")).content.decode()
    assert "Progress by level" in whole
    assert "50 %" in whole
    then = client.get(reverse("objectives"), {"period": "2020-Q1"}).content.decode()
    assert (old.title in then, aim.aim.title in then) == (True, False)
    product = client.get(reverse("objectives"), {"level": "product"}).content.decode()
    assert (old.title in product, aim.aim.title in product) == (False, True)
    assert client.get(reverse("objectives"), {"period": "x' OR 1=1", "level": "?"}).status_code == 200


def test_an_objective_is_carried_over_with_both_ends_linked(aim, signed_in):
    said(aim, 64, "on")
    client, page = signed_in(aim.chen), at("objectives_carry_overs", aim.aim)
    assert "Self-service bookings" in client.get(page).content.decode()
    days = {"starts_on": aim.aim.ends_on + timedelta(1), "ends_on": aim.aim.ends_on + timedelta(90)}
    assert client.post(page, {**days, "version": 1}).status_code == 302
    new = Objective.objects.get(carried_from=aim.aim)
    assert "Carried over from" in client.get(at("objectives_detail", new)).content.decode()
    assert "Carried over to" in client.get(at("objectives_detail", aim.aim)).content.decode()
    assert client.post(page, {**days, "version": 2}).status_code == 422


@pytest.fixture
def kpi(world):
    world.kpi = make.kpi(
        actor=world.alma, space=world.product.space, direction="down", cadence_days=7, risk_beyond=D(40), off_beyond=D(60), owner=world.chen
    )
    return world


def test_lines_and_files_are_measured_whole_or_not_at_all(kpi, signed_in):
    client, page = signed_in(kpi.chen), at("kpis_measurements", kpi.kpi)
    assert client.post(page, {"lines": "2026-01-05;48\n2026-01-12;fifty"}).status_code == 422
    assert not Measurement.objects.exists()
    assert client.post(page, {"lines": "2026-01-05;48\n2026-01-12;50"}).status_code == 302
    file = SimpleUploadedFile("kpi.csv", b"day,value\n2026-01-12,50\n2026-01-19,41.5\n")
    text = client.post(page, {"file": file}, follow=True).content.decode()
    assert "1 new, 0 corrected, 1 there already." in text
    assert client.post(page, {"file": SimpleUploadedFile("x.csv", b"\xff\xfe\x00")}).status_code == 422
    assert client.post(page, {}).status_code == 422
    assert Measurement.objects.count() == 3
    assert signed_in(kpi.boris).post(page, {"lines": "2026-01-05;1"}).status_code == 404


def test_a_kpi_says_how_far_it_can_be_relied_on(kpi, signed_in):
    client = signed_in(kpi.chen)
    assert "not measured yet" in client.get(reverse("kpis")).content.decode()
    for back in range(6):
        measurements.take(actor=kpi.chen, kpi=kpi.kpi, on=clock.today() - timedelta(7 * back), value=D(45))
    listed = client.get(reverse("kpis")).content.decode()
    assert "<b>C</b>" in listed
    assert "The last 6 values are all the same;" in listed
    page = client.get(at("kpis_detail", kpi.kpi)).content.decode()
    assert "Outliers: 6 values, 8 needed to say." in page
    assert "Nothing that was decided rests on it" in page
    assert f'href="#m-{clock.today().isoformat()}"' in page
    make.benefit(actor=kpi.alma, space=kpi.project.space, kind="measure", baseline=D(400), target=D(250), target_on=clock.today() + timedelta(90), direction="down", kpi=kpi.kpi)
    assert "1 key result or benefit takes its value from it." in signed_in(kpi.admin).get(at("kpis_detail", kpi.kpi)).content.decode()
    gone = Measurement.objects.latest("on")
    assert client.post(at("measurement_removals", gone), {"version": 9}).status_code == 409
    assert client.post(at("measurement_removals", gone), {"version": 1}).status_code == 302
    assert signed_in(kpi.boris).post(at("measurement_removals", Measurement.objects.latest("on"))).status_code == 404


@pytest.mark.parametrize("name", ["objectives", "key_results", "kpis"])
def test_more_rows_ask_no_more_questions(name, world, signed_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = signed_in(world.alma), []
    for round_ in range(2):
        for n in range(2 + 4 * round_):
            aim = make.objective(actor=world.alma, title=f"Objective {round_}.{n}")
            one = make.key_result(actor=world.alma, objective=aim)
            check_ins.make(actor=world.alma, key_result=one, value=D(60), confidence="on")
            kpi = make.kpi(actor=world.alma, name=f"KPI {round_}.{n}", unit="percent")
            measurements.take(actor=world.alma, kpi=kpi, on=clock.today(), value=D(60))
            make.key_result(actor=world.alma, objective=aim, source="kpi", kpi=kpi)
            make.key_result(actor=world.alma, objective=aim, source="work", start_value=D(0), target_value=D(100))
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse(name))
        counts.append(len(seen))
    assert counts[0] == counts[1], counts
