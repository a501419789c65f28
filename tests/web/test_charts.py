"""Scales, ticks and paths of the pictures that the server draws."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import engines
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tandem.web import charts


def test_a_scale_puts_values_in_their_places_and_keeps_the_rest_at_the_edge():
    scale = charts.Scale(0, 10, 100, 200)
    assert [scale(v) for v in (0, 5, 10, -3, 99)] == [100, 150, 200, 100, 200]


def test_a_scale_of_one_value_puts_it_in_the_middle():
    assert charts.Scale(4, 4, 0, 10)(4) == 5


def test_days_and_moments_share_a_scale():
    assert charts.place(datetime(2026, 11, 19, 12, tzinfo=UTC)) == charts.place(date(2026, 11, 19)) + 0.5


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.integers(2, 10))
def test_ticks_are_few_round_and_reach_over_both_ends(low, span, count):
    found = charts.nice(low, low + span, count)
    slack = (abs(low) + span) * 1e-6
    assert found[0] <= low + slack
    assert found[-1] >= low + span - slack
    assert len(found) <= count + 3


@pytest.mark.parametrize(("low", "high"), [(0, 0), (5, 5), (float("nan"), 1), (0, float("inf"))])
def test_ticks_of_nothing_do_not_fail(low, high):
    assert len(charts.nice(low, high)) == 2


@given(st.dates(date(1990, 1, 1), date(2080, 1, 1)), st.integers(0, 9000), st.integers(2, 12))
def test_day_ticks_are_in_order_inside_and_no_more_than_asked(first, days, most):
    last = first + timedelta(days=days)
    found = [day for day, _text in charts.days_between(first, last, most)]
    assert found == sorted(set(found))
    assert all(first <= day <= last for day in found)
    assert 1 <= len(found) <= most + 1


def test_the_year_stands_where_it_changes():
    found = [text for _day, text in charts.days_between(date(2026, 10, 5), date(2027, 4, 5), 7)]
    assert found == ["Nov 2026", "Dec", "Jan 2027", "Feb", "Mar", "Apr"]


def test_where_each_mark_is_of_another_year_each_says_its_year():
    found = [text for _day, text in charts.days_between(date(2020, 1, 1), date(2026, 12, 31), 7)]
    assert found == [f"Jan {year}" for year in range(2020, 2027)]
    assert [text for _day, text in charts.days_between(date(2026, 12, 1), date(2027, 4, 20), 6)][:2] == ["Dec", "Jan 2027"]


def test_labels_speak_chinese():
    with translation.override("zh-hans"):
        assert charts.day_and_month(date(2026, 2, 12)) == "2月12日"
        assert charts.short_month(date(2026, 2, 1), with_year=True) == "2026年2月"


def test_numbers_are_as_short_as_they_are_exact():
    assert [charts.number(v) for v in (0, 1200, 0.5, 0.25, -3)] == ["0", "1,200", "0.5", "0.25", "−3"]


def test_paths():
    plot = charts.plot(x=(0, 10), y=(0, 10), width=120, height=120, left=10, right=10, top=10, bottom=10)
    assert plot.line([(0, 0), (10, 10)]) == "M10 110L110 10"
    assert plot.steps([(0, 0), (10, 10)]) == "M10 110L110 110L110 10"
    assert plot.area([(0, 0, 5), (10, 0, 10)]) == "M10 60L110 10L110 110L10 110Z"
    assert plot.area([]) == plot.line([]) == ""
    assert plot.box(0, 10, 0, 10) == {"x": 10, "y": 10, "width": 100, "height": 100}


def test_the_value_axis_ends_at_a_round_number():
    plot = charts.plot(x=(0, 1), y=(0, 17))
    assert plot.y.high == 20
    assert [tick.text for tick in plot.y_ticks] == ["0", "5", "10", "15", "20"]


def test_series_are_stacked_from_below():
    assert charts.stacked([(1, 2), (3, 0)]) == [[(0, 1), (0, 3)], [(1, 3), (3, 3)]]
    assert charts.stacked([]) == []


def _written(source: str, **values) -> str:
    return engines["jinja2"].from_string("{% import 'components/charts.html' as c %}" + source).render(values)


def test_hostile_words_stay_words_in_a_picture():
    bad = '"><script>alert(1)</script>'
    plot = charts.plot(x=(0, 1), y=(0, 1))
    source = """{% call c.chart(plot, bad) %}{{ c.dot(1, 1, 'off', bad, bad) }}{{ c.across(plot, 1, bad) }}{% endcall %}
    {{ c.legend([{'text': bad, 'kind': 'line', 'cls': 'ch-ink'}]) }}{{ c.as_table([{'text': bad}], [[bad]]) }}{{ c.computed([bad]) }}"""
    found = _written(source, plot=plot, bad=bad)
    assert "<script" not in found
    assert "style=" not in found
    assert 'tabindex="-1"' in found
