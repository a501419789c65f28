"""Pages of risks and issues: what each shows, to whom, and what one can do there."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.governance.actions import risk_runs, risk_settings, risk_ties, risks
from tandem.governance.models import Issue, Risk, RiskReserve, RiskRun, RiskScale, RiskSuggestion
from tandem.kit import clock
from tandem.people.models import Role
from tandem.web.governance import issues as issue_pages
from tests import make

pytestmark = pytest.mark.django_db


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.fixture
def row(world):
    return make.risk(actor=world.boris, space=world.project.space, cause="One maker", event="It comes late", effect="The berth waits")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_stands_empty_and_full(world, signed_in, language):
    world.alma.language = language
    world.alma.save(update_fields=["language"])
    client, key = signed_in(world.alma), world.project.space.key
    pages = ["/risks/", "/risks/new/", f"/risks/matrix/?in={key}", f"/risks/matrix/{key}/", f"/risks/exposure/?in={key}", f"/risks/suggestions/?in={key}", "/issues/", "/issues/new/"]
    for path in pages:
        read(client, path)
    risk = make.risk(actor=world.boris, space=world.project.space, response="mitigate", residual_probability=10, residual_days=[1, 2, 3])
    chance = make.risk(actor=world.boris, space=world.project.space, kind="chance", title="Grant")
    item = make.work_item(actor=world.boris, project=world.project, duration_minutes=480 * 5)
    risk_ties.add(actor=world.boris, risk=risk, subject=item)
    issue = make.issue(actor=world.boris, space=world.project.space, risk=make.risk(actor=world.boris, space=world.project.space, title="Strike"))
    risk_settings.set_reserve(actor=world.boris, space=world.project.space, money=9000, days=D(4))
    risk_runs.compute(world.project.space)
    for path in [*pages, f"/risks/{risk.pk}/", f"/risks/{chance.pk}/?peek=1", f"/risks/{risk.pk}/edit/", f"/issues/{issue.pk}/", f"/issues/{issue.pk}/edit/"]:
        read(client, path)


def test_the_form_reads_three_points_and_says_what_it_cannot_read(world, signed_in):
    client, home = signed_in(world.boris), world.project.space_id
    sent = {"home": home, "title": "Ice", "kind": "threat", "area": "other", "probability": "30", "days": "1 2,5 9", "money": "1k 2k 1万", "currency": "EUR"}
    assert client.post("/risks/new/", sent).status_code == 302
    made = Risk.objects.get(title="Ice")
    assert (made.days, made.money) == ([1.0, 2.5, 9.0], [1_000, 2_000, 10_000])
    answer = client.post("/risks/new/", sent | {"days": "9 5 1"})
    assert answer.status_code == 422
    assert "The three values rise" in answer.content.decode()


def test_the_register_is_read_from_above_and_by_what_is_missing(world, signed_in, row):
    risks.change(actor=world.boris, risk=row, version=None, owner=None)
    other = make.risk(actor=world.boris, space=world.project.space, title="Answered", response="accept")
    page = read(signed_in(world.alma), f"/risks/?in={world.root.key}&lacks=response")
    assert row.title in page
    assert other.title not in page
    assert "1 without a response" in page
    assert row.title in read(signed_in(world.alma), "/risks/?lacks=owner")
    assert row.title not in read(signed_in(world.alma), "/risks/?lacks=review")
    assert row.title not in read(signed_in(world.dana), "/risks/")


def test_a_risk_stands_in_its_cell_and_moves_with_the_steps(world, signed_in, row):
    client, key = signed_in(world.boris), world.project.space.key
    page = read(client, f"/risks/matrix/?in={key}")
    assert page.count(f'href="/risks/{row.pk}/"') == 1
    assert page.index(row.title) < page.index("10 %–30 %")
    answer = client.post(f"/risks/matrix/{key}/", {"probabilities": "50 60 70 80", "days": "1 2 3 4", "money": "1k 2k 3k 4k", "currency": "EUR", "medium_from": "5", "high_from": "12",
                                                    "silence_critical": "1", "silence_high": "2", "silence_medium": "3", "silence_low": "4"})  # fmt: skip
    assert answer.status_code == 302
    page = read(client, f"/risks/matrix/?in={key}")
    assert page.index(row.title) > page.index("50 %–60 %")
    assert client.post(f"/risks/matrix/{key}/", {"probabilities": "5 4 3 2"}).status_code == 422
    assert row.title not in read(client, f"/risks/matrix/?in={key}&kind=chance")


def test_of_two_who_set_the_first_steps_the_second_overwrites_nothing(world, signed_in):
    key = world.project.space.key
    sent = {"probabilities": "50 60 70 80", "days": "1 2 3 4", "money": "1k 2k 3k 4k", "currency": "EUR", "medium_from": "5", "high_from": "12",
            "silence_critical": "1", "silence_high": "2", "silence_medium": "3", "silence_low": "4"}  # fmt: skip
    assert signed_in(world.alma).post(f"/risks/matrix/{key}/", sent).status_code == 302
    answer = signed_in(world.boris).post(f"/risks/matrix/{key}/", sent | {"days": "10 20 30 40"})
    assert answer.status_code == 422
    assert RiskScale.objects.get().days == [1, 2, 3, 4]


def test_of_very_many_risks_the_newest_are_offered_as_what_happened_and_any_is_taken(world, signed_in, row, monkeypatch):
    monkeypatch.setattr(issue_pages, "OFFERED", 1)
    make.risk(actor=world.boris, space=world.project.space, title="Newer")
    client = signed_in(world.boris)
    page = read(client, f"/issues/new/?home={world.project.space_id}")
    assert ">Newer<" in page
    assert f">{row.title}<" not in page
    assert client.post("/issues/new/", {"home": world.project.space_id, "title": "It came late", "severity": "high", "risk": row.pk}).status_code == 302
    assert Issue.objects.get().risk == row


def test_what_one_may_not_see_is_not_named_on_a_risk(world, signed_in, row):
    closed = make.project(actor=world.alma, name="Closed", is_confidential=True)
    hidden = make.work_item(actor=world.alma, project=closed, title="Secret quay")
    risk_ties.add(actor=world.alma, risk=row, subject=hidden)
    page = read(signed_in(world.boris), f"/risks/{row.pk}/")
    assert "Secret quay" not in page
    assert "an item that you cannot see" in page


def test_a_review_that_is_due_waits_on_the_home_page_of_its_owner(world, signed_in, row):
    Risk.objects.filter(pk=row.pk).update(review_on=clock.today())
    client = signed_in(world.boris)
    assert row.title in read(client, "/")
    assert row.title not in read(signed_in(world.mei), "/")
    client.post(f"/risks/{row.pk}/reviews/", {"version": row.version, "next_on": (clock.today() + timedelta(days=9)).isoformat(), "note": "Still so"})
    assert row.title not in read(client, "/")


def test_it_happened_leads_to_an_issue_with_its_words(world, signed_in, row):
    client = signed_in(world.mei)
    assert 'value="The crane comes late"' in read(client, f"/issues/new/?risk={row.pk}&home={world.project.space_id}")
    sent = {"home": world.project.space_id, "title": "It came late", "severity": "high", "risk": row.pk, "owner": world.mei.pk}
    assert client.post("/issues/new/", sent).status_code == 302
    issue, item = Issue.objects.get(), make.work_item(actor=world.boris, project=world.project, title="Lift")
    client.post(f"/issues/{issue.pk}/items/", {"key": item.key.lower()})
    page = read(client, f"/issues/{issue.pk}/")
    assert item.key in page
    assert "It happened" not in read(client, f"/risks/{row.pk}/")


def test_a_suggestion_is_taken_into_the_register_and_opened(world, signed_in):
    client, key = signed_in(world.boris), world.project.space.key
    assert "A supplier delivers late" in read(client, f"/risks/suggestions/?in={key}")
    answer = client.post(f"/risks/suggestions/{key}/answers/", {"origin": "catalogue:late_supply"})
    made = RiskSuggestion.objects.get().risk
    assert answer["Location"] == f"/risks/{made.pk}/edit/"
    client.post(f"/risks/suggestions/{key}/answers/", {"origin": "catalogue:reuse", "do": "reject", "reason": "Nobody builds this"})
    page = read(client, f"/risks/suggestions/?in={key}")
    assert "Nobody builds this" in page
    assert page.count("Another project has built it already") == 1


def test_the_exposure_says_what_the_reserve_lacks_and_leads_to_each_risk(world, signed_in, row):
    make.work_item(actor=world.boris, project=world.project, duration_minutes=480 * 5)
    client, key = signed_in(world.boris), world.project.space.key
    assert "Not computed yet" in read(client, f"/risks/exposure/?in={key}")
    risk_runs.compute(world.project.space)
    assert "nothing is set aside" in read(client, f"/risks/exposure/?in={key}")
    client.post(f"/risks/exposure/{key}/reserves/", {"money": "1k", "days": "0.5", "note": "The board"})
    page = read(client, f"/risks/exposure/?in={key}")
    assert "the reserve lacks" in page
    assert f'href="/risks/{row.pk}/"' in page
    client.post(f"/risks/exposure/{key}/reserves/", {"money": "900k", "days": "90"})
    assert "The reserve covers" in read(client, f"/risks/exposure/?in={key}")


@pytest.mark.parametrize("sent", [{"days": "1e30"}, {"days": "-1"}, {"days": "soon"}, {"money": "10k 20k"}, {"money": "10k", "currency": "CNY"}])
def test_a_reserve_that_cannot_be_meant_is_refused(world, signed_in, sent):
    key = world.project.space.key
    assert signed_in(world.boris).post(f"/risks/exposure/{key}/reserves/", {"money": "1", "days": "1"} | sent).status_code == 422
    assert not RiskReserve.objects.exists()


def test_the_tornado_of_risks_that_are_over_is_gone(world, signed_in, row):
    make.work_item(actor=world.boris, project=world.project, duration_minutes=480 * 5)
    client, path = signed_in(world.boris), f"/risks/exposure/?in={world.project.space.key}"
    risk_runs.compute(world.project.space)
    assert "What the end would gain" in read(client, path)
    RiskRun.objects.update(as_of=clock.today() - timedelta(days=1))
    risks.move(actor=world.boris, risk=row, version=None, state="closed", reason="Over")
    risk_runs.compute(world.project.space)
    assert "What the end would gain" not in read(client, path)


def test_sums_of_another_currency_are_no_points_of_the_same_line(world, signed_in, row):
    for past in (2, 1, 0):
        risk_runs.compute(world.project.space)
        if past:
            RiskRun.objects.filter(as_of=clock.today()).update(as_of=clock.today() - timedelta(days=past))
    risk_settings.set_reserve(actor=world.boris, space=world.project.space, money=7_777_777, days=D(0), currency="CNY")
    client, path = signed_in(world.boris), f"/risks/exposure/?in={world.project.space.key}"
    page = read(client, path)
    assert "Course of the money" in page
    assert 'value="7777777"' not in page
    for run in RiskRun.objects.exclude(as_of=clock.today()):
        RiskRun.objects.filter(pk=run.pk).update(figures=run.figures | {"currency": "CNY"})
    page = read(client, path)
    assert "Course of the money" not in page
    assert "Course of the days" in page


def test_money_without_a_rate_stands_nowhere_on_the_matrix_and_that_is_said(world, signed_in, row):
    make.risk(actor=world.boris, space=world.project.space, title="In yen", probability=80, days=[], money=[9 * 10**8], currency="JPY")
    client, key = signed_in(world.boris), world.project.space.key
    page = read(client, f"/risks/matrix/?in={key}")
    assert "In yen" not in page
    assert "1 has no place here" in page
    assert "no exchange rate" in read(client, f"/risks/?in={key}")


def test_who_has_no_place_sees_none_and_a_guest_sets_nothing(world, signed_in, row):
    assert signed_in(world.dana).get("/risks/exposure/").status_code == 404
    guest = make.user(actor=world.admin, name="Ines", role=Role.STAKEHOLDER, space=world.project.space)
    client, key = signed_in(guest), world.project.space.key
    assert "Set the reserve" not in read(client, f"/risks/exposure/?in={key}")
    assert client.post(f"/risks/exposure/{key}/reserves/", {"money": "1", "days": "1"}).status_code == 403
    assert client.post(f"/risks/suggestions/{key}/answers/", {"origin": "catalogue:reuse"}).status_code == 403


@pytest.mark.parametrize("path", ["/risks/", "/risks/matrix/", "/risks/exposure/", "/issues/"])
def test_a_page_takes_as_many_queries_for_many_as_for_few(world, signed_in, path):
    client, counts = signed_in(world.alma), []
    for few in (3, 20):
        for number in range(few):
            make.risk(actor=world.boris, space=world.project.space, title=f"Risk {few} {number}")
            make.issue(actor=world.boris, space=world.project.space, title=f"Issue {few} {number}")
        if "exposure" in path:
            for number in range(few):
                risk_settings.set_reserve(actor=world.boris, space=world.project.space, money=few * 100 + number, days=D(1))
            for space in (world.root, world.project.space):
                risk_runs.compute(space)
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            read(client, path)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 30


def test_a_file_of_the_register_has_its_words(world, signed_in, row):
    answer = signed_in(world.boris).get("/risks/export.csv")
    text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    assert row.title in text
    assert "<span" not in text
