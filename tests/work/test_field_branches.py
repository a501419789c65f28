"""A choice whose list depends on another one: what fits, what is taken away, what follows from above, what comes back."""

import uuid

import pytest
from django.urls import reverse

from tandem.kit.errors import Refused
from tandem.portfolio.actions import portfolios
from tandem.reports.queries import filter_language
from tandem.work.actions import fields, takeovers, undoing, work_items
from tandem.work.models import FieldDefinition, WorkItem
from tests import make

CITIES = {"Germany": ["Berlin", "Hamburg"], "China": ["Ningbo"]}


def define(world, space=None, actor=None):
    space, actor = space or world.project.space, actor or world.alma
    country = fields.create(actor=actor, space=space, name="Country", kind="choice", choices=["Germany", "China", "Chile"])
    city = fields.create(actor=actor, space=space, name="City", kind="choice", depends_on=country.key, branches=CITIES)
    return country, city


def item(world, **values):
    return make.work_item(actor=world.mei, project=world.project, fields=values)


def write(world, row, run=None, **values):
    row = WorkItem.objects.get(pk=row.pk)
    return work_items.change(actor=world.mei, item=row, version=None, run=run, fields=row.fields | values)


def code(act):
    with pytest.raises(Refused) as problem:
        act()
    return problem.value


def test_the_second_list_follows_the_first(world):
    _country, city = define(world)
    assert city.choices == ["Berlin", "Hamburg", "Ningbo"]
    row = item(world, Country="Germany", City="Hamburg")
    problem = code(lambda: write(world, row, City="Ningbo"))
    assert (problem.code, problem.params["choices"]) == ("field_branch", "Berlin, Hamburg")
    assert code(lambda: write(world, row, City="Paris")).code == "field_not_choice"
    assert code(lambda: item(world, City="Berlin")).code == "field_branch", "without the first nothing may be chosen"
    assert write(world, row, Country="China", City="Ningbo").fields == {"Country": "China", "City": "Ningbo"}


def test_a_new_first_takes_the_second_away_and_undo_brings_both(world):
    define(world)
    row, run = item(world, Country="Germany", City="Hamburg"), uuid.uuid4()
    assert write(world, row, run, Country="China").fields == {"Country": "China"}
    assert undoing.undo(actor=world.mei, run=run) == (1, 0)
    assert WorkItem.objects.get(pk=row.pk).fields == {"Country": "Germany", "City": "Hamburg"}


def test_what_an_import_left_stays_until_somebody_changes_it(world):
    define(world)
    row = item(world)
    WorkItem.objects.filter(pk=row.pk).update(fields={"Country": "Chile", "City": "Berlin"})
    assert write(world, row, Note="seen").fields["City"] == "Berlin"
    assert "City" not in write(world, row, Country="China").fields


def test_what_cannot_be_is_refused(world):
    country, city = define(world)
    several = fields.create(actor=world.alma, space=world.project.space, name="Ports", kind="choice", choices=["A"], is_several=True)

    def new(**values):
        return code(lambda: fields.create(actor=world.alma, space=world.project.space, **{"name": "New", "kind": "choice", "branches": {"Germany": ["x"]}, **values})).code

    assert new(kind="text", depends_on="Country") == new(depends_on="Nowhere") == new(depends_on=several.key) == "field_branch_kind"
    assert new(depends_on="Country", is_several=True) == "field_branch_kind"
    assert new(depends_on="Country", branches={"France": ["Paris"]}) == "field_branch_unknown"
    assert new(depends_on="Country", branches={"Germany": "Berlin"}) == "choice_unknown"
    assert new(depends_on="Country", branches={}) == "field_without_choices"
    circle = code(lambda: fields.change(actor=world.alma, field=country, version=None, depends_on=city.key, branches={"Berlin": ["Germany"]}))
    assert circle.code == "field_branch_circle"
    assert code(lambda: fields.retire(actor=world.alma, field=country)).code == "field_used"
    fields.retire(actor=world.alma, field=city)
    fields.retire(actor=world.alma, field=FieldDefinition.objects.get(pk=country.pk))


def test_it_follows_from_above_and_is_taken_over(world):
    space = portfolios.create(actor=world.alma, parent=world.root, name="Digital").space
    _country, city = define(world, space)
    inside = make.project(actor=world.alma, name="Inside", parent=space)
    fields.change(actor=world.alma, field=city, version=None, branches={**CITIES, "Chile": ["Arica"]})
    below = FieldDefinition.objects.get(space=inside.space, origin=city)
    assert below.branches["Chile"] == ["Arica"] and below.depends_on == "Country"
    row = make.work_item(actor=world.alma, project=inside, fields={"Country": "Chile", "City": "Arica"})
    assert row.fields["City"] == "Arica"
    takeovers.take_over(actor=world.alma, space=world.project.space, source=inside.space)
    assert FieldDefinition.objects.get(space=world.project.space, key="City").branches == below.branches


def test_pages_offer_what_belongs_and_the_filter_finds_it(world, signed_in):
    client, page = signed_in(world.boris), reverse("field_settings", kwargs={"key": "POR"})
    json = {"Accept": "application/json"}
    assert client.post(page, {"do": "add", "name": "Country", "kind": "choice", "choices": "Germany\nChina"}, headers=json).status_code == 200
    given = {"do": "add", "name": "City", "kind": "choice", "depends_on": "Country"}
    assert client.post(page, {**given, "choices": "Berlin"}, headers=json).status_code == 422
    assert client.post(page, {**given, "choices": "Germany: Berlin\nChina：Ningbo"}, headers=json).status_code == 200
    assert "China: Ningbo" in client.get(page).content.decode()
    row = item(world, Country="China")
    found = client.get(reverse("work_item", kwargs={"key": row.key})).content.decode()
    assert "Ningbo" in found and "Berlin" not in found
    assert "China: Ningbo" in client.get(reverse("work_items_new"), {"space": world.project.space_id}).content.decode()
    write(world, row, City="Ningbo")
    assert list(WorkItem.objects.filter(filter_language.listed("city:ningbo", world.mei))) == [WorkItem.objects.get(pk=row.pk)]


def test_a_first_that_takes_several_leaves_the_second_alone_and_may_not_become_one_while_others_follow_it(world):
    country, _city = define(world)
    assert code(lambda: fields.change(actor=world.alma, field=country, version=None, is_several=True)).code == "field_used"
    row = item(world, Country="Germany", City="Hamburg")
    FieldDefinition.objects.filter(pk=country.pk).update(is_several=True)  # as a field of the same name of a project's own may be
    WorkItem.objects.filter(pk=row.pk).update(fields={"Country": ["Germany", "China"], "City": "Hamburg"})
    assert write(world, row, Country=["China"]).fields == {"Country": ["China"], "City": "Hamburg"}


def test_a_second_whose_first_lost_a_choice_can_still_be_renamed(world):
    country, city = define(world)
    fields.change(actor=world.alma, field=country, version=None, choices=["China"])
    city.refresh_from_db()
    assert fields.change(actor=world.alma, field=city, version=None, name="Town").name == "Town"
