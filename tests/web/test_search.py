"""The search of the palette: over everything one may see, with a typing error forgiven, in English and Chinese."""

import pytest
from django.urls import reverse

from tandem.kit.text import grams, near_grams, nearness
from tandem.work.models import WorkItem
from tests import make


@pytest.fixture
def items(world):
    for title in ("Login fails on Safari", "Order export is slow", "订单导出很慢", "Tariff import", "Reconcile invoices"):
        make.work_item(actor=world.boris, project=world.project, title=title)
    make.feature(actor=world.chen, product=world.product, title="Bulk booking of containers")
    secret = make.project(actor=world.alma, name="Secret merger", key="SEC")
    make.work_item(actor=world.alma, project=secret, title="Login of the merger")


def found(client, text):
    groups = client.get(reverse("palette"), {"q": text}).json()["groups"]
    return {g["title"]: [i["label"] for i in g["items"]] for g in groups}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("login", "Login fails on Safari"), ("lgoin", "Login fails on Safari"), ("logn", "Login fails on Safari"), ("imoprt", "Tariff import"), ("invuices", "Reconcile invoices"),
        ("loginn", "Login fails on Safari"), ("safsri login", "Login fails on Safari"), ("exprot order", "Order export is slow"),
        ("tarif import", "Tariff import"), ("reconclie", "Reconcile invoices"), ("订单", "订单导出很慢"), ("订单到出", "订单导出很慢"),
        ("定单导出", "订单导出很慢"), ("dingdan", "订单导出很慢"), ("dingdna", "订单导出很慢"), ("POR-4", "Tariff import"),
    ],
)  # fmt: skip
def test_a_typing_error_is_forgiven(world, signed_in, items, text, title):
    assert found(signed_in(world.boris), text)["Work items"][0] == title


@pytest.mark.parametrize("text", ["zebra", "xxxx", "qwerty", "蓝鲸", "lg"])
def test_what_is_not_there_is_not_found(world, signed_in, items, text):
    assert "Work items" not in found(signed_in(world.boris), text)


def test_everything_with_a_name_is_found(world, signed_in, items):
    client = signed_in(world.alma)
    assert found(client, "bulk boking")["Features"] == ["Bulk booking of containers"]
    assert found(client, "Shiper")["Products"] == ["Shipper"]
    assert found(client, "secret merg")["Projects"] == ["Secret merger"]


@pytest.mark.parametrize("text", ["merger", "mergre", "login", "secret"])
def test_nobody_finds_what_they_may_not_see(world, signed_in, items, text):
    for person in (world.boris, world.dana):
        assert "merger" not in str(found(signed_in(person), text)).lower()


@pytest.mark.parametrize("text", ["%", "'" * 60, "a" * 5000, "🙂🙂🙂", "的" * 100, "a b c d e f g h i j k l m n o p"])
def test_whatever_is_typed_is_answered(world, signed_in, items, text):
    assert signed_in(world.boris).get(reverse("palette"), {"q": text}).status_code == 200


def test_the_terms_of_a_word_hold_their_own_error():
    for typed, meant in (("lgoin", "login"), ("logn", "login"), ("logiin", "login"), ("reconclie", "reconcile")):
        held = set(grams(meant))
        assert any(set(terms) <= held for terms in near_grams(typed)[0]), typed
        assert nearness(typed, f"The {meant} page") > 0.7


def test_one_error_in_each_word_is_one_query(world, items, django_assert_num_queries):
    rows = WorkItem.objects.visible_to(world.boris).resembling("lgoin safari")
    with django_assert_num_queries(1):
        assert len(rows) == 1
