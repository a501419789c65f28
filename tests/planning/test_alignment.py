"""Where the work goes: the nearest record that says so counts, weights are shares, nothing is counted twice."""

from datetime import timedelta

import pytest

from tandem.kit import clock
from tandem.planning import alignment
from tandem.planning.models import Effort
from tandem.product.actions import features
from tandem.reports.queries import alignment as reads
from tandem.reports.queries import unaligned
from tandem.strategy.actions import objectives, themes
from tandem.work.actions import time_entries
from tandem.work.models import WorkItem
from tests import make


@pytest.fixture
def goals(world):
    world.growth = make.objective(actor=world.alma, title="Growth")
    world.trust = make.objective(actor=world.alma, title="Trust")
    return world


def serve(world, objective, subject, weight=100):
    objectives.contribute(actor=world.alma, objective=objective, subject=subject, weight=weight)


def finished(world, count=1, **values):
    rows = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}", **values) for n in range(count)]
    WorkItem.objects.filter(pk__in=[r.pk for r in rows]).update(
        state=make.state_of(world.project, "done"), actual_finish=clock.now() - timedelta(days=1)
    )
    return rows


def split(world):
    alignment.compute(world.project.space_id)
    found = {}
    for objective, items in Effort.objects.order_by().values_list("objective__title", "items"):
        found[objective] = round(found.get(objective, 0) + items, 6)
    return found


def test_a_weight_is_a_share_and_the_rest_serves_nothing(goals):
    finished(goals, 4)
    serve(goals, goals.growth, goals.project, 75)
    assert split(goals) == {"Growth": 3, None: 1}
    serve(goals, goals.trust, goals.project, 75)
    assert split(goals) == {"Growth": 2, "Trust": 2}


def test_the_nearest_word_counts(goals):
    rows = finished(goals, 3)
    part = finished(goals, 1, parent=rows[0])[0]
    feature = make.feature(actor=goals.chen, product=goals.product)
    features.add_scope(actor=goals.alma, subject=feature, items=[rows[0], rows[1]])
    assert split(goals) == {None: 3}
    serve(goals, goals.growth, goals.project)
    assert split(goals) == {"Growth": 3}
    serve(goals, goals.trust, goals.product)
    assert split(goals) == {"Trust": 2, "Growth": 1}
    serve(goals, goals.growth, feature)
    serve(goals, goals.trust, part)
    assert split(goals) == {"Growth": 2, "Trust": 1}


def test_a_feature_follows_its_release_and_an_item_in_two_features_is_divided(goals):
    release = make.release(actor=goals.chen, product=goals.product)
    one = make.feature(actor=goals.chen, product=goals.product, title="One", release=release)
    two = make.feature(actor=goals.chen, product=goals.product, title="Two")
    row = finished(goals)[0]
    for feature in (one, two):
        features.add_scope(actor=goals.alma, subject=feature, items=[row])
    serve(goals, goals.growth, release)
    serve(goals, goals.trust, two)
    assert split(goals) == {"Growth": 0.5, "Trust": 0.5}


def test_a_draft_counts_as_nothing_and_a_closed_one_still_counts(goals):
    finished(goals, 2)
    serve(goals, goals.growth, goals.project)
    objectives.change(actor=goals.alma, objective=goals.growth, version=None, state="closed")
    assert split(goals) == {"Growth": 2}
    assert [one.name for one in unaligned.loose(goals.alma).projects] == ["Portal"]
    objectives.change(actor=goals.alma, objective=goals.growth, version=None, state="draft")
    assert split(goals) == {None: 2}


def test_computed_again_it_is_the_same(goals):
    finished(goals, 3)
    serve(goals, goals.growth, goals.project, 50)
    assert split(goals) == split(goals)
    assert Effort.objects.count() == 2


def read(world, user=None, **values):
    alignment.compute_all()
    return reads.read(user or world.alma, since=None, **values)


def test_effort_is_compared_with_what_was_intended(goals):
    for objective, share in ((goals.growth, 80), (goals.trust, 20)):
        objectives.change(actor=goals.alma, objective=objective, version=None, intended_share=share)
    serve(goals, goals.growth, goals.project, 50)
    serve(goals, goals.trust, goals.project, 40)
    finished(goals, 9)
    few = read(goals)
    assert (few.score, {line.state for line in few.lines}) == (None, {"unknown"})
    finished(goals, 1)
    found = read(goals)
    assert (round(found.score, 3), round(found.as_intended, 3)) == (0.9, 0.7)
    assert {line.objective.title: line.state for line in found.lines} == {"Growth": "little", "Trust": "much"}
    assert found.measure == "items"
    assert [(s.kind, round(s.score, 3)) for s in found.scored if s.name == "Portal"] == [("portfolio.project", 0.9)]


def test_hours_count_where_half_of_the_items_have_them(goals):
    rows = finished(goals, 10, estimate_minutes=60)
    assert read(goals).measure == "estimated"
    for row in rows[:5]:
        time_entries.log(actor=goals.boris, item=row, minutes=30, day=clock.today())
    found = read(goals)
    assert (found.measure, found.amount, found.coverage) == ("logged", 150, 0.5)


def test_a_part_serves_the_objective_above_it(goals):
    below = make.objective(actor=goals.alma, title="Below", parent=goals.growth)
    serve(goals, below, goals.project)
    finished(goals, 10)
    assert {line.objective.title: (line.depth, line.share) for line in read(goals).lines} == {"Growth": (0, 1.0), "Below": (1, 1.0), "Trust": (0, 0.0)}
    assert [o.title for o in unaligned.loose(goals.alma).objectives] == ["Trust"]


def test_what_serves_nothing_is_listed_without_asking(goals):
    idle = make.feature(actor=goals.chen, product=goals.product, title="Idle")
    served = make.feature(actor=goals.chen, product=goals.product, title="Served")
    make.feature(actor=goals.chen, product=goals.product, title="Gone", state="declined")
    serve(goals, goals.growth, served)
    found = unaligned.loose(goals.alma)
    assert ([r.name for r in found.projects], [r.pk for r in found.features], found.products) == (["Portal"], [idle.pk], [])
    serve(goals, goals.growth, goals.product)
    assert unaligned.loose(goals.alma).features == []


def test_a_stranger_sees_nothing_and_hidden_objectives_are_not_named(goals):
    serve(goals, goals.growth, goals.project)
    finished(goals, 10)
    assert read(goals, goals.dana).whole.items == 0
    found = read(goals, goals.boris)
    assert (found.score, found.lines, found.hidden) == (1.0, [], 10.0)
    assert unaligned.loose(goals.dana).count == 0


def test_the_records_behind_a_figure_add_up(goals):
    serve(goals, goals.growth, goals.project, 60)
    finished(goals, 10)
    alignment.compute_all()
    rows = unaligned.records(goals.alma, "items", objectives={goals.growth.pk}, since=None, to_come=False)
    assert [(r.kind, r.name, r.project, r.amount) for r in rows] == [("portfolio.project", "Portal", "Portal", 6.0)]
    none = unaligned.records(goals.alma, "items", objectives=None, since=None, to_come=False)
    assert [round(r.amount, 6) for r in none] == [4.0]


def test_a_theme_with_objectives_stays(goals):
    from tandem.kit.errors import Denied, Refused, Stale

    theme = themes.create(actor=goals.alma, space=goals.root, name="Trust")
    objectives.change(actor=goals.alma, objective=goals.trust, version=None, theme=theme)
    with pytest.raises(Refused, match="has_parts"):
        themes.remove(actor=goals.alma, theme=theme)
    with pytest.raises(Stale):
        themes.change(actor=goals.alma, theme=theme, version=9, name="x")
    make.spaces.grant(actor=goals.admin, space=goals.root, user=goals.mei, role="member")
    goals.mei.refresh_from_db()
    with pytest.raises(Denied):
        themes.change(actor=goals.mei, theme=theme, version=None, name="x")
