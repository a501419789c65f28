"""Experiments: set up before they run, concluded with what was learned; the funnel counts what the list shows."""

import pytest
from django.urls import reverse

from tandem.kit.errors import Denied, Refused
from tandem.product.actions import discovery, experiments, products
from tandem.product.models import Experiment
from tests import make

RAN = {"measure": "Bookings", "threshold": "20"}
DONE = RAN | {"stage": "concluded", "result": "12", "learned": "They wait for the morning"}


def experiment(world, **values):
    return experiments.create(actor=world.chen, product=world.product, title="Night prices", hypothesis="They book at night", **values)


def test_what_runs_says_before_what_would_prove_it_wrong(world):
    row = experiment(world)
    with pytest.raises(Refused, match="experiment_unmeasured"):
        experiments.change(actor=world.chen, experiment=row, version=None, stage="running", measure="Bookings")
    experiments.change(actor=world.chen, experiment=row, version=None, stage="running", **RAN)
    with pytest.raises(Refused, match="experiment_running"):
        experiments.change(actor=world.chen, experiment=row, version=None, threshold="10")


@pytest.mark.parametrize("missing", ["result", "outcome", "learned"])
def test_a_conclusion_says_what_came_out_and_what_was_learned(world, missing):
    with pytest.raises(Refused, match="experiment_unfinished"):
        experiment(world, **{k: v for k, v in (DONE | {"outcome": "refuted"}).items() if k != missing})
    with pytest.raises(Refused, match="experiment_not_concluded"):
        experiment(world, outcome="confirmed")


def test_the_funnel_counts_how_many_came_how_far_and_lists_what_failures_taught(world, signed_in):
    experiment(world)
    experiment(world, stage="running", **RAN)
    experiment(world, outcome="refuted", decision="stop", **DONE)
    experiment(world, outcome="confirmed", decision="go", **DONE | {"learned": "It works"})
    text = signed_in(world.chen).get(reverse("experiments")).content.decode()
    assert "4 experiments, 2 concluded, 1 go on" in text
    assert "They wait for the morning" in text and 'href="?stage=running"' in text
    failed = text[text.index("What failures taught us") :]
    assert "It works" not in failed
    assert Experiment.objects.failed().count() == 1


def test_vision_personas_competitors_and_notes_stand_beside_the_product(world, signed_in):
    products.change(actor=world.chen, product=world.product, version=None, vision="Nobody calls to book")
    discovery.create_persona(actor=world.chen, product=world.product, name="Ida", goals="**Book** in one go")
    other = make.feature(actor=world.alma, product=make.product(actor=world.alma, name="Driver"))
    with pytest.raises(Refused, match="other_product"):
        discovery.create_note(actor=world.chen, product=world.product, title="Round", feature=other)
    make.spaces.grant(actor=world.admin, space=world.product.space, user=world.mei, role="stakeholder")
    world.mei.refresh_from_db()
    with pytest.raises(Denied):
        discovery.create_competitor(actor=world.mei, product=world.product, name="Other line")
    client = signed_in(world.mei)
    page = client.get(reverse("products_detail", kwargs={"id": world.product.pk})).content.decode()
    assert "Nobody calls to book" in page and f"/personas/?product={world.product.pk}" in page
    assert "Ida" in client.get(reverse("personas")).content.decode()
