"""Work and money by theme: on the list, on the page of one, and the records behind a sum."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.kit import clock
from tandem.planning import alignment as computing
from tandem.reports.queries import alignment, alignment_money, theme_sums
from tandem.strategy.actions import objectives, themes
from tandem.work.models import WorkItem
from tests import make


@pytest.fixture
def themed(world):
    """Ten finished items: half of the project serves Growth, a fifth its part Reach, a tenth Order, which has no theme. Growth has the
    theme Trust, and Reach none of its own."""
    world.trust = themes.create(actor=world.alma, space=world.root, name="Trust")
    world.empty = themes.create(actor=world.alma, space=world.root, name="Empty")
    world.growth = make.objective(actor=world.alma, title="Growth", intended_share=40, theme=world.trust)
    world.reach = make.objective(actor=world.alma, title="Reach", parent=world.growth)
    world.order = make.objective(actor=world.alma, title="Order")
    for objective, weight in ((world.growth, 50), (world.reach, 20), (world.order, 10)):
        objectives.contribute(actor=world.alma, objective=objective, subject=world.project, weight=weight)
    rows = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(10)]
    WorkItem.objects.filter(pk__in=[r.pk for r in rows]).update(state=make.state_of(world.project, "done"), actual_finish=clock.now() - timedelta(days=1))
    make.project_report(actor=world.alma, project=world.project, budget=1000, currency="EUR")
    computing.compute_all()
    return world


def sums(world, user=None):
    user = user or world.alma
    return theme_sums.read(alignment.read(user, since=None), alignment_money.read(user), [world.trust.pk, world.empty.pk])


def at(name, row):
    return reverse(name, kwargs={"id": row.pk})


def test_a_part_without_a_theme_counts_under_that_of_the_objective_above(themed):
    found = sums(themed)
    one = found.of(themed.trust.pk)
    assert (one.amount, round(one.share, 4), one.intended, one.state) == (7, 0.7, 40, "much")
    assert (round(one.money), round(one.money_share, 4), one.money_state, [s.project.pk for s in one.shares]) == (700, 0.7, "much", [themed.project.pk] * 2)
    assert [round(share, 4) for share in (found.themed, found.themeless, found.unserved)] == [0.7, 0.1, 0.2]
    assert found.of(themed.empty.pk).share is None


def test_what_is_intended_for_a_part_with_another_theme_moves_there(themed):
    objectives.change(actor=themed.alma, objective=themed.reach, version=None, theme=themed.empty, intended_share=15)
    found = sums(themed)
    assert (found.of(themed.trust.pk).intended, found.of(themed.empty.pk).intended) == (25, 15)
    assert (found.of(themed.trust.pk).amount, found.of(themed.empty.pk).amount) == (5, 2)
    objectives.change(actor=themed.alma, objective=themed.growth, version=None, state="closed")
    assert sums(themed).of(themed.trust.pk).intended is None, "by the open objectives"


def test_what_is_intended_counts_once_across_a_closed_objective(themed):
    """Growth (40, Trust) → Middle (closed, 30) → Below (15, Empty): the 15 are of the 40."""
    middle = make.objective(actor=themed.alma, title="Middle", parent=themed.growth, intended_share=30)
    below = make.objective(actor=themed.alma, title="Below", parent=middle, intended_share=15, theme=themed.empty)
    objectives.change(actor=themed.alma, objective=middle, version=None, state="closed")
    found = sums(themed)
    assert (found.of(themed.trust.pk).intended, found.of(themed.empty.pk).intended) == (25, 15)
    objectives.change(actor=themed.alma, objective=below, version=None, theme=themed.trust)
    assert sums(themed).of(themed.trust.pk).intended == 40


def test_of_a_part_of_the_work_nothing_is_judged(themed, signed_in):
    client, space = signed_in(themed.alma), themed.project.space_id
    found = theme_sums.read(alignment.read(themed.alma, since=None, within={space}), alignment_money.read(themed.alma, {space}), [themed.trust.pk])
    one = found.of(themed.trust.pk)
    assert (one.amount, one.share, one.intended, one.state) == (7, 0.7, None, "unknown") and (one.money, one.money_state) == (700, "unknown")
    text = client.get(reverse("themes") + f"?in={space}").content.decode()
    assert "70 %" in text and "€700" in text and "More than intended" not in text and "40 %" not in text and "intended shares are of all work" in text
    assert "intended shares are of all work" not in client.get(reverse("themes")).content.decode()
    behind = client.get(at("themes_detail", themed.trust) + f"?in={space}").content.decode()
    assert "intended shares are of all work" in behind and "More than intended" not in behind and "for its open objectives together" not in behind


def test_of_a_product_no_money_is_told(themed, signed_in):
    from tandem.planning.models import Effort

    Effort.objects.update(product=themed.product)
    client, asked = signed_in(themed.alma), f"?product={themed.product.pk}"
    for address in (reverse("themes"), at("themes_detail", themed.trust)):
        text = client.get(address + asked).content.decode()
        assert "70 %" in text and "€" not in text and "Projects behind the money" not in text and "no open project says what it costs" not in text
        assert "€700" in client.get(address).content.decode()


def test_everything_counts_once(themed):
    found, work = sums(themed), alignment.read(themed.alma, since=None)
    assert sum(one.amount for one in found.by_theme.values()) + themed_amount(found.themeless, work) + themed_amount(found.unserved, work) == pytest.approx(work.amount)


def themed_amount(share, work):
    return share * work.amount


def test_the_list_says_what_each_got_and_leads_to_the_records(themed, signed_in):
    client = signed_in(themed.alma)
    text = client.get(reverse("themes")).content.decode()
    assert "70 % of the work serves a theme, 10 % objectives without one, 20 % nothing." in text
    assert "40 %" in text and "More than intended" in text and "€700" in text and "How is this computed?" in text
    address = reverse("alignment_records") + f"?theme={themed.trust.pk}"
    assert address in text
    behind = client.get(address).content.decode()
    assert "7 of 10: 70 %." in behind and at("projects_detail", themed.project) in behind and reverse("themes") in behind
    assert "70 %" in b"".join(client.get(reverse("themes_export")).streaming_content).decode()


def test_the_page_of_one_names_its_objectives_and_projects(themed, signed_in):
    client = signed_in(themed.alma)
    text = client.get(at("themes_detail", themed.trust)).content.decode()
    assert "Growth" in text and "Reach" in text and "Order" not in text and at("projects_detail", themed.project) in text
    alone = reverse("alignment_records") + f"?objective={themed.growth.pk}&alone=1"
    assert alone.replace("&", "&amp;") in text and "5 of 10: 50 %." in client.get(alone).content.decode()
    assert "No objective has this theme yet" in client.get(at("themes_detail", themed.empty)).content.decode()


@pytest.mark.parametrize("query", ["?period=open", "?period=all", "?period=x", "?q=tru", "?sort=-name"])
def test_the_list_stands_whatever_is_asked(themed, signed_in, query):
    assert signed_in(themed.alma).get(reverse("themes") + query).status_code == 200


def test_who_does_not_see_them_gets_neither_names_nor_figures(themed, signed_in):
    client = signed_in(themed.dana)
    assert "Trust" not in client.get(reverse("themes")).content.decode()
    for address in (at("themes_detail", themed.trust), reverse("alignment_records") + f"?theme={themed.trust.pk}", reverse("alignment_records") + "?theme=x"):
        assert client.get(address).status_code == 404
    found = sums(themed, themed.dana)
    assert found.by_theme == {} and found.themed is None


def test_as_many_queries_for_many_themes_as_for_few(themed, signed_in):
    from tandem.web import standing

    client = signed_in(themed.alma)

    def asked():
        standing.forget()
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("themes"))
            return len(queries)

    asked()
    few = asked()
    for n in range(30):
        themes.create(actor=themed.alma, space=themed.root, name=f"Theme {n}")
    asked()
    assert asked() <= min(few, 25)
