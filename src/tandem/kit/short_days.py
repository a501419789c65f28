"""Days as they stand in prose, in the reader's language."""

from datetime import date
from typing import Any

from django.utils import translation

from tandem.kit import clock

_A_YEAR_AWAY = 330  # days


def short_day(value: Any) -> str:
    """`12 Feb` / `2月12日`, for prose and lanes; with the year where nobody would guess it."""
    if not value:
        return ""
    is_far = abs((date(value.year, value.month, value.day) - clock.today()).days) > _A_YEAR_AWAY
    if not is_far:
        return day_and_month(value)
    return f"{value.year}年{day_and_month(value)}" if is_chinese() else f"{day_and_month(value)} {value.year}"


def day_and_month(value: date) -> str:
    """`12 Feb` / `2月12日`."""
    return f"{value.month}月{value.day}日" if is_chinese() else f"{value.day} {value.strftime('%b')}"


def is_chinese() -> bool:
    return translation.get_language() == "zh-hans"
