"""Formulas and roll-ups: what they yield, what they refuse and where, and that they stay right whatever happens to items."""

import uuid
from datetime import UTC, date, datetime

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Refused
from tandem.work.actions import (
    bulk,
    derived,
    fields,
    relocations,
    takeovers,
    time_entries,
    undoing,
    work_items,
)
from tandem.work.models import FieldDefinition, WorkItem, WorkItemType
from tandem.work.models.field import BASIS, GAPS
from tests import make


@pytest.fixture
def space(world):
    return world.project.space


def define(world, name, kind, **values):
    return fields.create(actor=world.boris, space=world.project.space, name=name, kind=kind, **values)


def formula(world, text, name="Score"):
    return define(world, name, "formula", formula=text)


def rollup(world, how="sum", of="points", name="Total", **values):
    return define(world, name, "rollup", how=how, summed=of, **values)


def item(world, **values):
    return make.work_item(actor=world.mei, project=world.project, **values)


def change(world, row, **values):
    row.refresh_from_db()
    return work_items.change(actor=world.mei, item=row, version=row.version, **values)


def held(row, key="Score"):
    return WorkItem.objects.get(pk=row.pk).derived.get(key)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("points * 2", "number", 10), ("0.1 + 0.2", "number", 0.3), ("hours / points", "number", 0.3), ("due - start", "number", 11), ("due + 7", "date", "2027-02-19"),
        ("max(due, start)", "date", "2027-02-12"), ("if(done, 'over', 'open')", "text", "open"), ("due > start and points >= 5", "check", True), ("点数 + 1", "number", 6),
        ("if(colour = 'Red', value * 2, 0)", "number", 84), ("default(priority, 1)", "number", 1), ("spent", "number", 0), ("signed - due", "number", -1), ("points_field", "number", 7),
        ("if(agreed, 1, 0)", "number", 1), ("round(points / 3, 1)", "number", 1.7),
    ],
)  # fmt: skip
def test_a_formula_reads_what_an_item_has(world, text, kind, value):
    for name, one, more in (
        ("Colour", "choice", {"choices": ["Red", "Blue"]}), ("Value", "money", {"currency": "EUR"}), ("Signed", "date", {}), ("Agreed", "check", {}), ("Points", "number", {}),
    ):  # fmt: skip
        define(world, name, one, **more)
    field = formula(world, text)
    row = item(
        world, estimate_points=5, estimate_minutes=90, due_on=date(2027, 2, 12), planned_start=datetime(2027, 2, 1, 8, tzinfo=UTC),
        fields={"Colour": "Red", "Value": 42, "Signed": "2027-02-11", "Agreed": "yes", "Points": 7},
    )  # fmt: skip
    assert (field.result, held(row)) == (kind, value)


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("", "formula_empty", None), ("points +", "formula_unreadable", 9), ("point * 2", "formula_name", 1), ("2 * avg(points)", "formula_function", 5),
        ("due * 2", "formula_days", 1), ("due + start", "formula_days", 1), ("if(done, due, points)", "formula_days", 1), ("points + 3 days", "formula_units", 10),
        ("5 days", "formula_unit", None), ("normalise(points)", "formula_one_item", 1), ("points and done", "formula_not_a_truth", 1), ("round()", "formula_wrong_number_of_parts", 1),
        ("'a' * 2", "formula_not_a_number", 1), ("if(done, 1, 'a')", "formula_kinds_differ", 13), ("points; 1", "formula_unreadable", 7), ("__import__('os')", "formula_function", 1),
        ("(" * 60 + "1" + ")" * 60, "formula_unreadable", 41),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_refused_with_its_place(world, text, code, at):
    with pytest.raises(Refused) as problem:
        formula(world, text)
    assert problem.value.code == code and problem.value.params.get("at") == at


def test_a_missing_value_is_no_value_and_says_why(world):
    formula(world, "hours / points")
    row = item(world, estimate_minutes=60)
    assert WorkItem.objects.get(pk=row.pk).derived == {GAPS: {"Score": ["missing", "points"]}}
    change(world, row, estimate_points=0)
    assert WorkItem.objects.get(pk=row.pk).derived == {GAPS: {"Score": ["division_by_zero"]}}
    change(world, row, estimate_points=0.5)
    assert WorkItem.objects.get(pk=row.pk).derived == {"Score": 2}


def test_formulas_stand_on_formulas_and_never_run_in_a_circle(world):
    first = formula(world, "points + 1", "First")
    second = formula(world, "first * 2", "Second")
    row = item(world, estimate_points=2)
    assert held(row, "Second") == 6
    for text, path in (("second + 1", "First → Second → First"), ("first", "First → First")):
        with pytest.raises(Refused) as problem:
            fields.change(actor=world.boris, field=first, version=first.version, formula=text)
        assert problem.value.code == "formula_circle" and problem.value.params["path"].startswith(path)
    with pytest.raises(Refused) as problem:
        fields.retire(actor=world.boris, field=first)
    assert problem.value.code == "field_used" and problem.value.params["users"] == "Second"
    fields.change(actor=world.boris, field=first, version=first.version, formula="points + 2")
    assert held(row, "Second") == 8
    fields.retire(actor=world.boris, field=second)
    assert held(row, "Second") is None and held(row, "First") == 4


def test_a_computed_field_is_not_written_and_no_change_of_anybody(world):
    formula(world, "points * 2")
    row = item(world, estimate_points=1)
    with pytest.raises(Refused) as problem:
        change(world, row, fields={"Score": 99})
    assert problem.value.code == "field_computed"
    events = Event.objects.count()
    row = change(world, row, estimate_points=3)
    assert held(row) == 6 and row.version == 2 and Event.objects.count() == events + 1


@pytest.mark.parametrize(
    ("how", "of", "is_deep", "value", "basis"),
    [
        ("sum", "points", True, 11, [3, 4]), ("sum", "points", False, 3, [1, 2]), ("average", "points", True, 3.66666666667, [3, 4]), ("min", "points", True, 3, [3, 4]),
        ("max", "points", True, 5, [3, 4]), ("count", "", True, 4, [4, 4]), ("count", "points", True, 3, [3, 4]), ("count", "", False, 2, [2, 2]),
        ("max", "due", True, "2027-03-01", [2, 4]), ("min", "due", True, "2027-02-01", [2, 4]), ("count", "done", True, 1, [1, 4]),
    ],
)  # fmt: skip
def test_a_roll_up_of_everything_below_or_of_the_parts(world, how, of, is_deep, value, basis):
    top = item(world, estimate_points=100)
    middle = item(world, parent=top)
    item(world, parent=top, estimate_points=3, due_on=date(2027, 2, 1))
    item(world, parent=middle, estimate_points=5, due_on=date(2027, 3, 1))
    item(world, parent=middle, estimate_points=3, state="done")
    rollup(world, how, of, is_deep=is_deep)
    row = WorkItem.objects.get(pk=top.pk)
    assert row.derived["Total"] == value and row.derived[BASIS]["Total"][:2] == basis
    assert WorkItem.objects.get(pk=middle.pk).derived["Total"] is not None


def totals(*rows):
    return [held(row, "Total") for row in rows]


def test_it_stays_right_through_changes_moves_removal_and_undo(world):
    rollup(world)
    top, other = item(world), item(world)
    middle = item(world, parent=top)
    leaf = item(world, parent=middle, estimate_points=2)
    assert totals(top, middle, other, leaf) == [2, 2, None, None]
    run = uuid.uuid4()
    change(world, leaf, estimate_points=7, run=run)
    assert totals(top, middle) == [7, 7]
    undoing.undo(actor=world.mei, run=run)
    assert totals(top, middle) == [2, 2]
    change(world, middle, parent=other)
    assert totals(top, other) == [None, 2]
    leaf.refresh_from_db()
    work_items.remove(actor=world.mei, item=leaf, version=leaf.version)
    assert totals(other, middle) == [None, None]
    leaf.refresh_from_db()
    work_items.restore(actor=world.mei, item=leaf, version=leaf.version)
    assert totals(other, middle) == [2, 2]


def test_a_relocation_is_counted_where_the_item_is(world):
    rollup(world)
    there = make.project(actor=world.alma, name="Other")
    fields.create(actor=world.alma, space=there.space, name="Total", kind="rollup", how="sum", summed="points")
    top = item(world)
    part = item(world, parent=top)
    item(world, parent=part, estimate_points=4)
    part.refresh_from_db()
    moved = relocations.relocate(actor=world.alma, item=part, version=part.version, space=there.space)
    assert totals(top, moved) == [None, 4]
    relocations.take_back(actor=world.alma, item=WorkItem.objects.get(pk=moved.pk))
    assert totals(top, part) == [4, 4]


def test_many_changes_are_counted_once_at_the_end(world, django_assert_max_num_queries):
    rollup(world)
    top = item(world)
    rows = [item(world, parent=top, estimate_points=1) for _ in range(6)]
    steps = [bulk.Step(WorkItem.objects.get(pk=row.pk), None, {"estimate_points": 2.0}) for row in rows]
    with django_assert_max_num_queries(12 + 6 * 9):
        bulk.apply(actor=world.mei, steps=steps, run=uuid.uuid4())
    assert totals(top) == [12]
    assert all(not one.code for one in bulk.rehearse(actor=world.mei, steps=steps))
    assert totals(top) == [12]


def test_rows_that_came_in_bulk_are_counted(world, space):
    rollup(world)
    top = item(world)
    story = WorkItemType.objects.get(space=space, name="Story")
    rows = [WorkItem(title=str(n), type=story, state=top.state, parent=top, estimate_points=n) for n in range(4)]
    work_items.create_many(actor=world.boris, space=space, items=rows, assignments=[], changes=[])
    assert totals(top) == [6]


def test_a_chinese_name_means_the_same_field(world):
    assert rollup(world, of="点数").summed == "points"
    assert formula(world, "点数 * 2 + total").result == "number"


def test_a_type_without_the_field_in_between_passes_on(world, space):
    epic = WorkItemType.objects.get(space=space, name="Epic")
    rollup(world, types=[epic])
    top, middle = item(world, type=epic), item(world)
    change(world, middle, parent=top)
    item(world, parent=middle, estimate_points=5)
    assert totals(top, middle) == [5, None]


def test_a_roll_up_of_money_keeps_its_currency_and_formulas_stand_on_it(world):
    define(world, "Cost", "money", currency="EUR")
    field = rollup(world, of="cost")
    assert (field.result, field.currency) == ("money", "EUR")
    formula(world, "total + default(cost, 0)")
    top = item(world, fields={"Cost": 10})
    item(world, parent=top, fields={"Cost": "2.5"})
    assert (held(top, "Total"), held(top)) == (2.5, 12.5)
    for how, of, code in (("sum", "due", "rollup_kind"), ("sum", "colour", "rollup_name"), ("sum", "", "rollup_name"), ("median", "points", "choice_unknown")):
        with pytest.raises(Refused) as problem:
            rollup(world, how, of, name="Wrong")
        assert problem.value.code == code


def test_what_is_stored_is_what_a_fresh_computation_gives(world, space):
    """The same after any order of writes as when all is computed anew."""
    rollup(world)
    formula(world, "default(total, 0) + default(points, 0)")
    rows = [item(world, estimate_points=n) for n in range(8)]
    for part, parent in ((1, 0), (2, 1), (3, 1), (4, 0), (5, 4), (6, 5), (4, 2), (3, None), (5, 3), (2, 7)):
        change(world, rows[part], parent=rows[parent] if parent is not None else None, estimate_points=float(part * 2))
    before = dict(WorkItem.objects.filter(space=space).values_list("pk", "derived"))
    derived.settle(space.pk)
    assert dict(WorkItem.objects.filter(space=space).values_list("pk", "derived")) == before


def test_many_items_are_computed_by_a_job(world, space, monkeypatch):
    row, asked = item(world, estimate_points=4), []
    monkeypatch.setattr(derived, "AT_ONCE", 0)
    monkeypatch.setattr(derived.jobs, "enqueue", lambda name, **values: asked.append((name, values["space_id"])))
    formula(world, "points * 2")
    assert asked == [("work.derive", space.pk)] and held(row) is None
    derived.settle(space.pk)
    assert held(row) == 8


def test_another_project_takes_over_what_is_computed_behind_what_it_stands_on(world, space):
    formula(world, "points + 1", "Last")
    define(world, "Effort", "number")
    field = FieldDefinition.objects.get(name="Last")
    fields.change(actor=world.boris, field=field, version=field.version, formula="effort + points")
    rollup(world, of="last")
    other = make.project(actor=world.alma, name="Other")
    assert takeovers.take_over(actor=world.alma, space=other.space, source=space)["fields"] == 3
    part = make.work_item(actor=world.alma, project=other, estimate_points=1, fields={"Effort": 2}, parent=make.work_item(actor=world.alma, project=other))
    assert held(part.parent, "Total") == 3


def test_time_that_is_logged_counts_at_once(world):
    formula(world, "spent - hours")
    item = make.work_item(actor=world.boris, project=world.project, estimate_minutes=60)
    entry = time_entries.log(actor=world.boris, item=item, minutes=90)
    item.refresh_from_db()
    assert list(item.derived.values()) == [0.5]
    time_entries.remove(actor=world.boris, entry=entry)
    item.refresh_from_db()
    assert list(item.derived.values()) == [-1.0]
