"""Several choices and several people in one field."""

import pytest

from tandem.kit.errors import Refused
from tandem.reports.queries import filter_language
from tandem.work.actions import fields, work_items
from tandem.work.models import WorkItem
from tests import make


@pytest.fixture
def colour(world):
    return fields.create(actor=world.boris, space=world.project.space, name="Colour", kind="choice", choices=["Red", "Blue", "Dark, red"], is_several=True)


@pytest.fixture
def who(world):
    return fields.create(actor=world.boris, space=world.project.space, name="Reviewers", kind="person", is_several=True)


def item(world, **values):
    return make.work_item(actor=world.mei, project=world.project, fields=values)


def found(world, text):
    return set(WorkItem.objects.filter(filter_language.condition(text, world.mei)).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["Blue", "Red", "Blue"], ["Blue", "Red"]), ("Red, Blue", ["Red", "Blue"]), ("Red；Blue", ["Red", "Blue"]), ("Dark, red", ["Dark, red"]), ("Red", ["Red"]),
    ],
)  # fmt: skip
def test_it_takes_lists_and_texts(world, colour, given, kept):
    assert item(world, Colour=given).fields == {"Colour": kept}


def test_what_is_not_in_the_list_is_refused(world, colour, who):
    for values, code in (
        ({"Colour": ["Red", "Green"]}, "field_not_choice"), ({"Colour": [["Red"]]}, "field_not_choice"), ({"Colour": {"a": 1}}, "field_not_choice"),
        ({"Reviewers": [world.mei.pk, 999999]}, "field_not_person"), ({"Reviewers": [True]}, "field_not_person"), ({"Colour": ["Red"] * 51}, "field_too_many"),
    ):  # fmt: skip
        with pytest.raises(Refused) as problem:
            item(world, **values)
        assert problem.value.code == code
    assert item(world, Colour=[], Reviewers="").fields == {}


def test_filters_find_each_of_them(world, colour, who):
    both, one, none = item(world, Colour=["Red", "Blue"], Reviewers=[world.mei.pk, world.boris.pk]), item(world, Colour=["Dark, red"]), item(world)
    assert found(world, "colour:blue") == {both.pk} and found(world, "colour:red") == {both.pk} and found(world, 'colour:"dark, red"') == {one.pk}
    assert found(world, "-colour:red") == {one.pk, none.pk} and found(world, "colour:none") == {none.pk}
    assert found(world, "reviewers:me") == {both.pk} == found(world, "reviewers:boris")


def test_one_value_becomes_several_and_back(world):
    field = fields.create(actor=world.boris, space=world.project.space, name="Colour", kind="choice", choices=["Red", "Blue"])
    row = item(world, Colour="Red")
    field = fields.change(actor=world.boris, field=field, version=field.version, is_several=True)
    assert found(world, "colour:red") == {row.pk}
    row = work_items.change(actor=world.mei, item=row, version=row.version, fields={"Colour": ["Red", "Blue"]})
    fields.change(actor=world.boris, field=field, version=field.version, is_several=False)
    row = work_items.change(actor=world.mei, item=row, version=row.version, title="Other")
    assert row.fields == {"Colour": ["Red", "Blue"]}
