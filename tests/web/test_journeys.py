"""The two journeys from strategy to promise and back, quick: through the pages with the test client, on small sources of the shape of
the real ones. The whole of them is in `tests/browser/test_strategy_journeys.py`."""

import html
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tandem.collaboration.models import Job
from tandem.exchange.actions import imports
from tandem.exchange.models import Import
from tandem.kit import clock
from tandem.people.models import Space
from tandem.planning import forecasts, solving
from tandem.planning.models import Forecast, Scenario, Solution
from tandem.portfolio.models import Project, Proposal
from tandem.product.models import Ballot, Feature, Feedback, Product, Promise, ScoringModel
from tandem.reports.queries import feedback_alike
from tests import journeys, make
from tests.collaboration.told import tell
from tests.planning.test_scenarios import Quick, short, worker  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def read(answer) -> str:
    """The words of a page."""
    text = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def bring(client, name: str, content: bytes, into) -> str:
    """The wizard from the file to the result; what its page says."""
    looked = client.post("/imports/new/", {"files": SimpleUploadedFile(name, content), "into": into}, follow=True)
    assert "Import" in read(looked)
    imported = Import.objects.latest("id")
    client.post(f"/imports/{imported.pk}/starts/")
    Job.objects.update(state="done")
    imports.carry_out(imported=Import.objects.get(pk=imported.pk))
    return read(client.get(f"/imports/{imported.pk}/"))


def test_from_issues_to_a_promise_that_is_revised_and_told(world, signed_in, monkeypatch):
    monkeypatch.setattr(feedback_alike, "is_ready", lambda: True)  # nobody compiled ahead here: the test waits for it
    alma, chen, boris = signed_in(world.alma), signed_in(world.chen), signed_in(world.boris)
    source = journeys.small_repository()

    # a repository becomes a product with ideas and votes; the result says how its throughput comes in as well
    page = bring(alma, "acme-sdk.json.gz", source, "new-product")
    assert "36 items" in page and "Import into a project" in page
    product = Product.objects.get(name="sdk-small")
    for person, role in ((world.chen, "product_manager"), (world.boris, "stakeholder"), (world.mei, "stakeholder")):
        assert alma.post(f"/spaces/{product.space.key}/access/", {"user": person.pk, "role": role}).status_code == 302

    # somebody inside wants one of them, too
    wish = Feedback.objects.get(title=journeys.WISHES[0])
    assert boris.post(f"/feedback/{wish.pk}/votes/").status_code == 302
    assert "Votes 10" in read(chen.get(f"/feedback/{wish.pk}/"))

    # groups that read alike become ideas, one step each
    for _idea in range(4):
        page = chen.get(f"/feedback/groups/?product={product.pk}").content.decode()
        group = re.search(rf'action="/products/{product.pk}/feedback-groups/".*?</form>', page, re.S)[0]
        entries = re.findall(r'name="entry" value="(\d+)"', group)
        title = html.unescape(re.search(r'name="title" value="([^"]+)"', group)[1])
        assert chen.post(f"/products/{product.pk}/feedback-groups/", {"entry": entries, "title": title, "do": "idea"}).status_code == 302
    ideas = list(Feature.objects.filter(product=product).order_by("id"))
    assert {idea.title for idea in ideas} <= {w + e for w in journeys.WISHES for e in ("", ", please", " again")} and len(ideas) == 4
    assert "3 entries" in read(chen.get(f"/features/{ideas[0].pk}/"))

    # scored
    alma.post("/scoring-models/new/", {"home": product.space_id, "name": "Worth", "method": "value-effort", "formula": "", "inputs": ""})
    model = ScoringModel.objects.get()
    for number, idea in enumerate(ideas):
        address = f"/features/{idea.pk}/inputs/?model={model.pk}"
        for name, value in (("value", 9 - number), ("effort", 2 + number)):
            assert chen.post(address, {"name": name, "value": value}).status_code in (200, 302)
    assert "The order is" in read(chen.get(f"/products/{product.pk}/priorities/"))

    # five stakeholders spend a budget; one ranking, how far they agree, and a decision
    people = [world.admin, world.alma, world.boris, world.chen, world.mei]
    asked = {"product": product.pk, "title": "What first", "method": "money", "budget": 100, "closes_on": _day(9), "is_secret": "on", "features": [idea.pk for idea in ideas]}
    assert chen.post("/ballots/new/", asked).status_code == 302
    ballot = Ballot.objects.get()
    assert chen.post(f"/ballots/{ballot.pk}/voters/", {"do": "invite", "users": [person.pk for person in people]}).status_code == 302
    for at, person in enumerate(people):
        gifts = {f"f-{idea.pk}": amount for idea, amount in zip(ideas, (60, 20, 15, 5) if at < 4 else (10, 60, 20, 10), strict=True)}
        assert signed_in(person).post(f"/ballots/{ballot.pk}/votes/", {**gifts, "version": 0}).status_code == 302
    assert chen.post(f"/ballots/{ballot.pk}/closings/", {"version": ballot.version}).status_code == 302
    page = read(chen.get(f"/ballots/{ballot.pk}/"))
    assert "W = " in page and "5/5" in page and f"1 {ideas[0].title} 250" in page
    ballot.refresh_from_db()
    order = {f"place-{idea.pk}": at + 1 for at, idea in enumerate(ideas)}
    assert chen.post(f"/ballots/{ballot.pk}/decisions/", {**order, "reason": "Four of five", "version": ballot.version}).status_code == 302

    # the same issues as work: closed ones are the throughput, and the work of an idea is known by its feedback
    page = bring(alma, "acme-sdk.json.gz", source, "new")
    project = Project.objects.get(name="sdk-small")
    assert "36 items" in page and project.space_id != product.space_id
    first = ideas[0]
    assert "the same issues as feedback" not in read(chen.get(f"/features/{first.pk}/")), "Chen does not see the project yet"
    assert alma.post(f"/spaces/{project.space.key}/access/", {"user": world.chen.pk, "role": "stakeholder"}).status_code == 302
    assert "3 work items are the same issues as feedback that asked for it" in read(chen.get(f"/features/{first.pk}/"))
    assert chen.post(f"/features/{first.pk}/scope/", {"do": "same"}).status_code == 302
    assert "the same issues as feedback" not in read(chen.get(f"/features/{first.pk}/"))

    # on the roadmap, with a forecast from that throughput; a date that holds is told
    kept = {"title": first.title, "state": "building", "horizon": "now", "version": Feature.objects.get(pk=first.pk).version}
    assert chen.post(f"/features/{first.pk}/edit/", kept).status_code == 302
    forecasts.compute(product.space)
    assert first.title in read(chen.get(f"/roadmap/?product={product.pk}"))
    form = chen.get(f"/promises/new/?feature={first.pk}").content.decode()
    as_of = re.search(r'name="given_on" value="([\d-]+)"', form)[1]
    assert as_of == "2026-01-08", "the history ended then, and the form says so"
    p80 = Forecast.objects.of(first).get(is_current=True).p80
    told = {"about": f"feature-{first.pk}", "to_whom": "Nordhafen", "date": p80.isoformat(), "given_on": as_of}
    assert chen.post("/promises/new/", told).status_code == 302
    promise = Promise.objects.get()
    forecasts.compute(product.space)
    assert "On track" in read(chen.get("/promises/"))
    tell()

    # more is asked for under the same name: the promise turns red, and the page says why
    for entry in Feedback.objects.filter(product=product, title__startswith=journeys.WISHES[1]) | Feedback.objects.filter(product=product, title__startswith=journeys.WISHES[2]):
        assert chen.post(f"/feedback/{entry.pk}/links/", {"feature": first.pk}).status_code == 302
    assert chen.post(f"/features/{first.pk}/scope/", {"do": "same"}).status_code == 302
    forecasts.compute(product.space)
    page = read(chen.get(f"/promises/{promise.pk}/"))
    assert "Off track" in page and "6 items added" in page and "How is this computed?" in page

    # it is revised, and those who asked for it hear
    form = chen.get(f"/promises/{promise.pk}/revisions/").content.decode()
    p80 = re.search(r'name="date" value="([\d-]+)"', form)[1]
    sent = {"date": p80, "reason": "More was asked for", "given_on": as_of, "version": promise.version}
    assert chen.post(f"/promises/{promise.pk}/revisions/", sent).status_code == 302
    tell()
    assert f"moved the date of what you asked for from {promise.date} to {p80}" in read(boris.get("/inbox/"))
    forecasts.compute(product.space)
    assert "On track" in read(chen.get(f"/promises/{Promise.objects.latest('id').pk}/"))


def _day(count: int) -> str:
    return (clock.today() + timedelta(days=count)).isoformat()


def test_from_reports_to_next_years_set(world, signed_in):
    alma = signed_in(world.alma)
    alma.post("/portfolios/new/", {"home": world.root.pk, "name": "Capital works", "discount_rate": "8", "currency": "USD"})
    space = Space.objects.get(name="Capital works")

    # fifteen reports there, three here: what moved, beside what the source states itself
    page = bring(alma, "nyc-capital-projects.csv", journeys.small_portfolio().encode(), space.pk)
    assert "18 reports of 6 projects are in Capital works" in page
    page = read(alma.get(f"/project-reports/course/?in={space.key}"))
    assert "DEP 3 9 +60 d +180 d +180 d" in page and "What goes on?" in page

    # what they serve is said by category, without typing a case
    for title, category, weight in (("Dry streets", "Sewers", 70), ("Places in schools", "Schools", 40)):
        goal = make.objective(actor=world.alma, space=world.root, title=title)
        sent = {"first": "2019-10-01", "kind": "run", "objective": goal.pk, "weight": weight}
        said = alma.post(f"/project-reports/course/{space.key}/proposals/?in={space.key}&category={category}", sent, follow=True)
        assert "3 candidates are new." in read(said)
    assert Proposal.objects.count() == 6
    rest = [sum(p.costs[:4]) for p in Proposal.objects.all()]

    # three scenarios: all the money, 15 % less, and 15 % less with a share for schools
    form = alma.get(f"/scenarios/new/?home={space.pk}&starts_on=2019-10-01&may_hold=1&budget=100%20%25").content.decode()
    assert 'value="100 %"' in form and 'value="2019-10-01"' in form
    asked = {"home": space.pk, "starts_on": "2019-10-01", "quarters": 4, "aim": "fit", "may_hold": "on"}
    found = []
    for name, budget in (("All of it", "100 %"), ("15 % less", "85 %"), ("Schools first", "85%")):
        assert alma.post("/scenarios/new/", {**asked, "name": name, "budget": budget}).status_code == 302
        found.append(Scenario.objects.get(name=name))
    whole, less, schools = found
    assert abs(sum(whole.budget) - sum(rest)) <= 24 and [b * 85 // 100 for b in whole.budget] == less.budget
    share = {"bound": "least", "percent": 60, "group": f"objective:{goal.pk}", "version": schools.version}
    assert alma.post(f"/scenarios/{schools.pk}/shares/", share).status_code == 302
    for one in found:
        one.refresh_from_db()
        assert alma.post(f"/scenarios/{one.pk}/solves/").status_code == 302
        solution = Solution.objects.filter(scenario=one).latest("id")
        solving.carry_out(solution, Quick())
        Job.objects.update(state="done")
    page = read(alma.get(f"/scenarios/{less.pk}/"))
    assert "No set is better: that is proven." in page and "Out, and why" in page
    chosen = len(Solution.objects.filter(scenario=less).latest("id").starts)
    assert 3 <= chosen < 6
    page = read(alma.get(f"/scenarios/compared/?with={whole.pk}&with={less.pk}&with={schools.pk}"))
    assert "6 / 6" in page and f"{chosen} / 6" in page and "Who loses what" in page

    # one is adopted: what is out is put on hold, what is in goes on, and nothing is opened twice
    less.refresh_from_db()
    page = read(alma.get(f"/scenarios/{less.pk}/"))
    assert f"puts {6 - chosen} running project" in page
    assert alma.post(f"/scenarios/{less.pk}/adoptions/", {"reason": "Less money next year", "others": "keep", "version": less.version}).status_code == 302
    states = sorted(Project.objects.filter(space__parent=space).values_list("state", flat=True))
    assert states == ["on_hold"] * (6 - chosen) + ["running"] * chosen
    assert "put on hold" in read(alma.get(f"/scenarios/{less.pk}/"))
