"""Fields of a team's own: what they take, what they refuse, what happens to values, and that one change can be taken back."""

import uuid

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.work.actions import fields, undoing, work_items
from tandem.work.models import FieldDefinition, State, WorkItem, WorkItemType
from tandem.work.models.field_values import words
from tests import make


@pytest.fixture
def space(world):
    return world.project.space


def field(world, name="Customer", kind="text", **values):
    return fields.create(actor=world.boris, space=world.project.space, name=name, kind=kind, **values)


def item(world, **values):
    return make.work_item(actor=world.mei, project=world.project, **values)


def write(world, row, key, value):
    return work_items.change(actor=world.mei, item=row, version=row.version, fields=row.fields | {key: value})


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  Acme ", "Acme"), ("text", 12, "12"), ("number", "1 200,5", 1200.5), ("number", 3, 3), ("number", "−2", -2), ("money", "99.999", 100),
        ("money", "1200.05", 1200.05), ("date", "2027-02-12", "2027-02-12"), ("choice", "Red", "Red"), ("link", "https://example.org/a?b=1", "https://example.org/a?b=1"),
        ("check", "yes", True), ("check", False, False),
    ],
)  # fmt: skip
def test_each_kind_keeps_its_values(world, kind, given, kept):
    more = {"choices": ["Red", "Blue"]} if kind == "choice" else {"currency": "eur"} if kind == "money" else {}
    field(world, kind=kind, **more)
    row = write(world, item(world), "Customer", given)
    row.refresh_from_db()
    assert row.fields == {"Customer": kept} and type(row.fields["Customer"]) is type(kept)
    assert write(world, row, "Customer", "").fields == {}


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("text", ["a"], "field_not_text"), ("text", "a\x00", "field_not_text"), ("text", "a" * 2001, "field_too_long"), ("number", "1,200", "field_not_number"),
        ("number", "many", "field_not_number"), ("number", "NaN", "field_not_number"), ("number", "1e999", "field_not_number"), ("number", True, "field_not_number"),
        ("money", "1e12", "field_not_number"), ("date", "12/02/2027", "field_not_date"), ("date", "0001-01-01", "field_not_date"), ("choice", "Green", "field_not_choice"),
        ("person", "999999", "field_not_person"), ("person", True, "field_not_person"), ("link", "javascript:alert(1)", "field_not_link"),
        ("link", "https://", "field_not_link"), ("link", "https://a b", "field_not_link"), ("check", "perhaps", "field_not_check"), ("check", {"a": 1}, "field_not_check"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_named(world, kind, given, code):
    more = {"choices": ["Red"]} if kind == "choice" else {"currency": "EUR"} if kind == "money" else {}
    field(world, kind=kind, **more)
    row = item(world)
    with pytest.raises(Refused) as problem:
        write(world, row, "Customer", given)
    assert problem.value.code == code and problem.value.params["name"] == "Customer"
    with pytest.raises(Refused):
        item(world, fields={"Customer": given})


def test_a_person_is_one_that_the_writer_sees(world):
    definition = field(world, kind="person")
    row = write(world, item(world), "Customer", str(world.boris.pk))
    assert row.fields == {"Customer": world.boris.pk}
    assert words(definition, world.boris.pk, {world.boris.pk: "Boris"}) == "Boris"


def test_a_definition_is_refused_where_it_makes_no_sense(world):
    field(world)
    for name, kind, more, code in (
        (" customer ", "text", {}, "name_taken"), ("", "text", {}, "title_empty"), ("2024", "number", {}, "field_name_plain"), ("A", "colour", {}, "choice_unknown"),
        ("A", "choice", {"choices": [" "]}, "field_without_choices"), ("A", "money", {"currency": "euro"}, "currency_unknown"),
        ("A", "choice", {"choices": [str(n) for n in range(201)]}, "choices_too_many"),
    ):  # fmt: skip
        with pytest.raises(Refused) as problem:
            field(world, name, kind, **more)
        assert problem.value.code == code
    other = make.project(actor=world.alma, name="Other")
    with pytest.raises(Refused):
        field(world, "B", types=list(WorkItemType.objects.filter(space=other.space)))


def test_only_who_plans_defines_and_a_stranger_sees_nothing(world, space):
    definition = field(world)
    for who, error in ((world.mei, Denied), (world.dana, Hidden)):
        for act in (
            lambda w: fields.create(actor=w, space=space, name="X", kind="text"), lambda w: fields.change(actor=w, field=definition, version=1, name="X"),
            lambda w: fields.retire(actor=w, field=definition), lambda w: fields.move(actor=w, field=definition, to=0),
        ):  # fmt: skip
            with pytest.raises(error):
                act(who)
    assert not FieldDefinition.objects.visible_to(world.dana).exists()


def test_a_field_keeps_its_values_through_another_name_and_through_retirement(world):
    definition = field(world)
    row = write(world, item(world), "Customer", "Acme")
    definition = fields.change(actor=world.boris, field=definition, version=1, name="Client")
    assert (definition.key, definition.word) == ("Customer", "customer")
    with pytest.raises(Stale):
        fields.change(actor=world.boris, field=definition, version=1, name="Other")
    definition = fields.retire(actor=world.boris, field=definition, version=definition.version)
    row.refresh_from_db()
    assert row.fields == {"Customer": "Acme"}
    fields.restore(actor=world.boris, field=definition)
    assert list(FieldDefinition.objects.active()) == [definition]


def test_types_choices_and_order_change_with_one_event_each(world, space):
    first, second = field(world), field(world, "Colour", "choice", choices=["Red", "Blue", "Red"])
    assert second.choices == ["Red", "Blue"]
    bug = WorkItemType.objects.get(space=space, name="Bug")
    before = Event.objects.count()
    second = fields.change(actor=world.boris, field=second, version=1, types=[bug])
    fields.change(actor=world.boris, field=second, version=second.version, types=[bug])
    fields.move(actor=world.boris, field=second, to=0)
    fields.move(actor=world.boris, field=second, to=0)
    assert [f.name for f in FieldDefinition.objects.in_order()] == ["Colour", "Customer"]
    assert Event.objects.count() == before + 2
    with pytest.raises(Refused) as problem:
        write(world, item(world), "Colour", "Red")
    assert problem.value.code == "field_other_type"
    assert write(world, item(world, type=bug), "Colour", "Red").fields == {"Colour": "Red"}
    assert first.rank == 0


def test_what_a_source_brought_stays_until_somebody_changes_it(world):
    row = item(world, fields={"Effort": "about three", "Other": [1, 2]})
    field(world, "Effort", "number")
    row = work_items.change(actor=world.mei, item=row, version=row.version, fields=row.fields | {"Other": "x"})
    assert row.fields == {"Effort": "about three", "Other": "x"}
    with pytest.raises(Refused):
        write(world, row, "Effort", "about four")


def test_a_needed_field_is_asked_for_when_work_begins(world):
    definition = field(world, is_required=True)
    row = item(world)
    doing = make.state_of(world.project, State.Category.IN_PROGRESS)
    for act in (
        lambda: work_items.move(actor=world.mei, item=WorkItem.objects.get(pk=row.pk), version=None, state=doing),
        lambda: item(world, state="in_progress"),
        lambda: work_items.change_many(actor=world.mei, items=[(WorkItem.objects.get(pk=row.pk), None)], state=doing),
    ):
        with pytest.raises(Refused) as problem:
            act()
        assert (problem.value.code, problem.value.params["fields"]) == ("move_needs_fields", "Customer")
    row.refresh_from_db()
    row = work_items.change(actor=world.mei, item=row, version=None, state=doing, fields={"Customer": "Acme"})
    assert row.state == doing
    fields.retire(actor=world.boris, field=definition)
    assert item(world, state="in_progress").state == doing


def test_one_field_is_taken_back_and_the_others_stay(world):
    field(world), field(world, "Effort", "number")
    row = write(world, item(world), "Customer", "Acme")
    run = uuid.uuid4()
    row = work_items.change(actor=world.mei, item=row, version=None, run=run, fields=row.fields | {"Effort": 3})
    assert Event.objects.order_by("-id").first().changes["fields"] == [{}, {"Effort": 3}]
    row = write(world, row, "Customer", "Bolt")
    assert undoing.undo(actor=world.mei, run=run) == (1, 0)
    assert WorkItem.objects.get(pk=row.pk).fields == {"Customer": "Bolt"}
    assert undoing.undo(actor=world.mei, run=run) == (0, 1)
