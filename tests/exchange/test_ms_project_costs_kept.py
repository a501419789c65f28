"""Costs of a plan of MS Project that was read before: what is kept when the file, or somebody here, says something else."""

from decimal import Decimal as D

import pytest

from tandem.history.models import Event
from tandem.portfolio.actions import cost_lines
from tandem.portfolio.models import CostLine
from tandem.reports.queries import money
from tandem.work.models import WorkItem
from tests.exchange.test_ms_project import export
from tests.exchange.test_ms_project_costs import IN, PLAN, lines, plan, reasons, taken  # noqa: F401

pytestmark = pytest.mark.django_db


def test_of_what_came_in_part_the_rest_is_still_expected(world, plan):  # noqa: F811
    space, _told = taken(plan, world)
    total = money.money(world.alma, frozenset({space.pk}), "GBP").total
    assert (total.planned, total.actual, total.outlook) == (D("3012.12"), D("500.25"), D("3012.12"))


def test_a_line_that_got_another_currency_here_changes_no_other(world, plan):  # noqa: F811
    plan.write_text(PLAN.replace("<CurrencyCode>GBP</CurrencyCode>", ""), encoding="utf-8")
    space, _told = taken(plan, world, currency="USD")
    first = CostLine.objects.filter(space=space).order_by("id").first()
    cost_lines.change(actor=world.alma, cost_line=first, version=None, currency="EUR")
    taken(plan, world)
    assert sorted(row[3] for row in lines(space)) == ["EUR", "USD", "USD"]


def test_a_file_that_says_no_costs_takes_none_away(world, plan, tmp_path):  # noqa: F811
    space, _told = taken(plan, world)
    told = taken(export(world.mei, space, tmp_path), world)[1]
    assert lines(space) == IN and [row["count"] for row in told["not_taken_over"] if row["code"] == "costs_missing"] == [3]


def test_an_amount_that_cannot_be_read_is_told(world, plan):  # noqa: F811
    plan.write_text(PLAN.replace("77755", "777,55").replace("100001", "1e30").replace("123456", "NaN"), encoding="utf-8")
    space, told = taken(plan, world)
    assert {row["what"]: row["count"] for row in told["not_taken_over"] if row["code"] == "cost_below_nothing"} == {"Task.FixedCost": 2, "Assignment.Cost": 1}
    assert not lines(space)


def test_a_task_that_is_out_of_the_plan_costs_nothing(world, plan):  # noqa: F811
    plan.write_text(PLAN.replace("<UID>2</UID><ID>2</ID><Name>Slab</Name>", "<UID>2</UID><ID>2</ID><Name>Slab</Name><Active>0</Active>").replace("<Name>Piles</Name>", "<Name>Piles</Name><ExternalTask>1</ExternalTask>"), encoding="utf-8")
    space, told = taken(plan, world)
    assert [row[0] for row in lines(space)] == ["Quay"]
    assert {row["what"] for row in told["not_taken_over"] if row["code"] == "cost_out_of_plan"} == {"Task.FixedCost", "Assignment.Cost"}


def test_what_the_plan_lost_is_counted_and_what_both_lost_is_not_told(world, plan):  # noqa: F811
    space, _told = taken(plan, world)
    cost_lines.remove(actor=world.alma, cost_line=CostLine.objects.get(space=space, title="Piles"))
    plan.write_text(PLAN.replace("<FixedCost>77755</FixedCost>", "").replace("<FixedCost>100001</FixedCost>", ""), encoding="utf-8")
    told = taken(plan, world)[1]
    assert [note["params"]["count"] for note in told["notes"] if note["code"] == "costs_gone"] == [1] and not reasons(told)


def test_a_sign_that_was_answered_answers_for_no_other(world, plan):  # noqa: F811
    text = PLAN.replace("<CurrencyCode>GBP</CurrencyCode>", "")
    plan.write_text(text, encoding="utf-8")
    space, _told = taken(plan, world, currency="USD")
    plan.write_text(text.replace(">$<", ">¥<").replace("77755", "88855"), encoding="utf-8")
    assert reasons(taken(plan, world)[1]) == {"currency_unknown"}
    assert {row[3] for row in lines(space)} == {"USD"}


def test_a_field_of_ones_own_that_holds_money_is_no_field_that_everybody_reads(world, plan):  # noqa: F811
    names = "<ExtendedAttributes><ExtendedAttribute><FieldID>188743786</FieldID><FieldName>Cost1</FieldName><Alias>Fee</Alias></ExtendedAttribute><ExtendedAttribute><FieldID>188743731</FieldID><FieldName>Text1</FieldName><Alias>Berth</Alias></ExtendedAttribute></ExtendedAttributes>"
    values = "<ExtendedAttribute><FieldID>188743786</FieldID><Value>9876500</Value></ExtendedAttribute><ExtendedAttribute><FieldID>188743731</FieldID><Value>North</Value></ExtendedAttribute>"
    text = PLAN.replace("<Calendars>", names + "<Calendars>", 1).replace("<FixedCostAccrual>1</FixedCostAccrual></Task>", f"<FixedCostAccrual>1</FixedCostAccrual>{values}</Task>")
    plan.write_text(text, encoding="utf-8")
    space, told = taken(plan, world)
    item = WorkItem.objects.get(space=space, title="Piles")
    assert item.fields["Berth"] == "North" and "Fee" not in item.fields
    assert not Event.objects.filter(space=space, changes__icontains="98765").exists()
    assert [row["what"] for row in told["not_taken_over"] if row["code"] == "custom_cost"] == ["Task.Fee"]
