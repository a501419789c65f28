"""The layout of flows: nothing overlaps, widths are true, and the same rows give the same picture."""

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from tandem.web import sankey
from tandem.web.sankey import Flow


def some(count: int, seed: int) -> list[Flow]:
    rng = random.Random(seed)
    found = {}
    for _n in range(count):
        a, b, c, value = rng.randrange(9), rng.randrange(9), rng.randrange(14), rng.uniform(0.1, 50)
        for column, x, y in ((0, a, b), (1, b, c)):
            found[column, x, y] = found.get((column, x, y), 0) + value
    return [Flow(column, x, y, value) for (column, x, y), value in found.items()]


@given(st.integers(1, 200), st.integers(0, 50))
def test_nodes_of_a_column_do_not_overlap_and_stay_in_the_picture(count, seed):
    drawn = sankey.lay_out(some(count, seed), last=(8,))
    for column in range(3):
        rows = sorted((n for n in drawn.nodes if n.column == column), key=lambda n: n.y)
        assert all(a.y + a.height < b.y for a, b in itertools.pairwise(rows))
        assert rows[-1].y + rows[-1].height <= drawn.height
        if 8 in {n.key for n in rows}:
            assert rows[-1].key == 8


def test_what_flows_in_flows_out_and_heights_are_in_proportion():
    drawn = sankey.lay_out([Flow(0, "a", "x", 3), Flow(0, "b", "x", 1), Flow(1, "x", "p", 4)])
    found = {n.key: n for n in drawn.nodes}
    assert round(found["a"].height / found["b"].height, 2) == 3 and found["x"].height == found["p"].height == sankey.BODY
    assert len(drawn.bands) == 3 and all(b.path.startswith("M") and b.path.endswith("Z") for b in drawn.bands)


def test_the_same_rows_give_the_same_picture():
    assert sankey.lay_out(some(40, 1)) == sankey.lay_out(some(40, 1))
    assert sankey.lay_out([]).nodes == []
