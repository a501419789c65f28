"""The mix of investments: shares of money and count by class, what is not classified, what is intended."""

from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.kit.errors import Denied, Refused, Stale
from tandem.portfolio.actions import portfolios, projects
from tandem.reports.queries import mix as reads
from tests import make

pytestmark = pytest.mark.django_db
WANTED = {"kind:run": 50, "kind:grow": 30, "kind:transform": 20}


@pytest.fixture
def home(world):
    return portfolios.create(actor=world.alma, parent=world.root, name="Digital 2027")


@pytest.fixture
def filled(world, home):
    """Run 100 and grow 300 by their cases, 100 not classified by a report, one that nobody costed, one in dollars."""
    make.proposal(actor=world.alma, space=home.space, title="Keep", costs=[60, 40], kind="run", horizon="short")
    make.proposal(actor=world.alma, space=home.space, title="Grow", costs=[300], kind="grow", horizon="long")
    reported = make.project(actor=world.alma, name="Reported", parent=home.space)
    make.project_report(actor=world.alma, project=reported, budget=D(100), currency="EUR")
    make.project(actor=world.alma, name="Uncosted", parent=home.space, kind="run")
    dollars = make.project(actor=world.alma, name="Dollars", parent=home.space, kind="transform")
    make.project_report(actor=world.alma, project=dollars, budget=D(900), currency="USD")
    return home


def shares(found, group="kind"):
    return {one.value: (round(one.share, 2), len(one.pieces)) for one in found.classes[group]}


def test_money_and_count_by_class_with_what_is_not_classified(world, filled):
    found = reads.read(world.alma, filled)
    assert shares(found) == {"run": (0.2, 2), "grow": (0.6, 1), "transform": (0.0, 1), "": (0.2, 1)}
    assert shares(found, "horizon") == {"short": (0.2, 1), "long": (0.6, 1), "": (0.2, 3)}
    assert (found.money, found.without_money, found.in_other_currency) == (D(500), 1, 1)
    assert shares(reads.read(world.alma, filled, is_by_count=True))["run"] == (0.4, 2)
    assert len(reads.read(world.alma, filled, of="project").pieces) == 3


def test_a_project_has_its_own_class_or_that_of_its_proposal(world, home):
    case = make.proposal(actor=world.alma, space=home.space, costs=[700], kind="grow")
    project = make.project(actor=world.alma, name="Grown", parent=home.space)
    case.write(expected=None, project=project, state="project")
    (one,) = reads.read(world.alma, home).pieces
    assert (one.of, one.kind, one.money, one.basis) == ("project", "grow", D(700), "case")
    projects.change(actor=world.alma, project=project, version=None, kind="run")
    assert reads.read(world.alma, home).pieces[0].kind == "run"


def test_what_is_intended_adds_up_or_is_refused(world, home):
    for mix, code in (({"kind:run": 50}, "mix_not_whole"), ({"kind:run": 101}, "mix_unreadable"), ({"side:pmo": 10}, "mix_unreadable"), ({"kind:run": -1}, "mix_unreadable")):
        with pytest.raises(Refused, match=code):
            portfolios.intend_mix(actor=world.alma, portfolio=home, version=None, mix=mix)
    seen = home.version
    portfolios.intend_mix(actor=world.alma, portfolio=home, version=seen, mix=WANTED)
    assert home.intended_mix == WANTED
    with pytest.raises(Stale):
        portfolios.intend_mix(actor=world.alma, portfolio=home, version=seen, mix={})
    reader = make.user(actor=world.admin, name="Ines", role="stakeholder")
    with pytest.raises(Denied):
        portfolios.intend_mix(actor=reader, portfolio=home, version=None, mix={})


def test_the_page_says_how_far_it_is_from_what_is_intended(world, signed_in, filled):
    client, url = signed_in(world.alma), reverse("portfolio_mix", kwargs={"id": filled.pk})
    assert "Most goes into Grow: 60 %" in client.get(url).content.decode()
    sent = {name: str(value) for name, value in WANTED.items()} | {"version": filled.version}
    wrong = client.post(url, sent | {"kind:run": "60"})
    assert wrong.status_code == 422
    assert "add up to 110" in wrong.content.decode()
    assert client.post(url, sent).status_code == 302
    page = client.get(url).content.decode()
    assert ("gets 60 %, 30 % is intended" in page) or ("gets 20 %, 50 % is intended" in page)
    assert page.count("Not classified") >= 2
    assert reverse("proposals_detail", kwargs={"id": reads.read(world.alma, filled).pieces[-1].id}) in page
    assert client.get(url + "?by=count&of=nonsense").status_code == 200
    assert signed_in(world.dana).get(url).status_code == 404


def test_counts_and_parts_are_not_held_against_what_is_intended_of_all_the_money(world, signed_in, filled):
    portfolios.intend_mix(actor=world.alma, portfolio=filled, version=None, mix=WANTED)
    for asked in ({"is_by_count": True}, {"of": "proposal"}):
        assert {one.intended for one in reads.read(world.alma, filled, **asked).classes["kind"]} == {None}
    page = signed_in(world.alma).get(reverse("portfolio_mix", kwargs={"id": filled.pk}) + "?of=proposal").content.decode()
    assert "Most goes into Grow: 75 %. What is intended is said of all the money" in page


def test_each_portfolio_below_counts_in_its_own_currency(world, home):
    """100 in euros are all the money: 900 in yuan stand beside it, as a proposal and as the case of a project."""
    make.proposal(actor=world.alma, space=home.space, costs=[100], kind="run")
    below = portfolios.create(actor=world.alma, parent=home.space, name="Asia", currency="CNY").space
    make.proposal(actor=world.alma, space=below, title="Canton", costs=[900], kind="grow")
    case = make.proposal(actor=world.alma, space=below, title="Shenzhen", costs=[900])
    case.write(expected=None, project=make.project(actor=world.alma, name="Shenzhen", parent=below), state="project")
    found = reads.read(world.alma, home)
    assert (found.money, found.in_other_currency, found.without_money) == (D(100), 2, 0)
    assert {one.other_currency for one in found.pieces} == {"", "CNY"}
    assert reads.read(world.alma, below.portfolio).money == D(1800)


def test_a_report_without_a_currency_is_not_one_without_costs(world, signed_in, home):
    project = make.project(actor=world.alma, name="Reported", parent=home.space)
    make.project_report(actor=world.alma, project=project, budget=D(100), currency="EUR").write(expected=None, currency="")
    found = reads.read(world.alma, home)
    assert (found.money, found.without_money, found.in_other_currency, found.in_unknown_currency) == (D(0), 0, 0, 1)
    page = signed_in(world.alma).get(reverse("portfolio_mix", kwargs={"id": home.pk})).content.decode()
    assert "currency not said" in page
    assert "nobody said what they cost" not in page


def test_what_is_not_classified_is_never_what_most_goes_into(world, signed_in, home):
    make.proposal(actor=world.alma, space=home.space, costs=[300])
    make.proposal(actor=world.alma, space=home.space, costs=[100], kind="run")
    page = signed_in(world.alma).get(reverse("portfolio_mix", kwargs={"id": home.pk})).content.decode()
    assert "Most goes into" not in page
    assert "75 % is not classified yet" in page


def test_an_empty_portfolio_says_what_to_do(world, signed_in, home):
    page = signed_in(world.alma).get(reverse("portfolio_mix", kwargs={"id": home.pk})).content.decode()
    assert "Nothing to divide yet" in page


def test_as_many_queries_for_many_records_as_for_few(world, signed_in, filled):
    client, url = signed_in(world.alma), reverse("portfolio_mix", kwargs={"id": filled.pk})

    def count():
        client.get(url)
        with CaptureQueriesContext(connection) as seen:
            client.get(url)
        return len(seen)

    few = count()
    for number in range(8):
        make.proposal(actor=world.alma, space=filled.space, title=f"P{number}")
    assert count() == few


def test_very_many_records_are_listed_in_part_and_it_is_said(filled, world, signed_in, monkeypatch):
    address, client = reverse("portfolio_mix", kwargs={"id": filled.pk}), signed_in(world.alma)
    assert "are shown." not in client.get(address).content.decode()
    monkeypatch.setattr("tandem.web.portfolio.mix._LISTED", 2)
    assert "The first 2 of 5 are shown." in client.get(address).content.decode()


def test_the_mix_goes_out_over_the_api_and_as_files_to_those_who_see_it(world, filled, signed_in):
    client = signed_in(world.alma)
    found = client.get(f"/api/v1/portfolios/{filled.pk}/mix/").json()
    assert (float(found["money"]), found["records_count"], found["without_money"], found["in_other_currency"]) == (500, 5, 1, 1)
    grow = next(one for one in found["classes"] if one["value"] == "grow")
    assert (grow["count"], float(grow["money"]), round(grow["share"], 2)) == (1, 300, 0.6)
    assert [r["title"] for r in found["records"]][:2] == ["Grow", "Keep"]
    assert client.get(f"/api/v1/portfolios/{filled.pk}/mix/?of=project&by=count").json()["records_count"] == 3
    assert client.get(f"/api/v1/portfolios/{filled.pk}/mix/?off=project").status_code == 422
    lines = b"".join(client.get(reverse("portfolio_mix_csv", kwargs={"id": filled.pk})).streaming_content).decode().splitlines()
    assert len(lines) == 6 and lines[1].startswith("Grow,Proposal,Grow")
    assert any(line.startswith("Dollars,") and ",USD," in line for line in lines)
    stranger = signed_in(world.dana)
    for path in (f"/api/v1/portfolios/{filled.pk}/mix/", reverse("portfolio_mix_csv", kwargs={"id": filled.pk}), reverse("portfolio_mix_xlsx", kwargs={"id": filled.pk})):
        assert stranger.get(path).status_code == 404
