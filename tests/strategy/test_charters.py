"""A charter is signed by two people for two sides; what was agreed stays, a next version needs both again."""

import pytest
from django.db import IntegrityError, transaction

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.strategy.actions import charters
from tandem.strategy.models import Charter
from tests import make

TEXTS = {"goal": "Shippers book without calling", "scope_in": "The portal", "measures": "Half the calls"}


@pytest.fixture
def charter(world):
    return charters.draft(actor=world.boris, space=world.project.space, **TEXTS)


def agreed(world, charter):
    charters.sign(actor=world.boris, charter=charter, version=None, side="pmo")
    return charters.sign(actor=world.chen, charter=charter, version=None, side="product")


def test_it_holds_when_two_people_have_signed_for_two_sides(world, charter):
    assert agreed(world, charter).is_signed
    assert [e.changes["side"][1] for e in Event.objects.filter(verb="charter.signed").order_by("id")] == ["pmo", "product"]


def test_nobody_signs_for_both_sides(world, charter):
    charters.sign(actor=world.alma, charter=charter, version=None, side="pmo")
    with pytest.raises(Refused, match="signed_for_other_side"):
        charters.sign(actor=world.alma, charter=charter, version=None, side="product")
    with pytest.raises(IntegrityError), transaction.atomic():
        Charter.objects.filter(pk=charter.pk).update(product_signed_by=world.alma)


def test_a_side_is_signed_by_those_who_speak_for_it(world, charter):
    for person, side, problem in (
        (world.boris, "product", Denied), (world.chen, "pmo", Denied), (world.mei, "pmo", Denied), (world.dana, "pmo", Hidden),
    ):  # fmt: skip
        with pytest.raises(problem):
            charters.sign(actor=person, charter=charter, version=None, side=side)
    with pytest.raises(Refused, match="side_unknown"):
        charters.sign(actor=world.alma, charter=charter, version=None, side="sponsor")


def test_what_was_changed_meanwhile_is_not_signed(world, charter):
    seen = Charter.objects.get(pk=charter.pk)
    charters.change(actor=world.chen, charter=charter, version=charter.version, scope_in="The portal and the app")
    with pytest.raises(Stale):
        charters.sign(actor=world.boris, charter=seen, version=seen.version, side="pmo")
    charters.sign(actor=world.boris, charter=charter, version=None, side="pmo")
    with pytest.raises(Refused, match="side_signed"):
        charters.sign(actor=world.alma, charter=charter, version=None, side="pmo")


def test_two_who_sign_at_once_do_not_overwrite_each_other(world, charter):
    first, second = Charter.objects.get(pk=charter.pk), Charter.objects.get(pk=charter.pk)
    charters.sign(actor=world.boris, charter=first, version=1, side="pmo")
    with pytest.raises(Stale):
        charters.sign(actor=world.chen, charter=second, version=1, side="product")


def test_other_words_need_the_signatures_again(world, charter):
    charters.sign(actor=world.boris, charter=charter, version=None, side="pmo")
    charters.change(actor=world.chen, charter=charter, version=None, goal=charter.goal)
    assert charter.pmo_signed_by == world.boris
    charters.change(actor=world.chen, charter=charter, version=None, goal="Something else")
    assert charter.pmo_signed_by is None and charter.pmo_signed_at is None


def test_what_was_agreed_stays(world, charter):
    agreed(world, charter)
    for deed in (
        lambda: charters.change(actor=world.boris, charter=charter, version=None, goal="x"),
        lambda: charters.unsign(actor=world.boris, charter=charter, version=None, side="pmo"),
        lambda: charters.remove(actor=world.boris, charter=charter),
        lambda: charters.sign(actor=world.alma, charter=charter, version=None, side="pmo"),
    ):
        with pytest.raises(Refused, match="charter_signed"):
            deed()


def test_the_next_version_begins_with_the_last_and_needs_both_again(world, charter):
    with pytest.raises(Refused, match="charter_unsigned"):
        charters.draft(actor=world.boris, space=world.project.space, **TEXTS)
    agreed(world, charter)
    new = charters.draft(actor=world.chen, space=world.project.space, scope_out="The app")
    assert (new.number, new.goal, new.scope_out, new.is_signed) == (2, TEXTS["goal"], "The app", False)
    assert Charter.objects.signed().newest().count() == 0 and Charter.objects.newest().get() == new


def test_a_signature_is_taken_back_before_both_have_signed(world, charter):
    charters.sign(actor=world.boris, charter=charter, version=None, side="pmo")
    with pytest.raises(Denied):
        charters.unsign(actor=world.chen, charter=charter, version=None, side="pmo")
    charters.unsign(actor=world.alma, charter=charter, version=None, side="pmo")
    with pytest.raises(Refused, match="side_unsigned"):
        charters.unsign(actor=world.boris, charter=charter, version=None, side="pmo")


@pytest.mark.parametrize("missing", ["scope_in", "measures"])
def test_an_unfinished_charter_is_not_signed(world, missing):
    row = charters.draft(actor=world.boris, space=world.project.space, **{**TEXTS, missing: "  "})
    with pytest.raises(Refused, match="charter_incomplete"):
        charters.sign(actor=world.boris, charter=row, version=None, side="pmo")


def test_key_results_may_stand_for_success_if_one_sees_them(world):
    theirs = make.key_result(actor=world.alma, objective=make.objective(actor=world.alma))
    with pytest.raises(Refused, match="reference_unknown"):
        charters.draft(actor=world.boris, space=world.project.space, goal="x", key_result_ids=[theirs.pk])
    row = charters.draft(actor=world.alma, space=world.project.space, goal="x", scope_in="y", key_result_ids=[theirs.pk, theirs.pk])
    charters.change(actor=world.boris, charter=row, version=None, key_result_ids=[theirs.pk], assumptions="Prices stay")
    charters.sign(actor=world.boris, charter=row, version=None, side="pmo")
    assert row.key_result_ids == [theirs.pk]


def test_only_projects_and_products_have_one(world):
    with pytest.raises(Refused, match="charter_of_project_or_product"):
        charters.draft(actor=world.alma, space=world.root, **TEXTS)
    with pytest.raises(Refused, match="goal_missing"):
        charters.draft(actor=world.alma, space=world.project.space, goal=" ")
