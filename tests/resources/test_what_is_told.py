"""Why somebody is away, what money is called, and what is settled: no way round what one may know or undo."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tandem.automation import payloads
from tandem.automation.models import Delivery, Hook
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused, Stale
from tandem.people.actions import users
from tandem.people.models import Role
from tandem.portfolio.actions import cost_lines, portfolios
from tandem.portfolio.models import CostLine
from tandem.resources.actions import bookings, employments, time_off
from tandem.resources.models import Booking, Employment, TimeOff
from tests import make

THEN, NOW = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def north(world):
    """A portfolio of its own, and who manages it; Mei works in another project of the organisation."""
    portfolio = portfolios.create(actor=world.alma, name="North", parent=world.root)
    nora = make.user(actor=world.admin, name="Nora", role=Role.PORTFOLIO_MANAGER, space=portfolio.space, email="nora@example.org")
    return portfolio.space, nora


def test_nobody_makes_themselves_the_manager_of_somebody_kept_elsewhere(world, north):
    space, nora = north
    with clock.held_at(THEN):
        row = time_off.ask(actor=world.mei, person=world.mei, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 10), kind="sickness")
    for person, starts_on in ((world.mei, date(2020, 1, 1)), (world.dana, date(2027, 1, 1))):
        with pytest.raises(Refused, match="kept_elsewhere"):
            employments.create(actor=nora, space=space, person=person, starts_on=starts_on, manager=nora)
    employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    for starts_on, ends_on in ((date(2020, 1, 1), date(2025, 12, 31)), (date(2027, 1, 1), None)):
        with pytest.raises(Refused, match="kept_elsewhere"):
            employments.create(actor=nora, space=space, person=world.mei, starts_on=starts_on, ends_on=ends_on, manager=nora)
    assert not TimeOff.objects.visible_to(nora).filter(pk=row.pk).exists()


def test_an_old_term_of_ones_own_is_no_way_to_somebody_who_went_on(world, north):
    space, nora = north
    old = employments.create(actor=world.alma, space=space, person=world.mei, starts_on=date(2024, 1, 1), ends_on=date(2025, 12, 31))
    employments.change(actor=nora, employment=old, version=None, percent=80)
    employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    for values in ({"manager": nora}, {"starts_on": date(2027, 1, 1), "ends_on": None}):
        with pytest.raises(Refused, match="kept_elsewhere"):
            employments.change(actor=nora, employment=old, version=None, **values)
    employments.change(actor=nora, employment=Employment.objects.get(pk=old.pk), version=None, percent=60)


def test_whom_a_portfolio_manager_takes_on(world, north):
    space, nora = north
    own = make.user(actor=world.admin, name="Nils", role=Role.MEMBER, space=space, email="nils@example.org")
    stands_for = make.user(actor=world.admin, name="N. N.", email="nn@example.org")
    type(stands_for).objects.filter(pk=stands_for.pk).update(is_placeholder=True)
    stands_for.refresh_from_db()
    for person in (own, stands_for):
        assert employments.create(actor=nora, space=space, person=person, starts_on=date(2026, 1, 1), manager=nora).pk


def test_a_manager_does_not_see_what_was_over_before_they_were_written_down(world):
    with clock.held_at(THEN):
        employments.create(actor=world.alma, space=world.root, person=world.mei, starts_on=date(2025, 1, 1), manager=world.chen)
        past = time_off.ask(actor=world.mei, person=world.mei, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 10), kind="sickness")
        coming = time_off.ask(actor=world.mei, person=world.mei, starts_on=date(2026, 7, 1), ends_on=date(2026, 7, 3))
    assert set(TimeOff.objects.visible_to(world.chen)) == {past, coming}
    with clock.held_at(NOW):
        employments.change(actor=world.alma, employment=Employment.objects.get(), version=None, manager=world.boris)
        ill = time_off.ask(actor=world.mei, person=world.mei, starts_on=date(2026, 5, 28), ends_on=date(2026, 5, 29), kind="sickness")
        assert set(TimeOff.objects.visible_to(world.boris)) == {coming, ill}, "what was over and asked for by then stays untold"
        with pytest.raises(Denied):
            time_off.decide(actor=world.boris, time_off=past, version=None, is_approved=True)
        assert time_off.decide(actor=world.boris, time_off=ill, version=None, is_approved=True).state == "approved"
    assert not TimeOff.objects.visible_to(world.chen).exists()


def _api(client, user, path):
    _, secret = users.create_token(actor=user, name="t", scope="read")
    return client.get(path, HTTP_AUTHORIZATION=f"Bearer {secret}")


def test_words_about_money_are_told_to_those_who_see_costs(world, client, signed_in):
    line = make.cost_line(actor=world.boris, project=world.project, title="Secret crane", supplier="Quiet Ltd", committed="900")
    make.budget(actor=world.alma, project=world.project, amount="1000")
    make.budget(actor=world.alma, project=world.project, amount="-500", override="The supplier blackmails us")
    path = f"/api/v1/projects/{world.project.pk}/history/"
    for person, sees in ((world.boris, True), (world.alma, True), (world.mei, False), (world.chen, False)):
        answer = _api(client, person, path)
        assert answer.status_code == 200 and "budget.entered" in answer.text
        assert ("blackmails" in answer.text) is sees, person
        page = signed_in(person).get(f"/projects/{world.project.pk}/")
        assert page.status_code == 200 and ("blackmails" in page.text) is sees, person
    for owner, sees in ((world.boris, True), (world.chen, False)):
        hook = Hook(pk=1, owner=owner, space=world.project.space, name="Chat")
        for event in Event.objects.filter(space=world.project.space).filter(verb__in=("budget.entered", "cost_line.created")):
            told = str(payloads.of(Delivery(hook=hook, event_id=event.pk)))
            assert "blackmails" not in told or sees
            assert ("Secret crane" in told) is (sees and event.verb == "cost_line.created"), owner
            assert ("Quiet Ltd" in told) is (sees and event.verb == "cost_line.created"), owner
    cost_lines.change(actor=world.boris, cost_line=CostLine.objects.get(pk=line.pk), version=None, title="Crane")
    assert "Secret crane" in signed_in(world.boris).get(f"/costs/{line.pk}/").text, "who sees costs reads what it was called before"


def test_what_is_firm_is_loosened_by_who_may_make_it_firm(world):
    days = {"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 13)}
    firm = bookings.create(actor=world.alma, subject=world.project, person=world.mei, percent=Decimal(50), is_hard=True, **days)
    for values in ({"is_hard": False}, {"ends_on": days["starts_on"]}, {"percent": Decimal(1)}, {"person": world.chen}, {"is_hard": False, "person": world.chen}):
        with pytest.raises(Denied):
            bookings.change(actor=world.boris, booking=Booking.objects.get(pk=firm.pk), version=None, **values)
    with pytest.raises(Denied):
        bookings.remove(actor=world.boris, booking=firm)
    noted = bookings.change(actor=world.boris, booking=Booking.objects.get(pk=firm.pk), version=None, note="Bring a helmet", is_hard=True, percent=Decimal(50))
    assert noted.note == "Bring a helmet"
    seen = Booking.objects.get(pk=firm.pk)
    soft = bookings.change(actor=world.alma, booking=noted, version=None, is_hard=False)
    bookings.change(actor=world.boris, booking=soft, version=None, ends_on=days["starts_on"] + timedelta(3))
    with pytest.raises(Denied):
        bookings.remove(actor=world.boris, booking=seen)
    bookings.remove(actor=world.boris, booking=Booking.objects.get(pk=firm.pk))
    wish = bookings.create(actor=world.boris, subject=world.project, person=world.mei, percent=Decimal(50), **days)
    before = Booking.objects.get(pk=wish.pk)
    bookings.change(actor=world.alma, booking=wish, version=None, is_hard=True)
    with pytest.raises(Stale):  # settled meanwhile: a page from before does not take it away
        bookings.remove(actor=world.boris, booking=before)
