"""Windows in words: `Q1 2027`, `H2 2026 – H1 2027`, as exactly as they are known and no finer."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit import clock
from tandem.kit.dates import Span, short_day, unit_start
from tandem.product.models import Feature
from tandem.product.models.window import Horizon, implied_by
from tandem.web.charts import quarter_name, short_month
from tandem.web.templating import day


def told(span: Span | None) -> str:
    if span is None:
        return ""
    first, last = _unit(span.first, span.unit), _unit(span.last, span.unit)
    return first if first == last else f"{first} – {last}"


def _unit(on: date, unit: str) -> str:
    if unit == "day":
        return day(on)
    if unit == "week":
        return _("week of %(day)s") % {"day": day(unit_start(on, "week"))}
    if unit == "month":
        return short_month(on, with_year=True)
    if unit == "quarter":
        return quarter_name(on)
    if unit == "half":
        return _("H%(n)s %(year)s") % {"n": 1 if on.month <= 6 else 2, "year": on.year}
    return _("%(year)s") % {"year": on.year}


def slip_said(count: int | None, unit: str) -> str:
    """`2 quarters later than promised`."""
    if count is None:
        return ""
    if count == 0:
        return _("as promised")
    later, n = count > 0, abs(count)
    words = {
        "day": ngettext("%(n)s day later than promised", "%(n)s days later than promised", n) if later
        else ngettext("%(n)s day earlier than promised", "%(n)s days earlier than promised", n),
        "week": ngettext("%(n)s week later than promised", "%(n)s weeks later than promised", n) if later
        else ngettext("%(n)s week earlier than promised", "%(n)s weeks earlier than promised", n),
        "month": ngettext("%(n)s month later than promised", "%(n)s months later than promised", n) if later
        else ngettext("%(n)s month earlier than promised", "%(n)s months earlier than promised", n),
        "quarter": ngettext("%(n)s quarter later than promised", "%(n)s quarters later than promised", n) if later
        else ngettext("%(n)s quarter earlier than promised", "%(n)s quarters earlier than promised", n),
        "half": ngettext("%(n)s half-year later than promised", "%(n)s half-years later than promised", n) if later
        else ngettext("%(n)s half-year earlier than promised", "%(n)s half-years earlier than promised", n),
        "year": ngettext("%(n)s year later than promised", "%(n)s years later than promised", n) if later
        else ngettext("%(n)s year earlier than promised", "%(n)s years earlier than promised", n),
    }  # fmt: skip
    return words[unit] % {"n": n}


def happened(first: date | None, last: date | None) -> str:
    """The actual window: from the first work to the delivery, or still open."""
    if first and last:
        return f"{short_day(first)} – {short_day(last)}"
    if first:
        return _("since %(day)s") % {"day": short_day(first)}
    return short_day(last) if last else ""


def horizon_said(feature: Feature) -> str:
    """Where it stands; what was set by hand wins, and the page says so where the window implies another."""
    stands = str(Horizon(feature.stands_in).label)
    if feature.horizon == Horizon.WINDOW:
        return _("%(horizon)s, as its window says") % {"horizon": stands} if feature.window else stands
    implied = Horizon(implied_by(feature.window, clock.today()))
    if feature.window is None or implied == feature.horizon:
        return stands
    return window_says(stands, implied)


def window_says(stands: str, implied: str) -> str:
    return _("%(horizon)s, set by hand; its window says: %(implied)s") % {"horizon": stands, "implied": Horizon(implied).label}
