"""Rates: whose counts on a day, nothing written over, nothing told to who may not see them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.history.models import Event, EventText
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.portfolio.actions import portfolios
from tandem.resources.actions import employments, job_roles, person_roles, rates
from tandem.resources.models import JobRole, Rate
from tandem.resources.rate_book import RateBook, rate_on
from tests import make

JAN, APR, JUL = date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)


@pytest.fixture
def architect(world) -> JobRole:
    row = job_roles.create(actor=world.alma, space=world.root, name="Architect")
    person_roles.create(actor=world.alma, person=world.mei, job_role=row, starts_on=date(2026, 2, 1))
    return row


def _set(world, cost: str, day: date, **of) -> Rate:
    return rates.create(actor=world.alma, space=world.root, valid_from=day, cost=Decimal(cost), currency="EUR", **of)


def test_a_persons_own_rate_goes_before_that_of_the_role(world, architect):
    of_role, own = _set(world, "80", JAN, job_role=architect), _set(world, "95.50", APR, person=world.mei)
    assert rate_on(world.mei, date(2026, 1, 31)) is None, "she did not have the role yet"
    assert rate_on(world.mei, date(2026, 2, 1)) == of_role
    assert rate_on(world.mei, date(2026, 3, 31)) == of_role
    assert rate_on(world.mei, APR) == own
    assert rate_on(world.boris, APR) is None


def test_the_main_role_of_the_day_says_the_rate(world, architect):
    tester = job_roles.create(actor=world.alma, space=world.root, name="Tester")
    low, high = _set(world, "40", JAN, job_role=tester), _set(world, "80", JAN, job_role=architect)
    person_roles.create(actor=world.alma, person=world.mei, job_role=tester, starts_on=JAN, is_primary=False)
    assert rate_on(world.mei, date(2026, 1, 15)) == low, "the only one she had then"
    assert rate_on(world.mei, APR) == high


def test_a_rate_holds_until_the_next_one(world, architect):
    first, second = _set(world, "80", JAN, job_role=architect), _set(world, "84", JUL, job_role=architect)
    book = RateBook([world.mei.pk])
    assert [book.rate_on(world.mei.pk, day) for day in (APR, JUL - timedelta(days=1), JUL)] == [first, first, second]
    assert book.rate_of_role_on(architect.pk, JUL) == second


def test_nothing_is_written_over(world, architect):
    first = _set(world, "80", JAN, job_role=architect)
    second = _set(world, "82", JAN, job_role=architect)
    first.refresh_from_db()
    assert (first.cost, bool(first.ended_at), second.ended_at) == (Decimal(80), True, None)
    assert rate_on(world.mei, APR) == second
    rates.remove(actor=world.alma, rate=second)
    assert rate_on(world.mei, APR) is None
    assert Rate.objects.count() == 2
    with pytest.raises(Refused):
        rates.remove(actor=world.alma, rate=second)


@pytest.mark.parametrize("cost", ["-1", "0.001", "NaN", "Infinity", "10000000000"])
def test_an_amount_is_money_to_the_cent(world, architect, cost):
    with pytest.raises(Refused):
        _set(world, cost, JAN, job_role=architect)


def test_of_one_role_or_of_one_person_in_a_real_currency(world, architect):
    with pytest.raises(Refused):
        _set(world, "1", JAN)
    with pytest.raises(Refused):
        _set(world, "1", JAN, job_role=architect, person=world.mei)
    with pytest.raises(Refused):
        rates.create(actor=world.alma, space=world.root, valid_from=JAN, cost=Decimal(1), currency="eur", person=world.mei)


def test_who_may_not_see_rates_has_none(world, architect, signed_in):
    row = _set(world, "123.45", JAN, person=world.mei)
    for person in (world.boris, world.chen, world.mei, world.dana):
        assert not Rate.objects.visible_to(person).exists()
        assert rate_on(world.mei, APR, asker=person) is None
        with pytest.raises((Hidden, Denied)):
            rates.create(actor=person, space=world.root, valid_from=JAN, cost=Decimal(1), currency="EUR", person=person)
        with pytest.raises((Hidden, Denied)):
            rates.remove(actor=person, rate=row)
        client = signed_in(person)
        for path in (f"/people/{world.mei.pk}/", "/rates/", "/rates/export.csv", f"/job-roles/{architect.pk}/"):
            answer = client.get(path)
            body = b"".join(answer) if answer.streaming else answer.content
            assert b"123.45" not in body, (person, path)
    assert rate_on(world.mei, APR, asker=world.alma) == row
    assert b"123.45" in signed_in(world.alma).get(f"/people/{world.mei.pk}/").content


def test_an_executive_sees_the_person_and_no_rate(world, architect, signed_in):
    _set(world, "123.45", JAN, person=world.mei)
    executive = make.user(actor=world.admin, name="Eva", role="executive")
    assert b"123.45" not in signed_in(executive).get(f"/people/{world.mei.pk}/").content


def test_no_event_tells_an_amount(world, architect):
    row = _set(world, "123.45", JAN, person=world.mei)
    _set(world, "124.56", JAN, person=world.mei)
    told = str(list(Event.objects.filter(subject_kind="resources.rate").values_list("verb", "changes")))
    assert "rate.created" in told and "rate.replaced" in told
    assert "123" not in told and "124" not in told and not EventText.objects.filter(event__subject_id=row.pk, event__subject_kind="resources.rate").exists()


def test_a_book_of_many_people_takes_four_queries(world, architect):
    people = [make.user(actor=world.admin, name=f"P{n}") for n in range(12)]
    for person in people:
        person_roles.create(actor=world.alma, person=person, job_role=architect, starts_on=JAN)
    _set(world, "80", JAN, job_role=architect)
    with CaptureQueriesContext(connection) as asked:
        book = RateBook([p.pk for p in people])
        assert all(book.rate_on(p.pk, clock.today()) for p in people for _ in range(30))
    assert len(asked) == 4


def test_a_rate_counts_only_in_its_own_place_and_below(world, architect):
    """Two portfolios price the same role; neither price leaks into the other, and who is lent costs what they cost at home."""
    north = portfolios.create(actor=world.alma, parent=world.root, name="North", key="NOR")
    south = portfolios.create(actor=world.alma, parent=world.root, name="South", key="SOU")
    one, two = (make.project(actor=world.alma, name=f"P{p.pk}", parent=p.space) for p in (north, south))

    def price(cost, space, **of):
        return rates.create(actor=world.alma, space=space, valid_from=JAN, cost=Decimal(cost), currency="EUR", **of)

    assert RateBook([world.mei.pk]).rate_on(world.mei.pk, APR, one.space_id) is None
    in_north = price("60", north.space, job_role=architect)
    book = RateBook([world.mei.pk])
    assert book.rate_on(world.mei.pk, APR, one.space_id) == in_north
    assert book.rate_on(world.mei.pk, APR, two.space_id) is None, "South has none, and she is not employed in North"
    in_south, everywhere = price("90", south.space, job_role=architect), price("75", world.root, job_role=architect)
    book = RateBook([world.mei.pk])
    found = [book.rate_on(world.mei.pk, APR, at) for at in (one.space_id, two.space_id, world.project.space_id, None)]
    assert found == [in_north, in_south, everywhere, everywhere]
    employments.create(actor=world.alma, space=north.space, person=world.mei, starts_on=JAN)
    own = price("66", north.space, person=world.mei)
    book = RateBook([world.mei.pk])
    assert [book.rate_on(world.mei.pk, APR, at) for at in (one.space_id, two.space_id, None)] == [own, own, own], "lent, she costs what she costs at home"


def test_who_may_not_see_the_rate_that_counts_is_told_no_other(world, architect):
    north = portfolios.create(actor=world.alma, parent=world.root, name="North", key="NOR")
    rates.create(actor=world.alma, space=north.space, valid_from=JAN, cost=Decimal(60), currency="EUR", job_role=architect)
    rates.create(actor=world.alma, space=world.root, valid_from=JAN, cost=Decimal(95), currency="EUR", person=world.mei)
    head = make.user(actor=world.admin, name="Hana North", role="portfolio_manager", space=north.space)
    assert RateBook([world.mei.pk]).rate_on(world.mei.pk, APR, north.space_id).cost == 95
    assert RateBook([world.mei.pk], asker=head).rate_on(world.mei.pk, APR, north.space_id) is None
