"""The alignment page, the records behind its figures, and the panel where a record says what it serves."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from tandem.kit import clock
from tandem.planning import alignment
from tandem.product.actions import features
from tandem.reports.queries import alignment_money as money
from tandem.strategy.actions import objectives
from tandem.strategy.models import Contribution
from tandem.work.models import WorkItem
from tests import make

MOST = 45


@pytest.fixture
def aligned(world):
    """Ten finished items: six tenths of the project serve Growth, for which four tenths were intended."""
    world.growth = make.objective(actor=world.alma, title="Growth", intended_share=40)
    world.idle = make.objective(actor=world.alma, title="Nobody’s own")
    objectives.contribute(actor=world.alma, objective=world.growth, subject=world.project, weight=60)
    rows = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(10)]
    WorkItem.objects.filter(pk__in=[r.pk for r in rows]).update(
        state=make.state_of(world.project, "done"), actual_finish=clock.now() - timedelta(days=1)
    )
    make.feature(actor=world.chen, product=world.product, title="Idle feature")
    alignment.compute_all()
    return world


def page(client, query=""):
    answer = client.get(reverse("alignment") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_what_is_not_aligned_without_being_asked(aligned, signed_in):
    text = page(signed_in(aligned.alma))
    assert "60 % of the work serves an objective." in text
    assert "“Growth” gets 60 %, 40 % was intended." in text
    assert "More than intended" in text and "counted in work items" in text
    nothing = text[text.index('id="nothing"') :]
    assert "Idle feature" in nothing and "Nobody’s own" in nothing and "Portal" not in nothing[: nothing.index("Objectives that nothing serves")]


@pytest.mark.parametrize("query", ["?period=open", "?period=all", "?period=3m", "?period=x&in=x&product=-1", "?all=1"])
def test_it_stands_whatever_is_asked(aligned, signed_in, query):
    page(signed_in(aligned.alma), query)


def test_it_looks_at_one_project_or_product(aligned, signed_in):
    client = signed_in(aligned.alma)
    assert "60 % of the work" in page(client, f"?in={aligned.project.space_id}")
    assert "Too little work" in page(client, f"?in={aligned.product.space_id}")
    assert "Too little work" in page(client, f"?product={aligned.product.pk}")


def test_every_amount_leads_to_its_records(aligned, signed_in):
    client = signed_in(aligned.alma)
    text = page(client)
    address = reverse("alignment_records") + f"?objective={aligned.growth.pk}"
    assert address in text
    found = client.get(address).content.decode()
    assert "6 of 10: 60 %." in found and reverse("projects_detail", kwargs={"id": aligned.project.pk}) in found
    assert "4 of 10: 40 %." in client.get(reverse("alignment_records") + "?objective=none").content.decode()


def test_who_does_not_see_them_gets_neither_names_nor_figures(aligned, signed_in):
    client = signed_in(aligned.dana)
    text = page(client)
    assert "Growth" not in text and "Portal" not in text and "Too little work" in text
    for query in (f"?in={aligned.project.space_id}", f"?product={aligned.product.pk}"):
        assert client.get(reverse("alignment") + query).status_code == 404
    assert client.get(reverse("alignment_records") + f"?objective={aligned.growth.pk}").status_code == 404


@pytest.mark.parametrize("name", ["project", "product"])
def test_a_record_says_what_it_serves_and_takes_it_back(aligned, signed_in, name):
    client, row = signed_in(aligned.alma), getattr(aligned, name)
    url = reverse(f"{name}s_detail", kwargs={"id": row.pk})
    assert "Alignment" in client.get(url).content.decode()
    sent = {"kind": row._meta.label_lower, "id": row.pk, "objective": aligned.idle.pk, "weight": 30, "next": url}
    assert client.post(reverse("contributions"), sent).url == url
    client.post(reverse("contributions"), sent)  # twice is once
    assert Contribution.objects.of(row).get(objective=aligned.idle).weight == 30
    client.post(reverse("contributions"), {**sent, "weight": 0})
    assert not Contribution.objects.of(row).filter(objective=aligned.idle).exists()


@pytest.mark.parametrize(("changes", "status"), [
    ({"kind": "people.user"}, 404), ({"kind": ""}, 404), ({"id": "9" * 30}, 404), ({"id": "x"}, 404), ({"objective": "999999"}, 404),
    ({"weight": "101"}, 422), ({"weight": "1" * 40}, 302), ({"next": "https://elsewhere.example"}, 302),
])  # fmt: skip
def test_what_cannot_be_said_is_refused(aligned, signed_in, changes, status):
    sent = {"kind": "portfolio.project", "id": aligned.project.pk, "objective": aligned.idle.pk, "weight": 30, "next": "/"}
    answer = signed_in(aligned.alma).post(reverse("contributions"), sent | changes)
    assert answer.status_code == status
    assert status != 302 or answer.url == "/"


def test_a_stakeholder_may_not_say_it(aligned, signed_in):
    make.spaces.grant(actor=aligned.admin, space=aligned.root, user=aligned.mei, role="stakeholder")
    make.spaces.revoke(actor=aligned.admin, space=aligned.project.space, user=aligned.mei)
    aligned.mei.refresh_from_db()
    sent = {"kind": "portfolio.project", "id": aligned.project.pk, "objective": aligned.idle.pk, "weight": 30}
    assert signed_in(aligned.mei).post(reverse("contributions"), sent).status_code == 403


@pytest.mark.parametrize("query", ["", "?period=open", "?period=all", "?in=0"])
def test_the_map_stands_whatever_is_asked(aligned, signed_in, query):
    assert signed_in(aligned.alma).get(reverse("strategy_map") + query).status_code == 200


def test_every_band_of_the_map_opens_its_records(aligned, signed_in):
    client = signed_in(aligned.alma)
    text = client.get(reverse("strategy_map")).content.decode()
    assert "The largest part of the work serves “Growth”: 60 %." in text
    assert "Growth → No product or programme: 6" in text
    address = reverse("strategy_map_records") + f"?band=0.objective-{aligned.growth.pk}.direct-0"
    assert f'href="{address}"' in text
    assert "6 of 10" in client.get(address).content.decode()
    assert client.get(reverse("strategy_map_records") + "?band=9.x").status_code == 200
    unseen = signed_in(aligned.dana).get(reverse("strategy_map")).content.decode()
    assert "Growth" not in unseen and "Portal" not in unseen
    assert "Growth" not in signed_in(aligned.dana).get(address).content.decode()


def test_a_band_opens_exactly_the_work_that_it_is_as_wide_as(aligned, signed_in):
    """A part of the objective has work of its own, and a product takes some: neither belongs to the band beside it."""
    part = make.objective(actor=aligned.alma, title="Growth at night", parent=aligned.growth)
    feature = make.feature(actor=aligned.chen, product=aligned.product, title="Night")
    objectives.contribute(actor=aligned.alma, objective=part, subject=feature, weight=100)
    features.add_scope(actor=aligned.admin, subject=feature, items=list(WorkItem.objects.order_by("id")[:3]))
    alignment.compute_all()
    client = signed_in(aligned.alma)
    text = client.get(reverse("strategy_map")).content.decode()
    bands = re.findall(r'href="(/strategy-map/records/[^"]+)"[^>]*><title>[^<]*: ([\d.]+)', text)
    assert len(bands) == 5, bands
    for address, amount in bands:
        shown = client.get(html.unescape(address)).content.decode()
        assert f"{amount} of 10" in shown, address


def test_a_part_of_the_work_is_not_judged_by_shares_of_all_work(aligned, signed_in):
    client = signed_in(aligned.alma)
    assert "“Growth” gets 60 %, 40 % was intended." in page(client)
    narrowed = page(client, f"?in={aligned.project.space_id}")
    assert "was intended." not in narrowed and "More than intended</" not in narrowed[narrowed.index("Effort for each objective") :]
    assert "What is intended is a share of all work" in narrowed
    answer = client.get(f"/api/v1/alignment/?space_id={aligned.project.space_id}").json()
    assert {line["state"] for line in answer["objectives"]} == {"unknown"} and answer["as_intended"] is None


def test_many_records_cost_no_more_queries(aligned, signed_in, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tandem.people import scoping

    client = signed_in(aligned.alma)

    def asked() -> int:
        scoping.forget_roles()
        page(client)
        with CaptureQueriesContext(connection) as queries:
            page(client)
        return len(queries)

    few = asked()
    for n in range(4):
        project = make.project(actor=aligned.alma, name=f"P{n}")
        objective = make.objective(actor=aligned.alma, title=f"O{n}", intended_share=10)
        objectives.contribute(actor=aligned.alma, objective=objective, subject=project, weight=50)
        make.feature(actor=aligned.chen, product=aligned.product, title=f"F{n}")
        make.work_item(actor=aligned.alma, project=project)
    alignment.compute_all()
    assert asked() == few <= MOST


def test_money_goes_where_its_projects_say_they_serve_and_what_is_not_known_is_said(world, signed_in):
    goal = make.objective(actor=world.alma, title="Cleaner ports", intended_share=25)
    half, none, silent = (make.project(actor=world.alma, name=name) for name in ("Half", "None", "Silent"))
    for project, cost, currency in ((half, 300, "EUR"), (none, 100, "EUR"), (world.project, 900, "USD")):
        make.project_report(actor=world.alma, project=project, budget=cost, currency=currency)
    objectives.contribute(actor=world.alma, objective=goal, subject=half, weight=50)
    found = money.read(world.alma)
    (line,) = [one for one in found.lines if one.objective == goal]
    assert (found.currency, found.whole, found.projects, found.apart) == ("EUR", 400.0, 2, 1) and found.silent >= 1
    assert (line.money, line.share, found.unserved_money) == (150.0, 0.375, 250.0)
    page = signed_in(world.alma).get("/alignment/").content.decode()
    assert "serve no objective" in page and "Half" in page and f"/projects/{half.pk}/" in page and silent.name in page
    assert money.read(world.dana).whole == 0


def test_where_nobody_says_what_it_costs_the_page_says_so(world, signed_in):
    page = signed_in(world.alma).get("/alignment/").content.decode()
    assert "No open project says what it costs" in page


def test_the_map_tells_hours_people_and_money_of_its_projects_and_a_dash_where_nobody_recorded_any(world):
    make.project_report(actor=world.alma, project=world.project, budget=700, currency="EUR")
    make.work_item(actor=world.alma, project=world.project, assignees=[world.mei])
    make.work_item(actor=world.alma, project=world.project, assignees=[world.mei], state="done")
    other = make.project(actor=world.alma, name="Other")
    found = money.ends(world.alma, [world.project.pk, other.pk], since=None, to_come=False)
    assert (found[world.project.pk].people, found[world.project.pk].cost.money) == (1, 700)
    assert found[other.pk] == money.End(0.0, 0, None)
    assert money.ends(world.dana, [world.project.pk], since=None, to_come=False) == {}
