"""Kano's table and coefficients, MoSCoW's order and shares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.priority import Wish, kano, moscow
from tandem.compute.priority.kano import ANSWERS, CATEGORIES, category


@pytest.mark.parametrize(
    ("functional", "dysfunctional", "expected"),
    [
        ("like", "dislike", "one_dimensional"), ("like", "neutral", "attractive"), ("like", "like", "questionable"),
        ("neutral", "dislike", "must_be"), ("expect", "dislike", "must_be"), ("neutral", "neutral", "indifferent"),
        ("dislike", "like", "reverse"), ("dislike", "dislike", "questionable"), ("live_with", "expect", "indifferent"),
    ],
)  # fmt: skip
def test_the_table_is_the_standard_one(functional, dysfunctional, expected):
    assert category(functional, dysfunctional) == expected


def test_the_whole_table_has_the_known_number_of_each():
    found = [category(f, d) for f in ANSWERS for d in ANSWERS]
    assert [found.count(one) for one in CATEGORIES] == [3, 1, 3, 9, 7, 2]


def test_better_and_worse_follow_berger():
    pairs = (
        [("like", "neutral")] * 6
        + [("like", "dislike")] * 2
        + [("neutral", "dislike")]
        + [("neutral", "neutral")]
    )
    result = kano({"dark mode": pairs})[0]
    assert result.category == "attractive"
    assert (result.better, result.worse) == (0.8, -0.3)
    assert result.strength == pytest.approx(0.4)


def test_a_narrow_lead_is_not_clear():
    tied = kano({"x": [("like", "neutral"), ("neutral", "dislike")]})[0]
    assert tied.category == "must_be"
    assert not tied.is_clear
    assert kano({"x": [("like", "neutral")] * 30 + [("neutral", "dislike")] * 5})[0].is_clear


def test_unknown_answers_are_refused():
    with pytest.raises(Uncomputable) as caught:
        kano({"x": [("like", "meh")]})
    assert caught.value.params["question"] == "dysfunctional"
    with pytest.raises(Uncomputable, match="no_answers"):
        kano({"x": []})


@given(st.lists(st.tuples(st.sampled_from(ANSWERS), st.sampled_from(ANSWERS)), min_size=1))
def test_coefficients_stay_in_their_ranges(pairs):
    result = kano({"x": pairs})[0]
    assert sum(count for _, count in result.counts) == result.answers
    assert result.better is None or 0 <= result.better <= 1
    assert result.worse is None or -1 <= result.worse <= 0


def test_must_comes_first_and_may_not_take_more_than_its_share():
    result = moscow([Wish("c", "Could have", 1.0), Wish("m", "MUST", 7.0), Wish("s", "s", 2.0),
                     Wish("w", "Won't have this time", 50.0)], capacity=8)  # fmt: skip
    assert result.order == ("m", "s", "c", "w")
    assert dict(result.shares) == {"must": 0.7, "should": 0.2, "could": 0.1}
    assert dict(result.fits) == {"must": True, "should": False, "could": False}
    assert result.warnings == ("must_above_share", "could_below_share")


def test_a_sound_split_has_no_warning():
    assert (
        moscow([Wish("m", "must", 6.0), Wish("s", "should", 2.0), Wish("c", "could", 2.0)], 10).warnings == ()
    )


def test_must_above_capacity_is_told_and_missing_effort_is_named():
    result = moscow([Wish("m", "must", 9.0), Wish("n", "must"), Wish("w", "wont")], 8)
    assert "must_above_capacity" in result.warnings
    assert result.missing == ("n",)


def test_an_unknown_class_is_refused():
    with pytest.raises(Uncomputable) as caught:
        moscow([Wish("m", "maybe")])
    assert caught.value.params["value"] == "maybe"


def test_what_fits_but_for_rounding_fits():
    wishes = [Wish(str(at), "must", 0.1) for at in range(3)] + [
        Wish("s", "should", 0.1),
        Wish("c", "could", 0.1),
    ]
    assert moscow(wishes, 0.5).fits == (("must", True), ("should", True), ("could", True))
    assert moscow(wishes, 0.5).warnings == ()
    assert moscow(wishes[:3], 0.3).fits[0] == ("must", True)
    with pytest.raises(Uncomputable, match="capacity_below_zero"):
        moscow(wishes, float("nan"))
