"""Earned value and earned schedule: a worked example by hand, the same in other units, and what is not derived."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.compute.earned_value.measures import Figures, earned_value, summed
from tandem.compute.earned_value.schedule import Plan, by_points, earned_schedule, figures_at
from tandem.compute.errors import Uncomputable

#: ten months at 10,000; after four of them 30,000 are earned and 36,000 spent
EXAMPLE = Figures(budget=100_000, planned=40_000, earned=30_000, actual=36_000)
TEN_MONTHS = Plan(tuple(10_000 * month for month in range(1, 11)))


def test_the_worked_example():
    """By hand: SV = 30 - 40 = -10 thousand, CV = 30 - 36 = -6, SPI = 3/4, CPI = 30/36 = 5/6.

    EAC: 100 / (5/6) = 120; 36 + 70 = 106; 36 + 70 / (5/6 * 3/4) = 36 + 112 = 148; 36 + 75 = 111.
    TCPI: 70 / 64 = 1.09375 to the budget, 70 / (120 - 36) = 5/6 to the estimate.
    """
    found = earned_value(EXAMPLE, new_estimate=75_000)
    assert (found.sv, found.cv) == (-10_000, -6_000)
    assert (found.spi, found.cpi) == pytest.approx((0.75, 5 / 6))
    eac = found.eac
    assert (eac.typical, eac.atypical, eac.both, eac.bottom_up) == pytest.approx(
        (120_000, 106_000, 148_000, 111_000)
    )
    assert (found.etc.typical, found.etc.atypical) == pytest.approx((84_000, 70_000))
    assert (found.etc.both, found.etc.bottom_up) == pytest.approx((112_000, 75_000))
    assert (found.vac.typical, found.vac.atypical) == pytest.approx((-20_000, -6_000))
    assert (found.vac.both, found.vac.bottom_up) == pytest.approx((-48_000, -11_000))
    assert (found.tcpi_budget, found.tcpi_estimate) == pytest.approx((1.09375, 5 / 6))
    assert found.missing == {}


def test_earned_schedule_of_the_example():
    """30,000 was to be earned after 3 months: ES = 3, SV(t) = -1, SPI(t) = 3/4, IEAC(t) = 10 / 0.75 = 13.3 months."""
    found = earned_schedule(TEN_MONTHS, 30_000, at=4)
    assert (found.es, found.sv, found.spi) == (3.0, -1.0, 0.75)
    assert found.ieac == pytest.approx(10 / 0.75)
    assert found.tspi == pytest.approx(7 / 6)


def test_earned_schedule_between_two_periods():
    """Plan 10, 30, 60, 100; 45 earned lies half way from 30 to 60: ES = 2.5."""
    assert earned_schedule(Plan((10, 30, 60, 100)), 45, at=3).es == 2.5
    assert earned_schedule(Plan((10, 30, 60, 100)), 5, at=3).es == 0.5


def test_the_index_by_time_still_tells_of_the_delay_when_all_is_done():
    """Ended after 13 months instead of 10: SPI is 1, SPI(t) is 10 / 13."""
    end = figures_at(TEN_MONTHS, 100_000, 13, actual=120_000)
    assert earned_value(end).spi == 1.0
    found = earned_schedule(TEN_MONTHS, 100_000, at=13)
    assert (found.spi, found.ieac) == pytest.approx((10 / 13, 13))
    assert found.missing == {"tspi": "work_is_done"}


def test_points_and_hours_are_the_same_arithmetic():
    sprints = by_points([20, 20, 20, 20])
    figures = figures_at(sprints, 30, 2, actual=36, unit="points")
    found = earned_value(figures)
    assert (found.spi, found.cpi) == pytest.approx((0.75, 5 / 6))
    assert found.eac.typical == pytest.approx(96)
    assert earned_schedule(sprints, 30, 2).es == 1.5
    assert found.figures.unit == "points"


# --- what cannot be derived is not shown


def test_without_actual_cost_there_is_no_cost_figure():
    found = earned_value(Figures(100, 40, 30), new_estimate=75)
    assert (found.sv, found.spi) == (-10, 0.75)
    assert (found.cv, found.cpi, found.tcpi_budget, found.tcpi_estimate) == (None,) * 4
    for form in (found.eac, found.etc, found.vac):
        assert (form.typical, form.atypical, form.both, form.bottom_up) == (None,) * 4
    assert {found.missing[name] for name in ("cv", "cpi", "eac", "tcpi_budget")} == {"actual_unknown"}


@pytest.mark.parametrize(
    ("figures", "measure", "reason"),
    [
        (Figures(100, 0, 0, 0), "spi", "nothing_planned"),
        (Figures(100, 10, 10, 0), "cpi", "nothing_spent"),
        (Figures(100, 10, 10, 0), "eac.typical", "nothing_spent"),
        (Figures(100, 10, 0, 5), "eac.typical", "nothing_earned"),
        (Figures(100, 0, 10, 5), "eac.both", "nothing_planned"),
        (Figures(100, 90, 80, 100), "tcpi_budget", "nothing_left_of_budget"),
        (Figures(100, 100, 100, 90), "tcpi_budget", "work_is_done"),
        (Figures(100, 50, 50, 50), "eac.bottom_up", "no_new_estimate"),
    ],
)
def test_each_gap_has_its_reason(figures, measure, reason):
    found = earned_value(figures)
    assert found.missing[measure] == reason
    value = found
    for name in measure.split("."):
        value = getattr(value, name)
    assert value is None


def test_time_gaps_have_reasons_too():
    assert earned_schedule(TEN_MONTHS, 0, at=0).missing == {"spi": "no_time_passed", "ieac": "no_time_passed"}
    assert earned_schedule(TEN_MONTHS, 0, at=2).missing == {"ieac": "nothing_earned"}
    assert earned_schedule(TEN_MONTHS, 50_000, at=11).missing == {"tspi": "planned_end_passed"}


# --- sums and exactness


def test_money_stays_exact_in_what_it_came_in():
    found = earned_value(Figures(Decimal("0.30"), Decimal("0.20"), Decimal("0.10"), Decimal("0.20")))
    assert found.sv == Decimal("-0.10")
    assert found.eac.atypical == Decimal("0.40")
    assert isinstance(found.cv, Decimal)
    cents = earned_value(Figures(10**17 + 1, 3, 2, 1))
    assert cents.eac.atypical == 10**17  # a float would lose the last cent


def test_a_whole_knows_its_cost_only_when_every_part_does():
    parts = [Figures(60, 30, 20, 25), Figures(40, 10, 10, 11)]
    assert summed(parts) == Figures(100, 40, 30, 36)
    assert summed([*parts, Figures(10, 5, 5)]).actual is None


@given(st.lists(st.tuples(*[st.integers(1, 10**6)] * 4), min_size=1, max_size=6))
def test_variances_of_parts_add_up_to_those_of_the_whole(rows):
    parts = [Figures(sum(row), row[0], row[1], row[2]) for row in rows]
    found = [earned_value(part) for part in parts]
    whole = earned_value(summed(parts))
    assert whole.sv == sum(one.sv for one in found)
    assert whole.cv == sum(one.cv for one in found)
    assert whole.eac.atypical == sum(one.eac.atypical for one in found)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=12), st.floats(0, 1))
def test_earned_schedule_and_planned_value_are_inverse(steps, share):
    plan = by_points(steps)
    time = share * plan.periods
    assert earned_schedule(plan, plan.planned(time), at=1).es == pytest.approx(time, abs=1e-6)


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 10**6))
def test_ending_at_the_typical_estimate_needs_no_better_index_than_so_far(a, b, c, d):
    """TCPI against BAC / CPI is CPI itself."""
    figures = Figures(a + b + c, a, b, d)
    found = earned_value(figures)
    assert found.tcpi_estimate == pytest.approx(found.cpi, rel=1e-6)


# --- refused


@pytest.mark.parametrize(
    ("make", "code", "params"),
    [
        (lambda: Figures(0, 0, 0), "budget_not_positive", {"value": 0}),
        (lambda: Figures(100, 120, 0), "above_budget", {"measure": "planned", "value": 120, "budget": 100}),
        (lambda: Figures(100, 10, -1), "value_negative", {"measure": "earned", "value": -1}),
        (lambda: Figures(100, 10, 1, float("inf")), "value_not_finite", {"measure": "actual", "value": float("inf")}),
        (lambda: Figures(Decimal(100), 10.5, 1), "values_mixed", {"value": ["Decimal", "float", "int"]}),
        (lambda: Plan(()), "no_periods", {"value": 0}),
        (lambda: Plan((10, 9)), "plan_falls", {"period": 2, "value": 9}),
        (lambda: earned_schedule(TEN_MONTHS, 100_001, 1), "above_budget", {"measure": "earned", "value": 100_001, "budget": 100_000}),
        (lambda: summed([]), "nothing_to_sum", {"value": 0}),
        (lambda: summed([Figures(1, 1, 1), Figures(1, 1, 1, unit="points")]), "units_differ", {"value": ["cost", "points"]}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_measure_and_value(make, code, params):
    with pytest.raises(Uncomputable) as refused:
        make()
    assert (refused.value.code, refused.value.params) == (code, params)


def test_nothing_earned_where_nothing_was_planned_is_on_time():
    found = earned_schedule(Plan((0, 10, 20)), 0, at=1)
    assert (found.es, found.sv, found.ieac) == (1.0, 0.0, None)
    assert found.missing == {"ieac": "nothing_earned"}


def test_a_plan_in_decimal_is_read_between_two_periods():
    plan = Plan((Decimal("0.10"), Decimal("0.30")))
    assert figures_at(plan, Decimal("0.10"), 1.5).planned == Decimal("0.20")
    assert figures_at(plan, 0, 0.5).planned == Decimal("0.05")


def test_parts_in_float_and_decimal_have_no_sum():
    parts = [Figures(100, Decimal("10.5"), 1), Figures(100, 10.5, 1)]
    with pytest.raises(Uncomputable, match="values_mixed"):
        summed(parts)


def test_etc_and_vac_have_their_reasons_by_form():
    spent = earned_value(Figures(100, 10, 0, 5)).missing
    assert (spent["etc.typical"], spent["vac.both"]) == ("nothing_earned", "nothing_earned")
    assert spent["vac.bottom_up"] == "no_new_estimate"
    unknown = earned_value(Figures(100, 40, 30)).missing
    assert {unknown[f"{name}.atypical"] for name in ("eac", "etc", "vac")} == {"actual_unknown"}


@pytest.mark.parametrize(("earned", "at", "es"), [(50, 3, 3.0), (50, 2, 2.0), (50, 1, 2.0), (50, 9, 5.0), (0, 0.5, 0.5), (0, 4, 1.0), (75, 3, 5.5)])
def test_where_the_plan_stands_still_what_is_earned_is_as_late_or_early_as_it_is_near(earned, at, es):
    """Between two milestones nothing is planned: nothing at the end of week 1, 50 by those of weeks 2 to 5, 100 by that of week 6."""
    assert earned_schedule(Plan((0, 50, 50, 50, 50, 100)), earned, at).es == es
