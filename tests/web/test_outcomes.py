"""Score against outcome: too few say nothing, enough say how well, and every figure leads to its records."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.urls import reverse

from tandem.kit import clock
from tandem.portfolio.actions import benefit_measurements, portfolios
from tandem.product.actions import features, scores
from tandem.reports.queries import outcomes as reads
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(world):
    return make.scoring_model(actor=world.chen, space=world.product.space, method="own", formula="value / effort",
                              inputs=[{"name": "value"}, {"name": "effort"}])  # fmt: skip


def bring(world, model, value, came, *, benefit=None):
    """A feature with a score of `value`, of whose benefit of 150,000 `came` was measured."""
    row = benefit or make.benefit(actor=world.chen, space=world.product.space, title=f"B{value}")
    if came is not None:
        benefit_measurements.take(actor=world.chen, benefit=row, on=clock.today() - timedelta(days=1), value=D(came))
    feature = make.feature(actor=world.chen, product=world.product, title=f"F{value}", benefit=row)
    scores.create(actor=world.chen, feature=feature, model=model, inputs={"value": value, "effort": 1})
    return feature


def test_too_few_say_how_many_are_needed(world, signed_in, model):
    bring(world, model, 5, 150_000)
    bring(world, model, 6, None)
    lonely = make.feature(actor=world.chen, product=world.product, title="Without")
    scores.create(actor=world.chen, feature=lonely, model=model, inputs={"value": 3, "effort": 1})
    found = reads.of_features(world.chen, world.product, model)
    assert (found.by_share.why_none, found.by_share.n, found.unmeasured, found.without) == ("too_few", 1, 1, 1)
    page = signed_in(world.chen).get(reverse("product_priorities", kwargs={"id": world.product.pk})).content.decode()
    assert "1 measured so far, 8 needed" in page
    assert f"{reverse('benefits_outcomes')}?product={world.product.pk}" in page


def test_enough_give_a_correlation_with_its_range(world, signed_in, model):
    for value in range(1, 9):
        bring(world, model, value, value * 10_000)
    found = reads.of_features(world.chen, world.product, model)
    assert (found.by_share.n, found.by_share.rho, found.by_money.rho, found.currency) == (8, 1, 1, "EUR")
    page = signed_in(world.chen).get(f"{reverse('benefits_outcomes')}?product={world.product.pk}&model={model.pk}").content.decode()
    assert "rank correlation 1.00 (0.82 to 1.00), from 8" in page
    assert page.count("/benefits/") > 8


def test_features_that_share_a_benefit_count_once_with_the_mean_of_their_scores(world, model):
    first = bring(world, model, 4, 75_000)
    bring(world, model, 8, None, benefit=first.benefit)
    (one,) = reads.of_features(world.chen, world.product, model).records
    assert (one.expected, one.share, one.money, one.others) == (6.0, 0.5, 75_000.0, 1)


def test_a_benefit_out_of_sight_is_in_no_record(world, model):
    closed = make.project(actor=world.alma, name="Closed", is_confidential=True)
    row = make.benefit(actor=world.alma, space=closed.space)
    benefit_measurements.take(actor=world.alma, benefit=row, on=clock.today(), value=D(5))
    feature = make.feature(actor=world.chen, product=world.product)
    features.change(actor=world.alma, feature=feature, version=None, benefit=row)
    scores.create(actor=world.chen, feature=feature, model=model, inputs={"value": 3, "effort": 1})
    assert reads.of_features(world.chen, world.product, model).records == ()
    assert len(reads.of_features(world.alma, world.product, model).records) == 1


def test_proposals_are_compared_by_their_value_and_all_that_came_of_them(world, signed_in):
    row = make.proposal(actor=world.alma, costs=[10], benefits=[50])
    row.write(expected=None, state="project")
    for title, value in (("One", 75_000), ("Two", 150_000)):
        gained = make.benefit(actor=world.alma, title=title, proposal=row)
        benefit_measurements.take(actor=world.alma, benefit=gained, on=clock.today(), value=D(value))
    (one,) = reads.of_proposals(world.alma, None).records
    assert (one.share, one.money, one.others) == (0.75, 225_000.0, 1)
    assert signed_in(world.alma).get(reverse("benefits_outcomes")).status_code == 200
    assert signed_in(world.dana).get(f"{reverse('benefits_outcomes')}?in={world.project.space.key}").status_code == 404


def test_values_in_other_currencies_are_not_put_into_one_order(world, signed_in):
    """A case in yuan shows its value in yuan, whatever its benefit is measured in, and stays out of the comparison."""
    china = portfolios.create(actor=world.alma, parent=world.root, name="Asia", currency="CNY").space
    for title, space in (("Crane", None), ("Berth", None), ("Canton", china)):
        row = make.proposal(actor=world.alma, title=title, space=space, costs=[10], benefits=[50_000])
        row.write(expected=None, state="project")
        gained = make.benefit(actor=world.alma, title=f"Of {title}", proposal=row, space=space, currency="EUR")
        benefit_measurements.take(actor=world.alma, benefit=gained, on=clock.today(), value=D(75_000))
    found = reads.of_proposals(world.alma, None)
    assert (found.by_share.n, found.by_money.n, found.apart, found.expected_currency) == (2, 2, 1, "EUR")
    last = found.records[-1]
    assert (last.title, last.expected_currency, last.currency) == ("Canton", "CNY", "EUR")
    page = signed_in(world.alma).get(reverse("benefits_outcomes")).content.decode()
    assert "Compared are those whose case is in EUR; 1 in other currencies are not." in page
    assert "¥" in page


def test_when_only_the_first_are_compared_that_is_said(world, signed_in, model, monkeypatch):
    monkeypatch.setattr("tandem.reports.queries.outcomes._MOST", 1)
    bring(world, model, 5, 150_000)
    assert reads.of_features(world.chen, world.product, model).most == 0
    bring(world, model, 6, 150_000)
    page = signed_in(world.chen).get(f"{reverse('benefits_outcomes')}?product={world.product.pk}&model={model.pk}").content.decode()
    assert "Compared are the first 1 alone." in page
