"""No hour of a person is firmly booked twice without a reason on record, whatever is booked, moved, filled and taken back."""

import contextlib
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.kit.errors import Denied, Hidden, Refused
from tandem.resources.actions import bookings, job_roles
from tandem.resources.models import Booking
from tests import make

FIRST = date(2026, 3, 2)


def _book(world, percent, **values) -> Booking:
    given_ = {"subject": world.project, "starts_on": FIRST, "ends_on": FIRST + timedelta(days=13), **values}
    return bookings.create(actor=values.pop("actor", world.alma), percent=Decimal(percent), **{k: v for k, v in given_.items() if k != "actor"})


def test_beyond_all_of_the_time_only_with_a_reason(world):
    _book(world, 60, person=world.mei, is_hard=True)
    with pytest.raises(Refused) as problem:
        _book(world, 50, person=world.mei, is_hard=True)
    assert (problem.value.code, problem.value.params["percent"]) == ("overbooked", "110")
    assert _book(world, 50, person=world.mei).override_reason == "", "a wish may be more than there is"
    over = _book(world, 50, person=world.mei, is_hard=True, override_reason=" Two weeks of overtime ")
    assert over.override_reason == "Two weeks of overtime"
    assert _book(world, 40, person=world.boris, is_hard=True, override_reason="Needless").override_reason == ""


def test_a_wish_becomes_firm_only_where_there_is_room(world):
    wish = _book(world, 70, person=world.mei)
    _book(world, 60, person=world.mei, is_hard=True)
    with pytest.raises(Refused):
        bookings.change(actor=world.alma, booking=wish, version=None, is_hard=True)
    bookings.change(actor=world.alma, booking=wish, version=None, is_hard=True, percent=Decimal(40))
    with pytest.raises(Refused):
        bookings.change(actor=world.alma, booking=wish, version=None, percent=Decimal(41))


def test_a_job_role_is_filled_by_a_person(world):
    role = job_roles.create(actor=world.alma, space=world.root, name="Architect")
    wanted = _book(world, 80, job_role=role, is_hard=True)
    _book(world, 30, person=world.mei, is_hard=True)
    with pytest.raises(Refused):
        bookings.fill(actor=world.alma, booking=wanted, person=world.mei, version=None)
    filled = bookings.fill(actor=world.alma, booking=Booking.objects.get(pk=wanted.pk), person=world.chen, version=None)
    assert (filled.person, filled.job_role) == (world.chen, role)


def test_one_person_role_or_team_and_a_sensible_share(world):
    role = job_roles.create(actor=world.alma, space=world.root, name="Architect")
    for values in ({}, {"person": world.mei, "percent_": 101}, {"job_role": role, "percent_": 0}, {"person": world.mei, "ends_on": FIRST - timedelta(days=1)}):
        with pytest.raises(Refused):
            _book(world, values.pop("percent_", 50), **values)
    assert _book(world, 250, job_role=role).percent == 250


def test_who_plans_the_project_wishes_and_who_manages_resources_settles(world):
    wish = _book(world, 50, person=world.mei, actor=world.boris)
    assert wish.booked_by == world.boris
    for actor in (world.mei, world.dana):
        with pytest.raises((Denied, Hidden)):
            _book(world, 50, person=actor, actor=actor)
    with pytest.raises(Denied):
        bookings.change(actor=world.boris, booking=wish, version=None, is_hard=True)
    assert not Booking.objects.visible_to(world.dana).exists()
    with pytest.raises(Refused):
        bookings.create(actor=world.alma, subject=world.product, person=world.mei, starts_on=FIRST, ends_on=FIRST, percent=Decimal(1))


_SHARE = st.sampled_from([10, 30, 50, 70, 100])
_STEP = st.one_of(
    st.tuples(st.just("book"), st.integers(0, 1), _SHARE, st.integers(0, 9), st.integers(0, 9), st.booleans(), st.booleans()),
    st.tuples(st.just("move"), st.integers(0, 9), _SHARE, st.integers(0, 9), st.integers(0, 9), st.booleans(), st.booleans()),
    st.tuples(st.just("fill"), st.integers(0, 9), st.integers(0, 1), st.booleans()),
    st.tuples(st.just("unsay"), st.integers(0, 9)),
    st.tuples(st.just("drop"), st.integers(0, 9)),
)


def test_no_hour_is_booked_twice_whatever_is_done(world):
    @settings(max_examples=40)
    @given(steps=st.lists(_STEP, min_size=3, max_size=14))
    def holds(steps):
        with transaction.atomic():
            for step in steps:
                with contextlib.suppress(Refused):
                    _do(world, step)
                _no_hour_twice(world)
            transaction.set_rollback(True)

    holds()


def _do(world, step) -> None:
    people = [world.mei, world.boris]
    rows = list(Booking.objects.order_by("pk"))
    if step[0] == "book":
        _kind, who, share, start, length, is_hard, has_reason = step
        starts = FIRST + timedelta(days=start)
        _book(world, share, person=people[who], starts_on=starts, ends_on=starts + timedelta(days=length), is_hard=is_hard, override_reason="We must" if has_reason else "")
        return
    if not rows:
        return
    row = rows[step[1] % len(rows)]
    if step[0] == "move":
        _kind, _which, share, start, length, is_hard, has_reason = step
        starts = FIRST + timedelta(days=start)
        more = {"override_reason": "We must"} if has_reason else {}
        bookings.change(actor=world.alma, booking=row, version=None, percent=Decimal(share), starts_on=starts, ends_on=starts + timedelta(days=length), is_hard=is_hard, **more)
    elif step[0] == "fill":
        bookings.fill(actor=world.alma, booking=row, person=people[step[2]], version=None, **({"override_reason": "We must"} if step[3] else {}))
    elif step[0] == "unsay":
        bookings.change(actor=world.alma, booking=row, version=None, override_reason="")
    else:
        bookings.remove(actor=world.alma, booking=row)


def _no_hour_twice(world) -> None:
    for person in (world.mei, world.boris):
        firm = list(Booking.objects.hard().filter(person=person))
        for n in range(20):
            day = FIRST + timedelta(days=n)
            of_day = [row for row in firm if row.starts_on <= day <= row.ends_on]
            assert sum(row.percent for row in of_day) <= 100 or any(row.override_reason for row in of_day), (person, day)


def test_the_page_says_why_it_refuses(world, signed_in):
    _book(world, 60, person=world.mei, is_hard=True)
    form = {
        "subject": f"portfolio.project:{world.project.pk}", "person": world.mei.pk, "starts_on": "2026-03-04", "ends_on": "2026-03-06", "percent": "50", "is_hard": "on",
    }
    client = signed_in(world.alma)
    answer = client.post("/bookings/new/", form)
    assert answer.status_code == 422 and "110" in answer.text
    assert client.post("/bookings/new/", form | {"override_reason": "Overtime"}).status_code == 302
    assert "Overtime" in client.get("/bookings/").text
    other = make.project(actor=world.alma, name="Merger", key="MRG")
    assert signed_in(world.boris).post("/bookings/new/", form | {"subject": f"portfolio.project:{other.pk}"}).status_code == 422
