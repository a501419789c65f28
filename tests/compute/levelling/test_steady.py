"""A plan carried over to what changed: nothing moves that no rule forces, and every plan holds against the independent check."""

from dataclasses import replace

import numpy as np
import pytest

from tandem.compute.bench.portfolio_case import made
from tandem.compute.scheduling.levelling.array_check import ArrayChecker
from tandem.compute.scheduling.levelling.decode import Decoder, default_modes
from tandem.compute.scheduling.levelling.steady import MOST_MOVED, carried

PLAIN = made(1, projects=30, size=20, roles=100)
NOTHING = np.zeros(PLAIN.n, np.bool_)


def on_calendars(arrays):
    """Three calendars: none, a week of five days, a long absence in it."""
    week = np.arange(4000) % 7 < 5
    away = week.copy()
    away[60:110] = False
    calendar = np.array([-1, 0, 1], np.int32)[np.arange(arrays.n) % 3]
    return replace(arrays, calendar=calendar, working=np.vstack((week, away)))


def planned(arrays):
    decoder = Decoder(arrays)
    return decoder.serial(decoder.listed(arrays.release.astype(np.int64)), default_modes(arrays)).starts


@pytest.mark.parametrize("arrays", [PLAIN, on_calendars(PLAIN)], ids=["plain", "calendars"])
def test_where_nothing_changed_nothing_moves(arrays):
    starts = planned(arrays)
    found = carried(arrays, starts, NOTHING)
    assert (found.starts == starts).all()
    assert (found.moved, found.broken) == (0, 0)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("arrays", [PLAIN, on_calendars(PLAIN)], ids=["plain", "calendars"])
def test_after_changes_the_plan_is_valid_and_little_moves(arrays, seed):
    chance, starts = np.random.default_rng(seed), planned(arrays)
    for _edit in range(5):
        at = int(chance.integers(arrays.n))
        arrays = replace(arrays, duration=np.where(np.arange(arrays.n) == at, arrays.duration + 4, arrays.duration).astype(np.int32))
        found = carried(arrays, starts, np.arange(arrays.n) == at)
        assert ArrayChecker(arrays).breaches(found.starts) == {}
        assert found.broken == 0
        assert found.moved == (found.starts != starts).sum()
        assert found.moved <= 2 * MOST_MOVED * arrays.n
        starts = found.starts


def test_an_absence_moves_what_falls_into_it_and_what_follows():
    arrays = on_calendars(PLAIN)
    starts = planned(arrays)
    working = arrays.working.copy()
    working[0, 200:240] = False
    after = replace(arrays, working=working)
    found = carried(after, starts, (arrays.calendar == 0) & (starts >= 150))
    assert ArrayChecker(after).breaches(found.starts) == {}
    assert (found.starts[starts < 100] == starts[starts < 100]).mean() > 0.95


def test_a_queue_closes_up_behind_what_is_gone():
    starts = planned(PLAIN)
    first = int(starts.argmin())
    after = replace(PLAIN, demand=np.where(np.arange(PLAIN.n)[:, None] == first, 0, PLAIN.demand).astype(np.int32))
    gone = np.where(PLAIN.demand[first] > 0, int(starts[first]), -1)
    found = carried(after, starts, NOTHING, gone)
    stays = carried(after, starts, NOTHING)
    assert stays.moved == 0
    assert found.tardiness <= stays.tardiness
