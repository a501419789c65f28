"""The fast critical path: the same as a slow one, with calendars too, and after edits the same as built anew."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.bench import cpm
from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.slack import Network, Slack

few = settings(max_examples=40, deadline=None)
WEEK = np.append(np.arange(7 * 400) % 7 < 5, True)[None, :]


def columns(slack: Slack) -> list[object]:
    return [getattr(slack, name).tolist() for name in ("early_start", "late_start", "total", "free")] + [
        slack.finish
    ]


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 80))
@few
def test_the_passes_agree_with_plain_python(seed, n, count):
    given_ = cpm.case(seed, n, count)
    keep = given_["tail"] < given_["head"]
    given_ = {k: v if k == "duration" else v[keep] for k, v in given_.items()}
    slack = Network(**given_).slack()
    gap = [
        int(
            lag
            + (given_["duration"][a] if kind in (0, 2) else 0)
            - (given_["duration"][b] if kind >= 2 else 0)
        )
        for a, b, kind, lag in zip(given_["tail"], given_["head"], given_["kind"], given_["lag"], strict=True)
    ]
    links = [[] for _ in range(n)]
    for a, b, g in zip(given_["tail"], given_["head"], gap, strict=True):
        links[a].append((int(b), g))
    early, late, free, end = cpm.pure(given_["duration"].tolist(), links)
    assert columns(slack) == [early, late, (np.array(late) - early).tolist(), free, end]


def test_the_textbook_network():
    slack = Network(
        ints(3, 4, 2, 5), ints(0, 0, 1, 2), ints(1, 2, 3, 3), ints(0, 0, 0, 0), ints(0, 0, 0, 1)
    ).slack()
    assert slack.early_start.tolist() == [0, 3, 3, 7]
    assert slack.total.tolist() == [0, 0, 1, 0]
    assert slack.free.tolist() == [0, 0, 1, 0]
    assert slack.finish == 12


@given(st.integers(0, 10_000))
@few
def test_a_patched_graph_is_the_same_as_one_built_anew(seed):
    chance = np.random.default_rng(seed)
    given_ = cpm.case(seed, 30, 50)
    keep = given_["tail"] < given_["head"]
    given_ = {k: v if k == "duration" else v[keep] for k, v in given_.items()}
    network = Network(**given_)
    gone = []
    for _ in range(12):
        what, link = chance.integers(4), int(chance.integers(len(network.tail)))
        if what == 0:
            network.set_duration(int(chance.integers(30)), int(chance.integers(0, 20)))
        elif what == 1 and link not in gone:
            network.set_lag(link, int(chance.integers(-3, 9)))
        elif what == 2:
            gone.append(link)
            network.remove_link(link)
        else:
            a, b = chance.choice(30, 2, replace=False).tolist()
            try:
                network.add_link(a, b, int(chance.integers(4)), int(chance.integers(3)))
            except Uncomputable as refused:
                assert refused.params["path"][0] == refused.params["path"][-1] == b
    stays = ~np.isin(np.arange(len(network.tail)), gone)
    anew = Network(
        network.duration, network.tail[stays], network.head[stays], network.kind[stays], network.lag[stays]
    )
    assert columns(network.slack()) == columns(anew.slack())


def slow_finish(start: int, length: int) -> int:
    """Slot after the last of `length` worked slots from `start` on."""
    while length:
        length -= bool(WEEK[0, start])
        start += 1
    return start


@given(st.integers(0, 10_000))
@few
def test_with_calendars_no_earlier_start_would_keep_the_links_and_no_later_one_the_finish(seed):
    given_ = cpm.case(seed, 12, 16)
    keep = given_["tail"] < given_["head"]
    given_ = {k: v if k == "duration" else v[keep] for k, v in given_.items()}
    given_["duration"] = given_["duration"] % 9 + 1
    calendar = np.zeros(12, np.int32)
    slack = Network(**given_, calendar=calendar, working=WEEK).slack()
    links = list(zip(given_["tail"], given_["head"], given_["kind"], given_["lag"], strict=True))

    def holds(i: int, start: int, starts: np.ndarray, finishes: np.ndarray, incoming: bool) -> bool:
        begin, end = starts.copy(), finishes.copy()
        begin[i], end[i] = start, slow_finish(start, int(given_["duration"][i]))
        mine = [one for one in links if one[1 if incoming else 0] == i]
        return end[i] <= slack.finish and all(
            (begin[b] if kind <= 1 else end[b]) >= (end[a] if kind in (0, 2) else begin[a]) + lag
            for a, b, kind, lag in mine
        )

    for i in range(12):
        early, late = int(slack.early_start[i]), int(slack.late_start[i])
        assert WEEK[0, early] and WEEK[0, late]
        assert slack.early_finish[i] == slow_finish(early, int(given_["duration"][i]))
        assert holds(i, early, slack.early_start, slack.early_finish, True)
        assert not any(
            WEEK[0, t] and holds(i, t, slack.early_start, slack.early_finish, True) for t in range(early)
        )
        assert holds(i, late, slack.late_start, slack.late_finish, False)
        later = [t for t in range(late + 1, slack.finish) if WEEK[0, t]]
        assert not any(holds(i, t, slack.late_start, slack.late_finish, False) for t in later)
        assert slack.total[i] == WEEK[0, early:late].sum()
        assert 0 <= slack.free[i] <= slack.total[i]


def test_a_calendar_that_always_works_changes_nothing():
    given_ = cpm.case(3, 500, 1000)
    keep = given_["tail"] < given_["head"]
    given_ = {k: v if k == "duration" else v[keep] for k, v in given_.items()}
    always = Network(**given_, calendar=np.zeros(500, np.int32), working=np.ones((1, 1), np.bool_))
    assert columns(always.slack()) == columns(Network(**given_).slack())


def test_a_cycle_is_named_from_its_first_activity_back_to_itself():
    with pytest.raises(Uncomputable) as refused:
        Network(ints(1, 1, 1, 1), ints(0, 1, 2, 3), ints(1, 2, 3, 1), ints(0, 0, 0, 0), ints(0, 0, 0, 0))
    path = refused.value.params["path"]
    assert sorted(path[:-1]) == [1, 2, 3]
    assert path[0] == path[-1]
    assert all((b - a) % 3 == 1 for a, b in itertools.pairwise(path))


def test_a_refused_link_leaves_the_network_as_it_was():
    network = Network(ints(2, 3), ints(0), ints(1), ints(0), ints(0))
    before = columns(network.slack())
    with pytest.raises(Uncomputable, match="cycle"):
        network.add_link(1, 0)
    assert columns(network.slack()) == before


def test_a_calendar_whose_work_ends_is_named():
    works = np.array([[True, True, False]])
    with pytest.raises(Uncomputable, match="never_works"):
        Network(ints(9), ints(), ints(), ints(), ints(), calendar=ints(0), working=works).slack()
