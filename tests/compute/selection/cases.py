"""Small selections for tests."""

from dataclasses import replace

from tandem.compute.selection.problem import (
    Candidate,
    Exclusion,
    Limit,
    Of,
    Prerequisite,
    Problem,
    Rule,
    Share,
)


def one(name, value=10, cost=(5,), team=(), **more):
    demand = {"team": tuple(team)} if team else {}
    duration = more.pop("duration", max(len(cost), len(team), 1))
    return Candidate(name, value, duration, tuple(cost), demand, **more)


def three(**changed):
    """Two of three fit into the money of the first period; nothing else can start later."""
    some = (one("a", 30, latest=0), one("b", 20, latest=0), one("c", 10, latest=0))
    return replace(Problem(1, some, (10,)), **changed)


def rich():
    """Every kind of rule at once."""
    some = (
        one("road", 90, (8, 4), (3, 2), groups=("long",), measures={"risk": 5}),
        one("bridge", 70, (6, 6), (2, 2), groups=("long",), measures={"risk": 9}),
        one("sign", 20, (3,), (1,), groups=("short",), measures={"risk": 1}, values=(20, 18, 16, 14)),
        one("paint", 15, (2,), (1,), groups=("short",), measures={"risk": 1}, mandatory=True),
        one("light", 25, (4,), (2,), groups=("short",), measures={"risk": 2}, earliest=1),
        one("toll", 40, (3,), (1,), groups=("long",), measures={"risk": 4}),
    )
    return Problem(
        4,
        some,
        (10, 8, 8, 6),
        carry_over=True,
        capacity={"team": (4, 4, 4, 3)},
        prerequisites=(Prerequisite("toll", "road"), Prerequisite("light", "sign", Rule.STARTED, 1)),
        exclusions=(Exclusion("crossing", ("road", "bridge")),),
        shares=(Share("near", "short", Of.MONEY, least_part=0.2), Share("far", "long", Of.COUNT, maximum=2)),
        limits=(Limit("risk", maximum=12),),
    )


def every_choice(problem):
    """All choices that hold, by trying every one: the truth for small problems."""
    from tandem.compute.selection.check import breaches

    found = [{}]
    for candidate in problem.candidates:
        found = [
            {**starts, **({} if at is None else {candidate.id: at})}
            for starts in found
            for at in (None, *problem.window(candidate))
        ]
    return [starts for starts in found if not breaches(problem, starts)]
