"""A day in prose says its year where nobody would guess it."""

from datetime import timedelta

from django.utils import translation

from tandem.kit import clock
from tandem.kit.dates import short_day


def test_a_day_near_by_needs_no_year_and_one_years_away_has_it():
    near, far = clock.today() + timedelta(days=40), clock.today() + timedelta(days=1600)
    assert str(near.year) not in short_day(near)
    assert short_day(far).endswith(str(far.year))
    with translation.override("zh-hans"):
        assert short_day(far).startswith(f"{far.year}年")
        assert "年" not in short_day(near)
