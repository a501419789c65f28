"""The simulated organisation: the same from the same seed, of the size asked for, and consistent in itself."""

import re
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from tandem.samples import days, network
from tandem.samples.backlog import EPIC
from tandem.samples.records import DOING, DONE, Organisation
from tandem.samples.simulation import SEED, simulate
from tandem.samples.words import plans

TODAY = date(2026, 11, 19)
pytestmark = pytest.mark.xdist_group("simulated sample")  # made once, not in each process


@pytest.fixture(scope="module")
def english() -> Organisation:
    return simulate("en", SEED, TODAY)


@pytest.fixture(scope="module")
def chinese() -> Organisation:
    return simulate("zh", SEED, TODAY)


def test_the_same_seed_is_the_same_organisation(english):
    assert simulate("en", SEED, TODAY) == english


def test_another_seed_is_another_organisation(english):
    other = simulate("en", SEED + 1, TODAY)
    assert [i.title for i in other.items[:300]] != [i.title for i in english.items[:300]]


def test_both_languages_lived_the_same_history(english, chinese):
    assert [i.passages for i in english.items] == [i.passages for i in chinese.items]
    assert [p.date for p in english.promises] == [p.date for p in chinese.promises]


@pytest.mark.parametrize("seed", [SEED, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_there_is_about_as_much_as_was_asked_for(seed):
    world = simulate("en", seed, TODAY)
    assert (len(world.people), len(world.projects), len(world.features), len(world.releases)) == (60, 12, 30, 12)
    assert 2200 <= len(world.items) <= 2800
    revisions = {id(p.replaced_by) for p in world.promises if p.replaced_by}
    assert 36 <= sum(id(p) not in revisions for p in world.promises) <= 46
    open_ = [p for p in world.promises if p.is_open]
    assert 8 <= len(open_) <= 25
    assert sum(p.replaced_by is not None for p in world.promises) >= 3
    assert any(p.kept_on and p.kept_on > p.date for p in world.promises)
    assert any(p.kept_on and p.kept_on <= p.date for p in world.promises)


def test_nobody_has_more_begun_than_a_person_can_have(english):
    """Items in hand, waiting or in review; the epics somebody answers for come on top."""
    begun = Counter(i.assignee for i in english.items if i.is_open and i.state >= DOING and i.kind != EPIC and i.assignee)
    led = Counter(i.assignee for i in english.items if i.is_open and i.state >= DOING and i.kind == EPIC)
    assert max(begun.values()) <= 5 and max(led.values()) <= 8
    assert len(begun) >= 30


def test_everything_is_under_way_today(english):
    """Neither all done nor nothing begun: each project that is not over has something done and something in progress."""
    running = [p for p in english.projects.values() if not p.ended_on]
    assert 6 <= len(running) < len(english.projects)
    for project in running:
        states = {i.state for i in english.items_of(project.code) if i.removed_at is None}
        assert DONE in states and states & {DOING, DOING + 1, DOING + 2}, project.code
    months = {i.finished_at.strftime("%Y-%m") for i in english.items if i.finished_at}
    assert len(months) >= 17


def test_no_item_is_finished_before_it_began_nor_lives_backwards(english):
    for item in english.items:
        moments = [p.at for p in item.passages]
        assert moments == sorted(moments), item
        assert moments[0] == item.created_at
        assert moments[-1].date() <= TODAY
        states = [p.state for p in item.passages]
        if not item.is_milestone and DONE in states:
            assert DOING in states[: states.index(DONE)], item
        assert all(a != b for a, b in pairwise(states)), item


def test_people_work_on_working_days_only(english):
    countries = {code: project.country for code, project in english.projects.items()}
    for item in english.items:
        country = countries[item.project]
        for passage in item.passages:
            assert days.is_working_day(passage.at.date(), country), (item, passage)


def test_china_works_on_the_weekend_days_that_its_holidays_move():
    assert days.is_working_day(date(2026, 2, 14), "CN")
    assert not days.is_working_day(date(2026, 2, 17), "CN")
    assert days.is_working_day(date(2026, 2, 17), "NL")


def test_what_became_of_a_promise_follows_from_the_work(english):
    """A feature's promise is kept on the day on which the last item of its scope was finished, or is open."""
    seen = Counter()
    for promise in english.promises:
        kind, index = promise.subject
        if promise.replaced_by is not None:
            assert promise.kept_on is None
            assert promise.replaced_by.given_on >= promise.given_on
            continue
        if kind == "release":
            release = english.releases[index]
            assert promise.kept_on == release.released_on
            within = [f for f in english.features if f.release == index]
            assert release.released_on is None or all(f.shipped_on and f.shipped_on <= release.released_on for f in within)
            continue
        scope = english.scope_of(index)
        if promise.kept_on:
            assert promise.kept_on == max(i.finished_at for i in scope).date()
            seen["late" if promise.kept_on > promise.date else "in time"] += 1
        else:
            assert any(i.is_open for i in scope)
            seen["open"] += 1
    assert min(seen["late"], seen["in time"], seen["open"]) >= 3


def test_what_blocks_an_item_is_finished_before_the_item_goes_on(english):
    for tie in english.ties:
        if tie.kind != "blocks":
            continue
        source, target = english.items[tie.source], english.items[tie.target]
        went_on = next((p.at for p in target.passages if p.at > tie.at), None)
        if went_on and source.removed_at is None:
            assert source.finished_at, (source, target)


def test_dependencies_form_no_circle(english):
    after: dict[int, list[int]] = {}
    for tie in english.ties:
        after.setdefault(tie.source, []).append(tie.target)
    done: set[int] = set()

    def walk(node: int, path: tuple[int, ...]) -> None:
        assert node not in path, path
        if node not in done:
            for following in after.get(node, ()):
                walk(following, (*path, node))
            done.add(node)

    for source in list(after):
        walk(source, ())


def test_titles_keep_to_their_language(english, chinese):
    """Abbreviations that Chinese writes in Latin letters (SFTP) and the names of lines (A 线) are at home there."""
    for world, foreign in ((english, r"[\u3400-\u9fff]"), (chinese, r"[a-z]|[A-Z]{5,}")):
        titles = [i.title for i in world.items] + [f.title for f in world.features] + [p.name for p in world.projects.values()]
        titles += [r.name for r in world.releases] + [r.text for r in world.remarks] + [p.to_whom for p in world.promises]
        strange = [t for t in titles if re.search(foreign, t)]
        assert not strange
        assert not [t for t in titles if "{" in t]


@pytest.mark.parametrize("name", sorted(plans.PLANS))
def test_a_plan_keeps_its_links_when_everything_goes_as_planned(name):
    _, nodes = network.nodes_of(plans.PLANS[name], "en")
    assert len(nodes) >= 35
    for node in nodes.values():
        node.planned = network.pass_forward(nodes, lambda n: n.planned, lambda n: n.days, node)
        for source, kind, lag in node.after:
            before = nodes[source].planned
            held = {"FS": node.planned[0] - before[1], "SS": node.planned[0] - before[0], "FF": node.planned[1] - before[1]}
            assert held[kind] >= lag, (node.key, source)


def test_plans_stand_in_the_middle_of_their_lives(english):
    for project in [p for p in english.projects.values() if p.plan]:
        tasks = [i for i in english.items_of(project.code) if not i.is_summary]
        states = Counter("done" if i.state == DONE else "doing" if i.state == DOING else "to do" for i in tasks)
        assert min(states.values()) >= 1 and len(states) == 3, (project.code, states)
        assert any(i.replanned != i.planned for i in tasks)
