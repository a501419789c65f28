"""One source read twice at once: one import comes after the other, and the second finds what the first has made."""

import threading
import time
from decimal import Decimal as D

import pytest
from django.db import transaction

from tandem.exchange.apply import Options, apply
from tandem.exchange.formats import open_source
from tandem.exchange.models import ExternalReference, Import
from tandem.people.models import Space
from tandem.portfolio.actions import cost_lines
from tandem.portfolio.models import CostLine
from tandem.work.models import WorkItem
from tests.exchange.files import UTC
from tests.exchange.test_ms_project_costs import PLAN, lines, plan, taken  # noqa: F401
from tests.governance.test_change_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def reading(path, world, into=None):
    def call():
        imported = Import.objects.create(space=Space.objects.get(parent=None), owner=world.alma, file_name=path.name)
        return apply(open_source(path), actor=world.alma, imported=imported, options=Options(zone=UTC, into=into, parent=None))["into"]["id"]

    return call


def test_a_new_plan_opens_one_project(world, plan):  # noqa: F811
    found = at_once(*[reading(plan, world)] * 3)
    assert len(set(found)) == 1, found
    assert (WorkItem.objects.filter(space=found[0]).count(), CostLine.objects.filter(space=found[0]).count()) == (2, 3)


def test_into_a_project_that_is_there(world, plan):  # noqa: F811
    space = world.project.space
    found = at_once(*[reading(plan, world, space)] * 3)
    assert found == [space.pk] * 3
    assert CostLine.objects.filter(space=space).count() == 3


def test_what_the_plan_changed_is_written_once(world, plan):  # noqa: F811
    space, _told = taken(plan, world)
    plan.write_text(PLAN.replace("123456", "200000").replace("<Name>Slab</Name>", "<Name>Deck</Name>"), encoding="utf-8")
    assert at_once(*[reading(plan, world)] * 3) == [space.pk] * 3
    assert len(lines(space)) == 3 and ExternalReference.objects.filter(space=space, kind="cost").count() == 3


def test_a_cost_that_is_edited_meanwhile_is_left_as_it_is(world, plan):  # noqa: F811
    space, _told = taken(plan, world)
    line = CostLine.objects.get(space=space, title="Piles")
    plan.write_text(PLAN.replace("77755", "88855"), encoding="utf-8")
    held = threading.Event()

    def edit():
        with transaction.atomic():
            cost_lines.change(actor=world.alma, cost_line=line, version=None, planned=D(5))
            held.set()
            time.sleep(1.5)

    def read():
        held.wait(10)
        return reading(plan, world)()

    assert space.pk in at_once(edit, read)
    assert [row[4] for row in lines(space) if row[0] == "Piles"] == [D(5)]
