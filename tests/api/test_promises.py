"""The record of promise-keeping over the API: what the page shows, narrowed alike, and only what the asker sees."""

from datetime import timedelta

import pytest

from tandem.kit import clock
from tandem.product.actions import promises
from tests import make
from tests.api.conftest import Caller


@pytest.fixture
def told(world):
    feature, day = make.feature(actor=world.chen, product=world.product), clock.today() - timedelta(days=30)
    rows = [
        promises.give(actor=world.chen, subject=feature, to_whom=to, date=day, given_on=day - timedelta(days=9)) for to in ("A", "A", "B", "B", "B")
    ]
    for row in rows[:4]:
        promises.keep(actor=world.chen, promise=row, version=None, kept_on=day)
    return world


def test_the_record_counts_what_has_come(told):
    ask = Caller(told.chen)
    found = ask("GET", "/api/v1/promises/record/").json()
    assert (found["kept"], found["missed"], found["revised"], found["share"]) == (4, 1, 0, 0.8)
    assert [(q["kept"], q["missed"]) for q in found["quarters"]] == [(4, 1)]
    narrow = ask("GET", "/api/v1/promises/record/?to_whom=B").json()
    assert (narrow["kept"], narrow["missed"], narrow["share"]) == (2, 1, None)
    assert Caller(told.dana)("GET", "/api/v1/promises/record/").json()["kept"] == 0


@pytest.mark.parametrize(("query", "status"), [("colour=red", 422), ("product_id=x", 422), ("product_id=999999", 200), ("to_whom=", 422)])
def test_what_cannot_be_asked_is_refused(told, query, status):
    assert Caller(told.chen)("GET", f"/api/v1/promises/record/?{query}").status_code == status


def test_a_list_is_narrowed_by_how_promises_stand(told):
    ask = Caller(told.chen)
    counts = {name: len(ask("GET", f"/api/v1/promises/?standing={name}").json()["items"]) for name in ("kept", "missed", "open", "at_risk")}
    assert counts == {"kept": 4, "missed": 1, "open": 1, "at_risk": 0}
    assert ask("GET", "/api/v1/promises/?standing=good").status_code == 422
    assert len(ask("GET", f"/api/v1/promises/?product_id={told.product.pk}&to_whom=A").json()["items"]) == 2
