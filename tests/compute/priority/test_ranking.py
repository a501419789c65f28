"""Rankings by known and own formulas: order, explanation, and how firm they are."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.priority import METHODS, NUMBER, method, quadrants, rank, scored

PLAIN = {name: NUMBER for one in METHODS.values() for name in one.columns} | {"a": NUMBER, "b": NUMBER}


def ranked(source, items, weights=None, **more):
    names = [f"i{at}" for at in range(len(next(iter(items.values()))))]
    return rank(scored(source, PLAIN, weights), names, items, **more)


def test_rice_ranks_by_reach_impact_confidence_over_effort():
    ranking = ranked(
        method("rice").formula,
        {"reach": [2000.0, 500.0], "impact": [1.0, 2.0], "confidence": [0.8, 0.5], "effort": [20.0, 5.0]},
    )
    assert [(row.item, row.score) for row in ranking.rows] == [("i1", 100.0), ("i0", 80.0)]


def test_wsjf_divides_the_cost_of_delay_by_the_size():
    ranking = ranked(
        method("wsjf").formula,
        {"business_value": [8.0, 5.0], "time_criticality": [3.0, 13.0], "risk_reduction": [2.0, 2.0],
         "job_size": [5.0, 8.0]},
    )  # fmt: skip
    assert [(row.item, row.score) for row in ranking.rows] == [("i0", 13 / 5), ("i1", 20 / 8)]


def test_ice_multiplies():
    ranking = ranked(method("ice").formula, {"impact": [8.0], "confidence": [6.0], "ease": [5.0]})
    assert ranking.rows[0].score == 240


def test_an_unknown_method_is_refused_with_those_there_are():
    with pytest.raises(Uncomputable) as caught:
        method("moon")
    assert caught.value.params["allowed"] == ("rice", "wsjf", "ice", "value-effort")


def test_value_and_effort_fall_into_four_fields():
    fields = quadrants([9.0, 9.0, 1.0, 1.0, None], [1.0, 9.0, 1.0, 9.0, 3.0])
    assert fields == ("quick_win", "big_bet", "fill_in", "money_pit", None)


def test_equal_scores_share_the_better_rank():
    ranking = ranked("a", {"a": [1.0, 3.0, 3.0, 2.0]})
    assert [(row.item, row.rank) for row in ranking.rows] == [("i1", 1), ("i2", 1), ("i3", 3), ("i0", 4)]
    assert [row.item for row in ranked("a", {"a": [1.0, 3.0, 2.0]}, ascending=True).rows] == [
        "i0",
        "i2",
        "i1",
    ]


def test_items_without_a_score_say_what_they_lack():
    rows = ranked("a / (b - 1)", {"a": [1.0, None, 4.0], "b": [1.0, 2.0, 3.0]}).rows
    assert [(row.item, row.rank, row.problem) for row in rows] == [
        ("i2", 1, None), ("i0", None, "division_by_zero"), ("i1", None, "missing"),
    ]  # fmt: skip
    assert rows[1].where == "a / (b - 1)"
    assert rows[2].missing == ("a",)


def test_addends_add_up_to_the_score():
    row = ranked("3 * a - b + 1", {"a": [2.0], "b": [4.0]}).rows[0]
    assert [(term.text, term.effect) for term in row.terms] == [("3 * a", 6), ("b", -4), ("1", 1)]
    assert math.fsum(term.effect for term in row.terms) == row.score


@given(st.lists(st.tuples(st.floats(0.1, 100), st.floats(0.1, 100)), min_size=1, max_size=8))
def test_factors_multiply_to_the_score_against_the_typical_one(pairs):
    ranking = ranked("a / b", {"a": [p[0] for p in pairs], "b": [p[1] for p in pairs]})
    typical = math.exp(math.fsum(math.log(row.score) for row in ranking.rows) / len(pairs))
    for row in ranking.rows:
        assert math.prod(term.effect for term in row.terms) == pytest.approx(row.score / typical)


def test_a_factor_shows_its_own_addends():
    row = ranked("(a + b) / 2", {"a": [2.0], "b": [4.0]}).rows[0]
    assert [part.text for part in row.terms[0].parts] == ["a", "b"]


def test_a_close_call_changes_with_the_weights_and_a_clear_one_does_not():
    close = ranked("w * a + b", {"a": [10.0, 0.0], "b": [0.0, 9.0]}, {"w": 1.0}).sensitivity
    assert not close.is_firm
    assert {one.name for one in close.swings if one.changes_order} == {"w", "b"}
    assert close.keeps_first < 1
    assert close.keeps_set == 1
    clear = ranked("w * a + b", {"a": [10.0, 0.0], "b": [0.0, 3.0]}, {"w": 1.0}).sensitivity
    assert clear.is_firm
    assert clear.keeps_order == 1


def test_who_would_enter_the_top_is_seen():
    firm = ranked("a + b", {"a": [10.0, 0.0], "b": [0.0, 9.0]}, top=1).sensitivity
    swing = next(one for one in firm.swings if one.name == "a")
    assert (firm.top, swing.down, swing.up, swing.changes_set) == (("i0",), ("i1",), ("i0",), True)


def test_in_a_product_the_exponents_vary():
    firm = ranked("a * b", {"a": [100.0, 2.0], "b": [2.0, 90.0]}).sensitivity
    assert {one.kind for one in firm.swings} == {"exponent"}
    assert not firm.is_firm


def test_a_weight_varies_wherever_it_stands():
    firm = ranked("(w * a + w * b) / w", {"a": [1.0, 2.0], "b": [5.0, 1.0]}, {"w": 3.0}).sensitivity
    assert firm.is_firm


def test_the_same_seed_gives_the_same_variations():
    items = {"a": [10.0, 0.0, 5.0], "b": [0.0, 9.0, 5.5]}
    assert ranked("a + b", items, seed=4) == ranked("a + b", items, seed=4)
    assert ranked("a + b", items, seed=4).sensitivity != ranked("a + b", items, seed=5).sensitivity


def test_wrong_input_names_the_item_and_the_column():
    for column, code in (
        ([1.0], "wrong_length"),
        ([1.0, float("nan")], "wrong_kind"),
        ([1.0, "x"], "wrong_kind"),
    ):
        with pytest.raises(Uncomputable) as caught:
            rank(scored("a", PLAIN), ["x", "y"], {"a": column})
        assert caught.value.code == code
    with pytest.raises(Uncomputable, match="items_not_unique"):
        rank(scored("a", PLAIN), ["x", "x"], {"a": [1.0, 2.0]})


@given(
    st.lists(st.floats(-100, 100), min_size=1, max_size=12, unique=True), st.randoms(use_true_random=False)
)
def test_the_order_of_the_rows_changes_no_score(values, chance):
    names = [f"i{at}" for at in range(len(values))]
    mixed = list(zip(names, values, strict=True))
    chance.shuffle(mixed)
    formula = scored("normalise(a) + normalise(a, rank)", PLAIN)
    first = rank(formula, names, {"a": values}, swing=0)
    again = rank(formula, [one[0] for one in mixed], {"a": [one[1] for one in mixed]}, swing=0)
    assert {(row.item, row.rank, row.score) for row in first.rows} == {
        (row.item, row.rank, row.score) for row in again.rows
    }


@pytest.mark.slow
def test_ten_thousand_items_are_ranked_and_explained():
    values = [float(at % 977) + 1 for at in range(10_000)]
    assert len(ranked("a * a / (b + 1)", {"a": values, "b": values[::-1]}, draws=10).rows) == 10_000
