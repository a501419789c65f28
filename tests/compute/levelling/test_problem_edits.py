"""An edit by ids: the problem says what was edited, the plan keeps it, and the rest stays where it was."""

import numpy as np
import pytest

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.check import check
from tandem.compute.scheduling.levelling.compile import arrays_of, rules_plan
from tandem.compute.scheduling.levelling.edits import applied
from tandem.compute.scheduling.levelling.problem import (
    Activity,
    Calendar,
    Link,
    Mode,
    Problem,
    Project,
    Resource,
)
from tandem.compute.scheduling.levelling.problem_edits import (
    Capacity,
    Due,
    Duration,
    Pin,
    Priority,
    Unlink,
    _by_place,
    replanned,
)


def yard(calendar=None):
    """Two projects of three on one crew, with a step in its capacity."""
    return Problem(
        tuple(Activity(f"{p}{i}", (Mode(3, {"crew": 1}),), project=p) for p in "ab" for i in range(3)),
        (Link("a0", "a1"), Link("b0", "b1")), (Resource("stock", 9, is_renewable=False), Resource("crew", 2, ((4, 3), (30, 2)), calendar)),
        (Calendar("week", (True, True, True, False)),), (Project("a", deadline=8), Project("b", deadline=9, weight=2)),
    )  # fmt: skip


EDITS = {
    "longer": Duration("a1", 7),
    "linked": Link("a1", "b2", lag=1),
    "unlinked": Unlink("b0", "b1"),
    "fewer hands": Capacity("crew", 3, 6, 1),
    "heavier": Priority("a", 9),
    "sooner": Due("b", 5),
    "whenever": Due("b", None),
    "pinned": Pin("b2", 6),
}


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("calendar", [None, "week"])
def test_the_plan_of_the_edited_problem_keeps_all_rules(name, calendar):
    problem, edit = yard(calendar), EDITS[name]
    after, plan = replanned(problem, rules_plan(problem), edit)
    assert check(after, plan).is_valid
    told, made = applied(arrays_of(problem), _by_place(problem, edit)), arrays_of(after)
    for one in ("duration", "tail", "head", "lag", "project_due", "project_weight", "fixed"):
        assert getattr(told, one).tolist() == getattr(made, one).tolist(), one
    width = max(told.capacity.shape[1], made.capacity.shape[1])
    wide = [np.pad(one.capacity, ((0, 0), (0, width - one.capacity.shape[1])), mode="edge") for one in (told, made)]
    assert wide[0].tolist() == wide[1].tolist()


def test_what_an_edit_does_not_touch_stays():
    problem = yard()
    plan = rules_plan(problem)
    _, after = replanned(problem, plan, Priority("b", 3))
    assert after.starts.tolist() == plan.starts.tolist()


def test_a_pin_is_taken_away_again():
    problem = yard()
    pinned, plan = replanned(problem, rules_plan(problem), Pin("b2", 9))
    assert plan.starts[pinned.index["b2"]] == 9
    free, _ = replanned(pinned, plan, Pin("b2", None))
    assert free.activities == problem.activities


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Pin("nobody", 3), "activity_unknown"), (Unlink("a0", "nobody"), "activity_unknown"), (Priority("c", 3), "project_unknown"),
        (Capacity("stock", 3, 6, 1), "resource_unknown"), (Link("a1", "a0"), "cycle"), (Duration("a0", -1), "duration_negative"),
    ],
    ids=["pin", "link", "project", "stock", "cycle", "duration"],
)  # fmt: skip
def test_an_edit_of_what_is_not_there_is_refused_by_name(edit, code):
    problem = yard()
    with pytest.raises(Uncomputable) as refused:
        replanned(problem, rules_plan(problem), edit)
    assert refused.value.code == code
