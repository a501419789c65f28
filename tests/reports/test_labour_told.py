"""Sums of labour and rates out of sight: whoever writes down everything that was told solves for nobody's rate."""

import random
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.people.models import Role
from tandem.reports.queries import labour as reads
from tandem.reports.queries import money as totals
from tandem.reports.queries.labour_told import Cell, told
from tandem.resources.actions import job_roles, person_roles, rates
from tandem.resources.models import TimeSheet
from tandem.work.models import TimeEntry
from tandem.work.models.time_lock import monday
from tests import make

MONTHS = [date(2026, month, 2) for month in range(1, 7)]


def solved(cells, names, rates_):
    """What an attacker has who solves the told sums: each rate that the equations fix, however many they combine."""
    kept = told(cells)
    rows = np.array([[cell.hours.get(name, 0.0) for name in names] for cell in cells if cell.key in kept])
    if not len(rows):
        return {}
    _u, size, vectors = np.linalg.svd(rows)
    rank = int((size > size.max() * 1e-10).sum())
    free = vectors[rank:]
    fixed = {name: rates_[n] for n, name in enumerate(names) if not len(free) or np.abs(free[:, n]).max() < 1e-7}
    unit = free / np.maximum(np.linalg.norm(free, axis=0), 1e-30)
    pairs = np.argwhere(np.triu(np.abs(unit.T @ unit) > 1 - 1e-9, 1))
    return fixed | {(names[one], names[other]): "the one follows from the other" for one, other in pairs}


def test_three_months_of_three_people_tell_no_rate():
    names, costs = ["a", "b", "c"], [61.2, 80.0, 95.5]
    cells = [Cell(n, dict(zip(names, hours, strict=True)), True) for n, hours in enumerate(((60, 80, 100), (100, 60, 80), (80, 100, 60)))]
    assert told(cells) == {0}, "the first; each other month would tell what two of them cost"
    assert solved(cells, names, costs) == {}
    rows = np.array([[cell.hours[name] for name in names] for cell in cells])
    assert np.linalg.solve(rows, rows @ costs) == pytest.approx(costs), "all three told would be each rate to the cent"


def test_the_same_hours_again_tell_nothing_new():
    assert told([Cell(n, {"a": 60.0, "b": 80.0, "c": 100.0}, True) for n in range(12)]) == set(range(12))


def test_two_unknowns_or_one_that_is_nearly_all_are_not_told():
    assert told([Cell(1, {"role": 400.0}, True), Cell(2, {"a": 50.0, "b": 50.0}, True), Cell(3, {"a": 160.0, "b": 1.0, "c": 1.0}, True)]) == set()


def test_the_difference_of_two_projects_tells_nobody():
    both = {"a": 60.0, "b": 60.0, "c": 60.0}
    assert told([Cell("one", both, True), Cell("two", both | {"d": 60.0}, True)]) == {"one"}, "two minus one would be d alone"


def test_the_difference_of_two_months_tells_not_the_difference_of_two_people():
    """The first minus the second would be a hundred hours of Ann less a hundred of Ben: who knows the one knows the other."""
    for shared in (50.0, 50.5):
        cells = [Cell(1, {"ann": 100.0, "cem": 50.0, "dan": 50.0}, True), Cell(2, {"cem": 50.0, "dan": shared, "ben": 100.0}, True)]
        assert told(cells) == {1}
    assert told([cells[0], Cell(2, {"cem": 50.0, "dan": 20.0, "ben": 100.0}, True)]) == {1, 2}, "here Dan stays between them"


def test_what_is_approved_later_keeps_its_place():
    hours = ({"a": 60, "b": 80, "c": 100}, {"a": 100, "b": 60, "c": 80})
    early = told([Cell(0, hours[0], False), Cell(1, hours[1], True)])
    late = told([Cell(0, hours[0], True), Cell(1, hours[1], True)])
    assert early == set() and late == {0}, "not the second first, and then both"


@settings(max_examples=80, deadline=None)
@given(st.integers(3, 9), st.integers(1, 30), st.integers(0, 10**6))
def test_no_rate_follows_from_any_course_of_months(people, months, seed):
    rng = random.Random(seed)
    names = list(range(people))
    cells = [Cell(n, {name: float(rng.randrange(1, 170)) for name in names if rng.random() < 0.8}, rng.random() < 0.8) for n in range(months)]
    assert solved(cells, names, names) == {}


@pytest.fixture
def months(world):
    """Three people whose rates Boris may not see, half a year of approved time with other hours each month."""
    late = make.user(actor=world.admin, name="Lena", role=Role.MEMBER)
    people, item, rng = [world.mei, world.chen, late], make.work_item(actor=world.boris, project=world.project), random.Random(3)
    entries = [TimeEntry(space_id=item.space_id, item=item, user=person, minutes=rng.randrange(60, 1400), day=day, recorded_by=world.alma) for day in MONTHS for person in people]
    TimeEntry.objects.bulk_create(entries)
    TimeSheet.objects.bulk_create(TimeSheet(space=world.root, person=person, week=monday(day), ends_on=date.fromordinal(monday(day).toordinal() + 6), state="approved") for day in MONTHS for person in people)
    return people, {(one.user_id, one.day.replace(day=1)): one.minutes / 60 for one in entries}


@pytest.mark.django_db
def test_the_months_that_a_project_manager_is_told_are_not_solved(world, months):
    people, hours = months
    for person, cost in zip(people, ("61.23", "80", "95.50"), strict=True):
        rates.create(actor=world.alma, space=world.root, valid_from=date(2025, 1, 1), cost=cost, currency="EUR", person=person)
    everything = reads.labour(world.alma, totals.places(world.alma, None), "EUR").by("month")
    rows = np.array([[hours[person.pk, month] for person in people] for month in everything])
    assert np.linalg.lstsq(rows, np.array([float(one.cost) for one in everything.values()]), rcond=None)[0] == pytest.approx([61.23, 80, 95.5], abs=0.01), "were all told"
    for place in (None, world.project.space):
        shown = {month: one.cost for month, one in reads.labour(world.boris, totals.places(world.boris, place), "EUR").by("month").items() if not one.untold}
        rows = np.array([[hours[person.pk, month] for person in people] for month in shown])
        assert len(shown) >= 1 and np.linalg.matrix_rank(rows) == 1, "never as many as it takes to solve for one of them"


@pytest.mark.django_db
def test_three_people_of_one_job_role_share_one_rate_and_it_is_not_told(world, months):
    people, _hours = months
    role = job_roles.create(actor=world.alma, space=world.root, name="Tester")
    for person in people:
        person_roles.create(actor=world.alma, person=person, job_role=role, starts_on=date(2025, 1, 1))
    rates.create(actor=world.alma, space=world.root, valid_from=date(2025, 1, 1), cost="77", currency="EUR", job_role=role)
    found = reads.labour(world.boris, totals.places(world.boris, None), "EUR")
    assert found.cost == 0 and found.untold == sum(one.minutes for one in found.shares)
    assert reads.labour(world.alma, totals.places(world.alma, None), "EUR").cost > 0
