"""Work that was closed without a result earns nothing: what it does to planned and earned value, reckoned by hand."""

from datetime import date, datetime
from decimal import Decimal as D

import pytest
from django.urls import reverse

from tandem.kit import clock
from tandem.reports.queries import earned_value as reads
from tandem.work.actions import baselines, states, work_items
from tandem.work.models import WorkItem
from tests import make
from tests.reports.test_earned_value import april, earns, item, milestone, standing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("april")]
__all__ = ["april"]
APRIL = (date(2026, 4, 1), date(2026, 4, 20))


def at(hour):
    return clock.held_at(datetime(2026, 4, 30, hour, tzinfo=clock.now().tzinfo))


def baseline(world, hour, name="Plan"):
    with at(hour):
        return baselines.take(actor=world.alma, space=world.project.space, name=name)


def give_up(world, row, hour=13):
    """As somebody does it: closed, without a result."""
    with at(hour):
        work_items.change(actor=world.alma, item=WorkItem.objects.get(pk=row.pk), version=None, state=make.state_of(world.project, "done"), is_given_up=True)


def figures(world, unit="hours"):
    with at(18):
        found = standing(world, unit).figures
    return found.budget, found.planned, found.earned


def said(world, signed_in, unit="hours"):
    with at(18):
        return signed_in(world.alma).get(reverse("earned_value", kwargs={"key": "POR"}), {"unit": unit}).content.decode()


def test_what_the_baseline_planned_stays_planned_and_earns_nothing_until_a_new_one(world, signed_in):
    """Four of ten hours: one done, one half done and then given up, one half done, one not begun."""
    item(world, planned=APRIL, estimate_minutes=600, done=True)
    doomed = item(world, planned=APRIL, estimate_minutes=600, percent_complete=50)
    item(world, planned=APRIL, estimate_minutes=600, percent_complete=50)
    item(world, planned=APRIL, estimate_minutes=600)
    baseline(world, 12)
    assert figures(world) == (2400, 2400, 600 + 300 + 300)
    give_up(world, doomed)
    assert figures(world) == (2400, 2400, 600 + 300), "the plan stands; what was half done came to nothing"
    assert "1 item that was closed without a result stays planned and earns nothing" in said(world, signed_in)
    with at(18):
        assert standing(world).left.done_unlogged == 1, "of what was given up nobody asks for time"
    baseline(world, 14, "Without it")
    assert figures(world) == (1800, 1800, 900)
    assert "1 item that was closed without a result is left out." in said(world, signed_in)


def test_without_a_baseline_the_plan_loses_what_was_given_up_and_earns_no_more(world):
    item(world, planned=APRIL, estimate_minutes=600, done=True)
    doomed = item(world, planned=APRIL, estimate_minutes=300)
    assert figures(world) == (900, 900, 600)
    give_up(world, doomed)
    assert figures(world) == (600, 600, 600)


def test_work_that_came_after_the_baseline_and_was_given_up_is_left_out(world):
    item(world, planned=APRIL, estimate_minutes=600)
    baseline(world, 12)
    give_up(world, item(world, planned=APRIL, estimate_minutes=300))
    assert figures(world) == (600, 600, 0)


def test_in_money_giving_up_makes_nobody_richer(world):
    """Two of four are done: half of 1,000.00 is earned. The third is given up: still half, until the plan is cut anew: two of three."""
    rows = [item(world, done=n < 2) for n in range(4)]
    make.cost_line(actor=world.alma, project=world.project, month=date(2026, 4, 1), planned=D("1000.00"))
    assert figures(world, "money") == (100_000, 100_000, 50_000)
    give_up(world, rows[2])
    assert figures(world, "money") == (100_000, 100_000, 50_000)
    baseline(world, 14)
    assert figures(world, "money") == (100_000, 100_000, 66_666)


def test_a_milestone_that_was_given_up_keeps_its_part_and_never_earns_it(world):
    """Three milestones share fifty hours, one is reached, two were planned by now."""
    earns(world, "milestones")
    item(world, planned=(date(2026, 4, 1), date(2026, 6, 1)), estimate_minutes=3000)
    milestone(world, date(2026, 4, 1), done=True)
    doomed = milestone(world, date(2026, 4, 20))
    milestone(world, date(2026, 7, 1))
    assert figures(world) == (3000, 2000, 1000)
    give_up(world, doomed)
    assert figures(world) == (3000, 2000, 1000), "the others are worth no more for it"
    baseline(world, 14)
    assert figures(world) == (3000, 1500, 1500), "the new baseline shares it out between two"
    with at(18):
        assert doomed.pk not in {step.id for step in standing(world).steps}


def test_a_state_that_means_given_up_counts_like_the_word_on_the_item(world):
    item(world, planned=APRIL, estimate_minutes=600, done=True)
    doomed = item(world, planned=APRIL, estimate_minutes=600)
    baseline(world, 12)
    with at(13):
        cancelled = states.add(actor=world.alma, space=world.project.space, name="Cancelled", category="done", is_given_up=True)
        work_items.move(actor=world.alma, item=WorkItem.objects.get(pk=doomed.pk), version=None, state=cancelled)
    assert figures(world) == (1200, 1200, 600)


def test_the_curve_never_falls_because_of_it(world):
    """On days gone by nothing was earned with it either, for only what is done has a day of its own."""
    doomed = item(world, planned=APRIL, estimate_minutes=600, percent_complete=100)
    item(world, planned=APRIL, estimate_minutes=600, done=True)
    baseline(world, 12)
    give_up(world, doomed)
    with at(18):
        course = [point.earned for point in reads.project(world.alma, world.project.space, "hours").course if point.earned is not None]
    assert course == sorted(course) and course[-1] == 600
