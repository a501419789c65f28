"""The cheapest moment of a meeting, against a count minute by minute."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.meeting import times
from tandem.compute.meeting.times import FOCUS, FULL_DAY, Person, cheapest

SPAN = 2 * 1440


def slowly(people, start, length):
    """Straight from the words of the rule: one minute after the other."""
    missing = focus = load = 0
    absent = []
    for one in people:
        works = [any(a <= m < b for a, b in one.work) for m in range(SPAN)]
        meets = [any(a <= m < b for a, b in one.busy) for m in range(SPAN)]
        free = [w and not b for w, b in zip(works, meets, strict=True)]
        inside = range(start, start + length)
        if start + length > SPAN or not all(free[m] for m in inside):
            if one.is_needed:
                return None
            missing += length
            absent.append(one.id)
            continue
        first, last = start, start + length
        while first > 0 and free[first - 1]:
            first -= 1
        while last < SPAN and free[last]:
            last += 1
        if last - first >= FOCUS:
            focus += last - first - sum(piece for piece in (start - first, last - start - length) if piece >= FOCUS)
        for day in range(-2, 4):
            own = [m for m in range(SPAN) if (m - one.offset) // 1440 == day]
            before = sum(meets[m] for m in own)
            after = before + sum(m in inside for m in own)
            load += max(0, after - FULL_DAY) - max(0, before - FULL_DAY)
    return missing, focus, load, tuple(absent)


stretches = st.lists(st.tuples(st.integers(0, SPAN // 15), st.integers(1, 24)).map(lambda s: (15 * s[0], min(SPAN, 15 * (s[0] + s[1])))), max_size=6).map(tuple)
people = st.lists(st.builds(Person, id=st.integers(1, 9), is_needed=st.booleans(), work=stretches, busy=stretches, offset=st.sampled_from([-480, 0, 60, 300])), min_size=1, max_size=4)


@settings(max_examples=500 if os.environ.get("TANDEM_TEST_CASES") == "new" else 40, deadline=None)
@given(people=people, length=st.sampled_from([15, 30, 60, 90, 300]))
def test_it_finds_what_a_count_minute_by_minute_finds(people, length):
    candidates = range(0, SPAN - length, 75)
    expected = []
    for start in candidates:
        found = slowly(people, start, length)
        if found is not None:
            expected.append((sum(found[:3]), start, found))
    expected.sort(key=lambda row: row[:2])
    found = cheapest(people, list(candidates), length, 5)
    assert [(p.total, p.start, (p.missing, p.focus, p.load, p.absent)) for p in found] == expected[:5]


MORNING = ((480, 720), (780, 1020))


def test_an_hour_at_the_edge_of_a_free_morning_costs_less_than_one_in_its_middle():
    whole = Person(1, True, ((480, 720),))
    edge, middle = (cheapest([whole], [start], 60, 1)[0] for start in (480, 570))
    assert (edge.focus, middle.focus) == (60, 240)
    assert cheapest([whole], [540], 60, 1)[0].focus == 120, "an hour before it is no focus time any more"


def test_who_is_needed_and_busy_rules_a_moment_out_and_who_is_not_costs_the_meeting():
    needed, welcome = Person(1, True, MORNING, ((480, 540),)), Person(2, False, ((780, 1020),))
    found = cheapest([needed, welcome], [480, 540, 660, 690, 780], 30, 9)
    assert [(one.start, one.missing, one.absent) for one in found if one.start != 480] == [(one.start, one.missing, one.absent) for one in found]
    assert {one.start: one.missing for one in found} == {540: 30, 660: 30, 690: 30, 780: 0}
    assert not cheapest([needed], [700], 30, 1), "over the lunch break"


def test_a_full_day_of_meetings_counts_what_comes_on_top():
    full = Person(1, True, ((480, 1020),), ((480, 600), (660, 780)))
    (price,) = cheapest([full], [900], 60, 1)
    assert (price.load, price.focus) == (60, 120)


def test_days_are_counted_where_the_person_is():
    late = Person(1, True, ((1380, 1560),), ((1380, 1440),), offset=60)
    assert cheapest([late], [1440], 60, 1)[0].load == 0
    assert times._known(late).met == {0: 60}


def test_a_meeting_takes_time():
    with pytest.raises(ValueError):
        cheapest([], [0], 0, 1)
