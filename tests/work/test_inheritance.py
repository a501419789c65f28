"""Fields of a space above hold in the projects below and follow later changes; a project hides, it does not contradict."""

import pytest

from tandem.kit.errors import Denied, Refused
from tandem.people.models import Space
from tandem.portfolio.actions import portfolios
from tandem.work.actions import fields, work_items
from tandem.work.models import FieldDefinition, WorkItem
from tests import make


@pytest.fixture
def there(world):
    """A portfolio with one project in it."""
    portfolio = portfolios.create(actor=world.alma, parent=world.root, name="Digital")
    return portfolio.space, make.project(actor=world.alma, name="Inside", parent=portfolio.space)


def define(world, space, name="Region", kind="choice", **values):
    more = {"choices": ["North", "South"]} if kind == "choice" else {}
    return fields.create(actor=world.alma, space=space, name=name, kind=kind, **{**more, **values})


def below(field, project):
    return FieldDefinition.objects.get(origin=field, space=project.space)


def test_a_field_holds_below_and_follows(world, there):
    space, project = there
    field = define(world, space)
    row = make.work_item(actor=world.alma, project=project, fields={"Region": "North"})
    assert not FieldDefinition.objects.filter(space=world.project.space).exists()
    fields.change(actor=world.alma, field=field, version=field.version, name="Area", choices=["North", "East"])
    one = below(field, project)
    assert (one.name, one.choices, one.key, one.word) == ("Area", ["North", "East"], "Region", "region")
    row = work_items.change(actor=world.alma, item=row, version=row.version, fields={"Region": "East"})
    assert row.fields == {"Region": "East"}
    later = make.project(actor=world.alma, name="Later", parent=space)
    assert below(field, later).choices == ["North", "East"]


def test_it_is_changed_where_it_is_defined_and_only_hidden_below(world, there):
    space, project = there
    field = define(world, space)
    one = below(field, project)
    with pytest.raises(Refused) as problem:
        fields.change(actor=world.alma, field=one, version=one.version, name="Mine")
    assert problem.value.code == "field_follows"
    manager = make.user(actor=world.admin, name="Pia", role="project_manager", space=project.space)
    with pytest.raises(Refused):
        fields.create(actor=manager, space=project.space, name="region", kind="text")
    fields.retire(actor=manager, field=one)
    assert FieldDefinition.objects.get(pk=field.pk).retired_at is None
    fields.restore(actor=manager, field=FieldDefinition.objects.get(pk=one.pk))
    with pytest.raises(Denied):
        fields.change(actor=make.user(actor=world.admin, name="Vera", role="stakeholder"), field=field, version=field.version, name="X")


def test_what_is_hidden_below_stays_hidden_when_the_field_comes_back(world, there):
    space, project = there
    other = make.project(actor=world.alma, name="Second", parent=space)
    field = define(world, space)
    fields.retire(actor=world.alma, field=below(field, other))
    fields.retire(actor=world.alma, field=field)
    assert below(field, project).retired_at
    with pytest.raises(Refused) as problem:
        fields.restore(actor=world.alma, field=below(field, project))
    assert problem.value.code == "field_retired_above"
    fields.restore(actor=world.alma, field=FieldDefinition.objects.get(pk=field.pk))
    assert below(field, project).retired_at is None and below(field, other).retired_at


def test_a_field_of_the_same_kind_follows_from_now_on_one_of_another_kind_stays(world, there):
    space, project = there
    other = make.project(actor=world.alma, name="Second", parent=space)
    mine = define(world, project.space, choices=["West"])
    text = define(world, other.space, kind="text")
    field = define(world, space)
    mine.refresh_from_db()
    text.refresh_from_db()
    assert (mine.origin_id, mine.choices) == (field.pk, ["North", "South"]) and (text.origin_id, text.kind) == (None, "text")


def test_formulas_and_roll_ups_from_above_are_computed_below(world):
    root = Space.objects.get(parent=None)
    row = make.work_item(actor=world.mei, project=world.project, estimate_points=3)
    cost = define(world, root, "Cost", "number")
    score = define(world, root, "Score", "formula", formula="points * default(cost, 10)")
    define(world, root, "Total", "rollup", how="sum", summed="score")
    part = make.work_item(actor=world.mei, project=world.project, parent=row, estimate_points=1, fields={"Cost": 4})
    at = dict(WorkItem.objects.values_list("pk", "derived"))
    assert (at[row.pk]["Score"], at[row.pk]["Total"], at[part.pk]["Score"]) == (30, 4, 4)
    fields.change(actor=world.alma, field=score, version=score.version, formula="points + 1")
    assert WorkItem.objects.get(pk=row.pk).derived["Total"] == 2
    with pytest.raises(Refused):
        fields.retire(actor=world.alma, field=score)
    assert fields.retire(actor=world.alma, field=cost).retired_at
