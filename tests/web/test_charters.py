"""The pages of a charter: what a version changes, who signed, and who may do what."""

import pytest
from django.urls import reverse

from tandem.strategy.actions import charters
from tandem.strategy.models import Charter
from tandem.web.strategy.charter_parts import changed
from tests import make

TEXTS = {"goal": "Shippers book without calling", "scope_in": "The portal", "measures": "Half the calls"}


@pytest.fixture
def charter(world):
    return charters.draft(actor=world.boris, space=world.project.space, **TEXTS)


def page(client, charter):
    return client.get(reverse("charters_detail", kwargs={"id": charter.pk})).content.decode()


def test_both_sign_on_the_page(world, charter, signed_in):
    url = reverse("charters_signatures", kwargs={"id": charter.pk})
    boris, chen = signed_in(world.boris), signed_in(world.chen)
    assert "Sign for the PMO side" in page(boris, charter) and "Sign for the Product side" not in page(boris, charter)
    boris.post(url, {"side": "pmo", "version": 1})
    assert chen.post(url, {"side": "product", "version": 1}).status_code == 409  # the words as they stood before
    chen.post(url, {"side": "product", "version": 2})
    assert Charter.objects.get().is_signed
    text = page(chen, charter)
    assert "this is what was agreed" in text and "Boris Orlov" in text and "New version" in text
    assert reverse("charters_edit", kwargs={"id": charter.pk}) not in text
    history = text[text.index("signed the charter") :]
    assert ">PMO side<" in history and ">Product side<" in history and ">pmo<" not in history


def test_the_next_version_shows_what_it_changes(world, charter, signed_in):
    charters.sign(actor=world.boris, charter=charter, version=None, side="pmo")
    charters.sign(actor=world.chen, charter=charter, version=None, side="product")
    client = signed_in(world.chen)
    form = client.get(reverse("charters_new") + f"?home={world.project.space_id}").content.decode()
    assert "Shippers book without calling" in form
    sent = {"home": world.project.space_id, **TEXTS, "goal": "Shippers book and pay without calling"}
    assert client.post(reverse("charters_new"), sent).status_code == 302
    new = Charter.objects.get(number=2)
    text = page(client, new)
    assert "Shippers book <ins>and pay </ins>without calling" in text
    assert "Holds, until both have signed version 2." in page(client, charter)


def test_one_who_could_sign_for_both_is_told_why_not(world, charter, signed_in):
    client, url = signed_in(world.alma), reverse("charters_signatures", kwargs={"id": charter.pk})
    client.post(url, {"side": "pmo", "version": 1})
    assert "You signed for the other side: it takes two people." in page(client, charter)
    assert client.post(url, {"side": "product", "version": 2}).status_code == 422
    client.post(url, {"side": "pmo", "version": 2, "do": "withdraw"})
    assert Charter.objects.get().pmo_signed_by is None


def test_from_a_project_to_its_charter(world, signed_in):
    client, url = signed_in(world.boris), reverse("charters_of", kwargs={"key": "POR"})
    assert client.get(url).url.endswith(f"/charters/new/?home={world.project.space_id}")
    row = charters.draft(actor=world.boris, space=world.project.space, **TEXTS)
    assert client.get(url).url == reverse("charters_detail", kwargs={"id": row.pk})
    assert signed_in(world.dana).get(url).status_code == 404


def test_measures_that_one_does_not_see_are_not_named_and_stay(world, signed_in):
    hidden = make.key_result(actor=world.alma, objective=make.objective(actor=world.alma), title="Secret share")
    row = charters.draft(actor=world.alma, space=world.project.space, **TEXTS, key_result_ids=[hidden.pk])
    client = signed_in(world.boris)
    assert "Secret share" not in page(client, row) and "an item that you cannot see" in page(client, row)
    make.kpi(actor=world.alma, space=world.project.space)
    client.post(reverse("charters_edit", kwargs={"id": row.pk}), {**TEXTS, "goal": "New", "version": row.version})
    row.refresh_from_db()
    assert (row.goal, row.key_result_ids) == ("New", [hidden.pk])


def test_a_list_of_charters_says_who_signed(world, charter, signed_in):
    client = signed_in(world.boris)
    for state, there in (("open", True), ("signed", False), ("all", True)):
        assert ("Not signed yet" in client.get(reverse("charters") + f"?state={state}").content.decode()) == there


@pytest.mark.parametrize(("before", "after", "said"), [
    ("a b c", "a x c", "a <del>b</del><ins>x</ins> c"), ("自助下单", "自助付款", "自助<del>下单</del><ins>付款</ins>"),
    ("", "<script>", "<ins>&lt;script&gt;</ins>"), ("same", "same", "same"),
])  # fmt: skip
def test_a_difference_is_marked_word_by_word(before, after, said):
    assert str(changed(before, after)) == said


def test_what_is_not_whole_cannot_be_signed_and_the_page_says_what_is_missing(world, charter, signed_in):
    charters.change(actor=world.boris, charter=charter, version=charter.version, measures="")
    text = page(signed_in(world.boris), charter)
    assert "Sign for the PMO side" not in text and "how success is known" in text
