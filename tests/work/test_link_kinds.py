"""Kinds of links of a team's own: named, followed below, retired; they order nothing, and keep to the projects they come from."""

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.portfolio.actions import portfolios
from tandem.work.actions import clones, link_kinds, links
from tandem.work.models import Link, LinkKind
from tests import make


def causes(world, space=None, name="causes", inverse="is caused by"):
    return link_kinds.create(actor=world.alma, space=space or world.project.space, name=name, inverse=inverse)


def pair(world):
    return [make.work_item(actor=world.mei, project=world.project, title=title) for title in ("Tide", "Delay")]


def link(world, kind, source, target):
    return links.create(actor=world.mei, source=source, target=target, kind="own", own_kind=kind)


def test_a_kind_stands_on_links_and_orders_nothing(world):
    kind, (tide, delay) = causes(world), pair(world)
    link(world, kind, tide, delay)
    link(world, kind, delay, tide)  # no circle: nothing waits for anything
    assert not Link.objects.dependencies().exists()
    assert Event.objects.filter(verb="link.created").latest("pk").changes["own_kind"] == [None, kind.pk]
    with pytest.raises(Refused) as problem:
        link(world, kind, tide, delay)
    assert problem.value.code == "link_exists"
    other = causes(world, name="mentions", inverse="")
    assert (other.inverse, other.is_directed) == ("mentions", False)
    assert link(world, other, tide, delay).own_kind == other


def test_a_kind_holds_below_and_follows(world):
    portfolio = portfolios.create(actor=world.alma, parent=world.root, name="Digital")
    inside = make.project(actor=world.alma, name="Inside", parent=portfolio.space)
    agreeing = causes(world, inside.space, name="Causes", inverse="Is caused by")
    kind = causes(world, portfolio.space)
    later = make.project(actor=world.alma, name="Later", parent=portfolio.space)
    assert {row.space_id: row.name for row in kind.followers.all()} == {inside.space_id: "causes", later.space_id: "causes"}
    agreeing.refresh_from_db()
    assert agreeing.origin == kind and not LinkKind.objects.filter(space=world.project.space).exists()
    link_kinds.change(actor=world.alma, link_kind=kind, version=kind.version, name="leads to", inverse="follows from")
    assert set(kind.followers.values_list("name", "inverse")) == {("leads to", "follows from")}
    below = kind.followers.get(space=later.space)
    with pytest.raises(Refused) as problem:
        link_kinds.change(actor=world.alma, link_kind=below, version=below.version, name="mine")
    assert problem.value.code == "link_kind_follows"
    with pytest.raises(Refused) as problem:
        causes(world, inside.space, name="leads to", inverse="x")
    assert problem.value.code in ("name_taken", "link_kind_above")
    link_kinds.retire(actor=world.alma, link_kind=below, version=below.version)
    kind.refresh_from_db()
    link_kinds.retire(actor=world.alma, link_kind=kind)
    below.refresh_from_db()
    with pytest.raises(Refused) as problem:
        link_kinds.restore(actor=world.alma, link_kind=below)
    assert problem.value.code == "link_kind_retired_above"
    link_kinds.restore(actor=world.alma, link_kind=LinkKind.objects.get(pk=kind.pk))
    assert set(kind.followers.filter(retired_at=None).values_list("space_id", flat=True)) == {inside.space_id}  # hidden before stays hidden


@pytest.mark.parametrize(
    ("name", "inverse", "code"),
    [("", "", "title_empty"), ("→", "←", "field_name_plain"), ("Blocks", "x", "link_kind_usual"), ("x", "被阻塞", "link_kind_usual"), ("x", "CAUSES", "name_taken")],
)
def test_names_that_cannot_be_told_apart_are_refused(world, name, inverse, code):
    causes(world)
    with pytest.raises(Refused) as problem:
        causes(world, name=name, inverse=inverse)
    assert problem.value.code == code


def test_a_retired_kind_stays_and_is_offered_no_more(world):
    kind, (tide, delay) = causes(world), pair(world)
    made = link(world, kind, tide, delay)
    kind = link_kinds.retire(actor=world.alma, link_kind=kind, version=kind.version)
    made.refresh_from_db()
    assert made.own_kind == kind
    with pytest.raises(Refused) as problem:
        link(world, kind, delay, tide)
    assert problem.value.code == "link_kind_retired"
    link_kinds.restore(actor=world.alma, link_kind=kind)
    copy = clones.clone(actor=world.mei, item=tide, with_links=True)
    assert Link.objects.get(source=copy).own_kind == kind


def test_a_link_names_an_own_kind_and_only_then(world):
    kind, (tide, delay) = causes(world), pair(world)
    far = make.project(actor=world.alma, name="Far")
    foreign = causes(world, far.space, name="tests", inverse="is tested by")
    for values, code in (({"kind": "own"}, "link_kind_missing"), ({"kind": "relates", "own_kind": kind}, "link_kind_not_own"), ({"kind": "own", "own_kind": foreign}, "other_space")):
        with pytest.raises(Refused) as problem:
            links.create(actor=world.mei, source=tide, target=delay, **values)
        assert problem.value.code == code
    made = link(world, kind, tide, delay)
    made = links.change(actor=world.mei, link=made, version=made.version, kind="relates")
    assert made.own_kind is None
    made = links.change(actor=world.mei, link=made, version=made.version, kind="own", own_kind=kind)
    assert (made.kind, made.own_kind) == ("own", kind)


def test_only_who_may_change_the_plan_names_kinds(world):
    for person, problem in ((world.mei, Denied), (world.dana, Hidden)):
        with pytest.raises(problem):
            link_kinds.create(actor=person, space=world.project.space, name="causes")
    kind = causes(world)
    link_kinds.change(actor=world.boris, link_kind=LinkKind.objects.get(pk=kind.pk), version=kind.version, name="leads to")
    with pytest.raises(Stale):
        link_kinds.change(actor=world.boris, link_kind=LinkKind.objects.get(pk=kind.pk), version=kind.version, name="late")


def test_an_import_brings_kinds_of_any_length_once_and_none_that_every_project_has(world):
    long = "is the reason for " * 9
    bring = lambda: link_kinds.brought(actor=world.alma, space=world.project.space, names=[(long, f"{long}2"), ("Blocked by", ""), ("causes", "is caused by")])  # noqa: E731
    first, second = bring(), bring()
    assert first == second
    assert set(first) == {long.casefold(), "causes"}
    assert LinkKind.objects.filter(space=world.project.space).count() == 2


def test_what_is_retired_above_has_its_event_below(world):
    portfolio = portfolios.create(actor=world.alma, parent=world.root, name="Digital")
    kind = causes(world, portfolio.space)
    inside = make.project(actor=world.alma, name="Inside", parent=portfolio.space)
    hidden = make.project(actor=world.alma, name="Hidden", parent=portfolio.space)
    below, apart = kind.followers.get(space=inside.space), kind.followers.get(space=hidden.space)
    link_kinds.retire(actor=world.alma, link_kind=apart, version=apart.version)
    kind = link_kinds.retire(actor=world.alma, link_kind=kind, version=kind.version)
    event = Event.objects.get(verb="link_kind.retired", space=inside.space)
    assert (event.subject_id, event.actor, event.changes["retired_at"][0]) == (below.pk, world.alma, None)
    assert LinkKind.objects.get(pk=below.pk).version == below.version + 1
    assert Event.objects.filter(verb="link_kind.retired", space=hidden.space).count() == 1, "it was hidden there before"
    kind = link_kinds.restore(actor=world.alma, link_kind=kind, version=kind.version)
    assert Event.objects.get(verb="link_kind.restored", space=inside.space).subject_id == below.pk
    assert not Event.objects.filter(verb="link_kind.restored", space=hidden.space).exists() and LinkKind.objects.get(pk=apart.pk).retired_at
    link_kinds.change(actor=world.alma, link_kind=kind, version=kind.version, name="leads to", inverse="follows from")
    assert Event.objects.get(verb="link_kind.changed", space=inside.space).changes["name"] == ["causes", "leads to"]
