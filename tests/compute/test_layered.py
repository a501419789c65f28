"""The layered drawing: every edge points to the right but those that close a circle, nothing covers anything, equal input
is drawn equally."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.compute.layout.layered import place


def test_a_chain_goes_from_left_to_right():
    made = place("abc", [("a", "b"), ("b", "c")])
    assert made.at == {"a": (0, 0), "b": (1, 0), "c": (2, 0)}
    assert (made.layers, made.rows, made.turned) == (3, 1, frozenset())


def test_a_circle_turns_one_edge_round():
    made = place("abc", [("a", "b"), ("b", "c"), ("c", "a")])
    assert len(made.turned) == 1
    assert made.layers == 3


def test_a_long_edge_passes_a_row_of_its_own_in_each_layer():
    made = place("abc", [("a", "b"), ("b", "c"), ("a", "c")])
    assert [layer for layer, _row in made.paths["a", "c"]] == [0, 1, 2]
    assert made.paths["a", "c"][1] != made.at["b"]


def test_two_pairs_that_cross_are_put_apart():
    made = place("abxy", [("a", "y"), ("b", "x"), ("a", "x"), ("b", "y")][:2])
    assert made.at["a"][1] == made.at["y"][1]
    assert made.at["b"][1] == made.at["x"][1]


def test_what_is_alone_stands_below_and_strangers_are_left_out():
    made = place("abc", [("a", "b"), ("a", "z"), ("c", "c")])
    assert made.at["c"] == (0, 1)
    assert set(made.paths) == {("a", "b")}


@pytest.mark.parametrize("nodes", [(), ("a",)], ids=["none", "one"])
def test_nothing_and_one_are_drawn(nodes):
    assert place(nodes, []).rows == len(nodes)


EDGES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40)


@given(EDGES)
def test_whatever_the_graph_each_has_its_place_and_each_edge_its_way(edges):
    made = place(range(13), edges)
    assert len(set(made.at.values())) == 13
    assert made == place(range(13), edges)
    taken = set(made.at.values())
    for (a, b), path in made.paths.items():
        assert (path[0], path[-1]) == (made.at[a], made.at[b])
        assert not taken & set(path[1:-1])
        step = -1 if (a, b) in made.turned else 1
        assert all(second[0] - first[0] == step for first, second in pairwise(path))
