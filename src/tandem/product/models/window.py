"""When something is planned, and how exactly: a window of whole days, weeks, months, quarters, halves or years."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from tandem.kit.dates import Span

NOW_WITHIN, NEXT_WITHIN = 92, 184
"""Days from today to the end of a window that is still now, still next: about a quarter, about two."""


class Precision(models.TextChoices):
    DAY = "day", _("To the day")
    WEEK = "week", _("To the week")
    MONTH = "month", _("To the month")
    QUARTER = "quarter", _("To the quarter")
    HALF = "half", _("To the half-year")
    YEAR = "year", _("To the year")


class Horizon(models.TextChoices):
    NOW = "now", _("Now")
    NEXT = "next", _("Next")
    LATER = "later", _("Later")
    WINDOW = "window", _("As its window says")


HORIZONS = [(one.value, one.label) for one in (Horizon.NOW, Horizon.NEXT, Horizon.LATER)]
"""The three in which a row can stand."""


def window_of(first: date | None, last: date | None, precision: str) -> Span | None:
    """None where neither day is known; a window of one known day begins and ends there."""
    begin, end = first or last, last or first
    return Span(begin, end, precision) if begin and end else None


def implied_by(window: Span | None, on: date) -> str:
    """What a window that has begun says is now; else its end decides. Without a window nothing is known: later."""
    if window is None:
        return Horizon.LATER
    days = (window.last - on).days
    if window.first <= on or days <= NOW_WITHIN:
        return Horizon.NOW
    return Horizon.NEXT if days <= NEXT_WITHIN else Horizon.LATER


def standing(on: date) -> Case:
    """The horizon of a feature as the database says it: the one set by hand, else what its window implies."""
    begin, end = Coalesce("planned_from", "planned_to"), Coalesce("planned_to", "planned_from")
    return Case(
        When(~Q(horizon=Horizon.WINDOW), then=F("horizon")),
        When(LessThanOrEqual(begin, on), then=Value("now")),
        When(LessThanOrEqual(end, on + timedelta(days=NOW_WITHIN)), then=Value("now")),
        When(LessThanOrEqual(end, on + timedelta(days=NEXT_WITHIN)), then=Value("next")),
        default=Value("later"),
        output_field=models.CharField(),
    )
