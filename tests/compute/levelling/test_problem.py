"""What a levelling problem must fulfil, and what it says when it does not."""

import pytest

from tandem.compute import scheduling
from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.compile import arrays_of, rules_plan
from tandem.compute.scheduling.levelling.problem import (
    Activity,
    Calendar,
    Link,
    Mode,
    Problem,
    Project,
    Resource,
)

ONE = (Resource("dev", 2),)


def refused(*activities, links=(), resources=ONE, calendars=(), projects=(), now=0):
    with pytest.raises(Uncomputable) as told:
        arrays_of(Problem(activities, links, resources, calendars, projects, now))
    return told.value


def test_a_cycle_is_told_with_its_path():
    names = "abc"
    links = tuple(Link(one, other) for one, other in ("ab", "bc", "ca"))
    told = refused(*(Activity(name) for name in names), links=links)
    assert told.code == "cycle"
    assert told.params["path"] == ["a", "b", "c", "a"]


@pytest.mark.parametrize("kinds", [(1, 1), (0, 2)])
def test_a_cycle_is_a_cycle_whatever_its_links_are(kinds):
    ways = [Link("a", "b", scheduling.LinkType(kinds[0])), Link("b", "a", scheduling.LinkType(kinds[1]))]
    assert refused(Activity("a"), Activity("b"), links=ways).code == "cycle"


def test_a_demand_above_every_capacity_is_told_with_both():
    told = refused(Activity("a", Mode(1, {"dev": 3})), resources=(Resource("dev", 1, ((5, 2),)),))
    assert told.code == "demand_above_capacity"
    assert told.params == {"activity": "a", "value": 3, "mode": 0, "resource": "dev", "capacity": 2}


def test_a_demand_that_fits_later_is_taken():
    Problem((Activity("a", Mode(1, {"dev": 2})),), (), (Resource("dev", 1, ((5, 2),)),))


def test_one_mode_that_fits_is_enough():
    Problem((Activity("a", (Mode(1, {"dev": 9}), Mode(2, {"dev": 1}))),), (), ONE)
    assert refused(Activity("a", (Mode(1, {"dev": 9}), Mode(2, {"dev": 1})), mode=0)).params["mode"] == 0


def test_a_hard_deadline_must_leave_room():
    told = refused(Activity("a", Mode(5), release=3, deadline=7, is_deadline_hard=True))
    assert (told.code, told.params["value"]) == ("window_impossible", (3, 7))
    Problem((Activity("a", Mode(5), release=3, deadline=8, is_deadline_hard=True),))


def test_calendars_that_never_meet_are_told():
    calendars = (Calendar("day", (True, False)), Calendar("night", (False, True)))
    told = refused(
        Activity("a", Mode(2, {"guard": 1}), calendar="day"),
        resources=(Resource("guard", 1, calendar="night"),),
        calendars=calendars,
    )
    assert (told.code, told.params["activity"]) == ("no_working_time", "a")


@pytest.mark.parametrize(
    ("rule", "activity"),
    [
        ("duration_negative", Activity("a", Mode(-1))),
        ("demand_negative", Activity("a", Mode(1, {"dev": -1}))),
        ("release_negative", Activity("a", release=-1)),
        ("deadline_negative", Activity("a", deadline=-1)),
        ("weight_negative", Activity("a", weight=-1)),
        ("start_negative", Activity("a", pinned=-1)),
        ("value_too_large", Activity("a", release=2**30)),
        ("value_too_large", Activity("a", Mode(2**30))),
        ("resource_unknown", Activity("a", Mode(1, {"nobody": 1}))),
        ("project_unknown", Activity("a", project="nowhere")),
        ("calendar_unknown", Activity("a", calendar="never")),
        ("modes_missing", Activity("a", ())),
        ("mode_unknown", Activity("a", mode=1)),
        ("mode_missing", Activity("a", (Mode(1), Mode(2)), pinned=3)),
        ("duration_and_effort", Activity("a", Mode(1, {"dev": 1}, effort=3))),
        ("effort_without_units", Activity("a", Mode(effort=3))),
        ("given_twice", Activity("a", pinned=0, started=0, remaining=1)),
        ("remaining_missing", Activity("a", started=0)),
        ("started_in_future", Activity("a", started=4, remaining=1)),
        ("finish_before_start", Activity("a", finished=(4, 3))),
    ],
)
def test_an_activity_is_refused_by_name_rule_and_value(rule, activity):
    told = refused(activity)
    assert (told.code, told.params["activity"]) == (rule, "a")
    assert "value" in told.params


@pytest.mark.parametrize(
    ("rule", "link"),
    [
        ("link_unknown", Link("a", "z")),
        ("link_to_itself", Link("a", "a")),
        ("lag_impossible", Link("a", "b", lag=3, max_lag=2)),
    ],
)
def test_a_link_is_refused_by_its_successor(rule, link):
    assert refused(Activity("a"), Activity("b"), links=(link,)).code == rule


def test_ids_stand_for_one_thing_each():
    assert refused(Activity("a"), Activity("a")).code == "activity_twice"
    assert refused(Activity("a"), resources=(*ONE, *ONE)).code == "resource_twice"
    assert refused(Activity("a"), projects=(Project("p"), Project("p"))).code == "project_twice"


def test_resources_and_calendars_are_checked_when_they_are_made():
    for make in (
        lambda: Resource("r", -1),
        lambda: Resource("r", 1, ((5, 1), (3, 2))),
        lambda: Calendar("c", (False,)),
        lambda: Calendar("c", (True,), ((4, 4, False),)),
    ):
        with pytest.raises(Uncomputable):
            make()


def test_times_beyond_all_memory_are_refused():
    far = 2**27
    for problem in (
        Problem((Activity("a", Mode(1, {"dev": 1}), release=far),), (), ONE),
        Problem((Activity("a", Mode(1, {"dev": 1})),), (), (Resource("dev", 1, ((far, 2),)),)),
    ):
        with pytest.raises(Uncomputable):
            rules_plan(problem)


@pytest.mark.parametrize(
    ("owner", "parts"),
    [
        ({"activity": "a"}, {"activities": (Activity("a", priority=2**40),)}),
        ({"activity": "a"}, {"activities": (Activity("a", priority=-(2**40)),)}),
        ({"activity": "a"}, {"activities": (Activity("a", finished=(0, 2**40)),)}),
        ({"activity": "a"}, {"activities": (Activity("a", Mode(1, {"dev": 2**40}), finished=(0, 1)),)}),
        ({"activity": "b"}, {"links": (Link("a", "b", max_lag=2**40),)}),
        ({"activity": "b"}, {"links": (Link("a", "b", lag=-(2**40)),)}),
        ({"project": "p"}, {"projects": (Project("p", deadline=2**40),)}),
        ({"project": "p"}, {"projects": (Project("p", release=2**40),)}),
        ({"project": "p"}, {"projects": (Project("p", weight=2**40),)}),
        ({"resource": "dev"}, {"resources": (Resource("dev", 2**40),)}),
        ({"resource": "dev"}, {"resources": (Resource("dev", 2**40, is_renewable=False),)}),
        ({"resource": "dev"}, {"resources": (Resource("dev", 1, ((5, 2**40),)),)}),
        ({"resource": "dev"}, {"resources": (Resource("dev", 1, ((2**40, 5),)),)}),
        ({"calendar": "c"}, {"calendars": (Calendar("c", exceptions=((0, 2**40, False),)),)}),
        ({"problem": "now"}, {"now": 2**40}),
    ],
)
def test_no_number_is_larger_than_the_kernels_can_add(owner, parts):
    given = {"activities": (Activity("a"), Activity("b")), "resources": ONE, **parts}
    with pytest.raises(Uncomputable) as told:
        Problem(**given)
    assert told.value.code == "value_too_large"
    assert abs(told.value.params.pop("value")) == 2**40
    assert told.value.params == owner


def test_work_left_beyond_all_memory_is_refused_without_any_resource():
    activity = Activity("a", started=0, remaining=2**27)
    assert refused(activity, resources=()).code == "steps_too_far"
    activity = Activity("a", started=2**25, remaining=1, calendar="week")
    calendars = (Calendar("week", (True, False)),)
    assert refused(activity, resources=(), calendars=calendars, now=2**26).code == "steps_too_far"


def test_effort_is_shared_by_those_who_work_at_it():
    assert Mode(effort=7, demand={"dev": 2}).working_slots == 4
    assert Mode(effort=7, demand={"dev": 1, "crane": 1}, units=1).working_slots == 7


def test_the_model_loads_neither_compiler_nor_solver():
    import subprocess
    import sys

    ask = (
        "import sys; from tandem.compute import scheduling as s; s.Problem((s.Activity('a'),));"
        "print(sorted({'numba', 'ortools'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True).stdout.strip() == "[]"


def test_every_name_that_the_room_offers_is_there():
    from importlib.util import find_spec

    for name, home in scheduling._HOME.items():
        if find_spec(f"tandem.compute.scheduling.{home}"):
            assert getattr(scheduling, name) is not None
