"""Formulas: what they mean, where they are refused, and that nothing in them can hurt."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.priority import NUMBER, TEXT, Type, check, scored, unit
from tandem.compute.priority.evaluate import Gap, evaluate

DAYS, MONEY, EFFORT = (Type("number", unit(word)[0]) for word in ("days", "EUR", "person-days"))
COLUMNS = {"a": NUMBER, "b": NUMBER, "wait": DAYS, "cost": MONEY, "effort": EFFORT, "kind": TEXT, "成本": MONEY,
           "Cost of delay": MONEY}  # fmt: skip


def value(source, weights=None, **items):
    formula = check(source, COLUMNS, weights)
    return evaluate(formula, {name: [one] for name, one in items.items()}, 1)[-1][0]


def refused(source, weights=None):
    with pytest.raises(Uncomputable) as caught:
        scored(source, COLUMNS, weights)
    return caught.value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("8 / 4 / 2", 1), ("2 - 3 - 4", -5), ("-2 * 3", -6), ("- -2", 2),
        ("50 % * 10", 5), ("50%*10", 5), ("1e3", 1000), (".5 + 1.", 1.5), ("min(3, 1, 2)", 1),
        ("max(3 days, 1 day) / 1 day", 3), ("sum(1, 2, 3)", 6), ("if(1 < 2, 10, 20)", 10),
        ("if(not 1 < 2, 10, 20)", 20), ("if(1 < 2 and 2 < 1 or 3 = 3, 1, 0)", 1), ("log(1)", 0),
        ("log(8, 2)", 3), ("sqrt(9)", 3), ("round(2.5)", 3), ("round(-2.5)", -3), ("round(1.25, 1)", 1.3),
        ("clamp(7, 0, 5)", 5), ("clamp(-1, 0, 5)", 0), ("6 person-days / 2 days / 1 person", 3),
        ("10 EUR / 2 EUR", 5), ("sqrt(9 EUR * 4 EUR) / 1 EUR", 6),
    ],
)  # fmt: skip
def test_a_formula_means_what_a_reader_expects(source, expected):
    assert value(source) == pytest.approx(expected)


def test_names_may_be_chinese_or_stand_in_brackets():
    assert value("成本 / 1 EUR", **{"成本": 5.0}) == 5
    assert value("[Cost of delay] / 1 EUR", **{"Cost of delay": 5.0}) == 5


@pytest.mark.parametrize(
    ("source", "code", "line", "column", "found"),
    [
        ("wait + cost", "units_differ", 1, 8, "cost"),
        ("1 +\n  wait", "units_differ", 2, 3, "wait"),
        ("a + 2 * (b + cost)", "units_differ", 1, 14, "cost"),
        ("effort - wait", "units_differ", 1, 10, "wait"),
        ("5 EUR + 5 USD", "units_differ", 1, 9, "5 USD"),
        ("wait < cost", "units_differ", 1, 8, "cost"),
        ("clamp(a, 0, 1 day)", "units_differ", 1, 13, "1 day"),
        ("if(a > 1, wait, cost)", "units_differ", 1, 17, "cost"),
        ("default(wait, 3)", "units_differ", 1, 15, "3"),
        ("a + nothing", "unknown_name", 1, 5, "nothing"),
        ("a + __class__", "unknown_name", 1, 5, "__class__"),
        ("a\n\n + eval(b)", "unknown_function", 3, 4, "eval"),
        ("log(cost)", "unit_not_allowed", 1, 5, "cost"),
        ("kind + 1", "not_a_number", 1, 1, "kind"),
        ("a > 1", "not_a_number", 1, 1, "a > 1"),
        ("if(a, 1, 2)", "not_a_truth", 1, 4, "a"),
        ("min()", "wrong_number_of_parts", 1, 1, "min()"),
        ("normalise(a, best)", "unknown_mode", 1, 14, "best"),
        ("1 < 2 < 3", "chained_comparison", 1, 7, "<"),
        ("a b", "unexpected", 1, 3, "b"),
        ("(a", "unexpected", 1, 3, ""),
        ("a +", "unexpected", 1, 4, ""),
        ("", "unexpected", 1, 1, ""),
        ("a ** 2", "unexpected", 1, 4, "*"),
        ("a.b", "unexpected_character", 1, 2, "."),
        ("a ; b", "unexpected_character", 1, 3, ";"),
        ("kind = 'x", "unclosed_text", 1, 8, "'"),
        ("9e999", "number_too_large", 1, 1, "9e999"),
        ("a - 1e16", "number_too_large", 1, 5, "1e16"),
    ],
)  # fmt: skip
def test_a_fault_is_shown_at_its_place(source, code, line, column, found):
    fault = refused(source)
    where = fault.params
    assert (fault.code, where["line"], where["column"], where["found"]) == (code, line, column, found)


def test_what_is_allowed_there_is_said():
    assert refused("a + wiat").params["near"] == "wait"
    assert "clamp" in refused("evil(a)").params["allowed"]
    assert refused("wait + cost").params["left"] == "day"
    assert refused("wait + cost").params["right"] == "EUR"
    assert refused("effort + cost / wait").params["left"] == "person-day"
    assert refused("effort + cost / wait").params["right"] == "EUR/day"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("(" * 5_000, "formula_too_long"),
        ("(" * 1_000 + "1" + ")" * 1_000, "formula_too_deep"),
        ("-" * 500 + "1", "formula_too_deep"),
        ("not " * 300 + "a", "formula_too_deep"),
        ("+".join(["1"] * 900), "formula_too_large"),
        ("min(" + ",".join(["a"] * 300) + ")", "wrong_number_of_parts"),
        ("cost" + "*cost" * 20, "unit_too_high"),
        ("9" * 400, "number_too_large"),
    ],
)
def test_abuse_is_refused_early(source, code):
    assert refused(source).code == code


def test_a_long_sum_within_bounds_is_computed():
    assert value("+".join(["a"] * 190), a=1.0) == 190


@pytest.mark.parametrize("name", ["__class__", "__import__", "open", "self", "lambda", "globals"])
def test_python_names_are_nothing_special(name):
    assert refused(name).code == "unknown_name"
    assert refused(f"{name}(1)").code == "unknown_function"


@pytest.mark.parametrize(
    ("source", "code"),
    [("a / b", "division_by_zero"), ("log(b)", "logarithm_of_nothing"), ("sqrt(-a)", "root_of_negative"),
     ("clamp(a, 2, 1)", "limits_crossed"), ("log(a, 1)", "logarithm_of_nothing")],
)  # fmt: skip
def test_the_impossible_is_a_stated_result_of_that_row(source, code):
    gap = value(source, a=1.0, b=0.0)
    assert isinstance(gap, Gap)
    assert gap.code == code


def test_what_grows_too_large_is_stated():
    assert value("*".join(["a"] * 20), a=1e15).code == "too_large"


def test_missing_is_never_zero():
    assert value("a + b", a=1.0, b=None) == Gap("missing", ("b",), 4)
    assert value("a * b", a=0.0, b=None).missing == ("b",)
    assert value("max(a, b)", a=None, b=None).missing == ("a", "b")
    assert value("a + default(b, 2)", a=1.0, b=None) == 3
    assert value("default(a / b, 2)", a=1.0, b=0.0).code == "division_by_zero"


def test_only_the_branch_that_counts_must_be_filled():
    assert value("if(a > 0, a, b)", a=1.0, b=None) == 1
    assert value("if(b > 0, a, 1)", a=1.0, b=None).missing == ("b",)
    assert value("if(a > 0 or b > 0, 1, 2)", a=1.0, b=None) == 1


def test_text_is_compared_and_nothing_else():
    assert value('if(kind = "bug", 2, 1)', kind="bug") == 2
    assert value("if(kind != 'bug', 2, 1)", kind="bug") == 1
    assert refused("kind * 2").code == "not_a_number"
    assert refused('if(kind < "x", 1, 2)').code == "not_a_number"


def test_normalising_looks_at_all_items_that_have_a_value():
    formula = check("normalise(a)", COLUMNS)
    assert evaluate(formula, {"a": [1.0, 3.0, None, 2.0]}, 4)[-1] == [0, 1, Gap("missing", ("a",), 10), 0.5]
    assert evaluate(check("normalise(a, rank)", COLUMNS), {"a": [5.0, 900.0, 7.0, 7.0]}, 4)[-1] == [
        0,
        1,
        0.5,
        0.5,
    ]
    assert evaluate(formula, {"a": [4.0, 4.0]}, 2)[-1] == [0.5, 0.5]


def test_named_weights_are_plain_numbers():
    assert value("w * a", {"w": 2.5}, a=2.0) == 5
    assert refused("w * a + cost", {"w": 2.5}).code == "units_differ"


def test_a_weight_is_a_number_of_its_own_name():
    for weights, code in (
        ({"a": 1.0}, "name_twice"),
        ({"w": math.nan}, "number_too_large"),
        ({"w": math.inf}, "number_too_large"),
    ):
        with pytest.raises(Uncomputable) as caught:
            scored("a", COLUMNS, weights)
        assert caught.value.code == code


def test_what_grows_beyond_all_use_is_a_gap():
    assert value("1 / b", b=1e-199).code == "too_large"
    assert value("b * b - b * b", b=1e60).code == "too_large"


# eighths: no tree of twelve leaves comes near LARGEST, where a gap would be the right answer
numbers = st.integers(-8_000_000, 8_000_000).map(lambda eighths: eighths / 8)
TREES = st.recursive(
    st.one_of(st.integers(0, 99).map(str), st.sampled_from(["a", "b"])),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda t: f"-{t}"),
    ),
    max_leaves=12,
)


@given(TREES, numbers, numbers)
def test_arithmetic_agrees_with_pythons(source, a, b):
    try:
        expected = eval(source, {}, {"a": a, "b": b})
    except ZeroDivisionError:
        assert value(source, a=a, b=b).code == "division_by_zero"
    else:
        assert math.isclose(value(source, a=a, b=b), expected, rel_tol=1e-12, abs_tol=1e-12)


@given(st.text(alphabet="ab12 ()+-*/,<>=.%'\"[]\n__if min€成days", max_size=60))
def test_any_text_is_a_formula_or_refused_with_a_code(source):
    try:
        scored(source, COLUMNS)
    except Uncomputable as fault:
        assert fault.params["line"] >= 1
