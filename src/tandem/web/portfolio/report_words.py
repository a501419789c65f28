"""Figures of reports in words: days with their sign, ratings with their shape."""

from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup

from tandem.portfolio.models import ProjectReport
from tandem.web import charts
from tandem.web.strategy.values import shape

RATED = {5: "on", 4: "on", 3: "risk", 2: "off", 1: "off"}


def days(value: int | float | None) -> str:
    """`+26 d`, with a true minus."""
    if value is None:
        return "–"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return str(_("{n} d")).replace("{n}", f"{sign}{abs(round(value)):,}")


def share(value: float | None) -> str:
    """`+12.4 %`."""
    return charts.percent(value, 1, signed=True)


def rating(value: int | None) -> Markup | str:
    """The source's word: ink, since nobody here computed it."""
    return shape(RATED[value], str(ProjectReport.Rating(value).label), said=True) if value else ""


def said(value: str) -> Markup | str:
    return shape(value, said=True) if value else ""


def instead(row: Any, field: str) -> str:
    """What the source gives in place of a value: an exemption is no zero and no gap."""
    text = row.withheld.get(field)
    if not text:
        return "–"
    return _("Exempt") if is_exempt(text) else _("Not given")


def is_exempt(text: str) -> bool:
    plain = text.casefold()
    return plain.startswith("exempt") or "information act" in plain


def difference(code: str) -> str:
    """What of the source differs."""
    words = {
        "slip": _("Slip against the first report"), "slip_step": _("Slip since the report before"),
        "slip_before": _("Slip from before the first report here"), "growth": _("Cost growth against the first report"),
        "growth_step": _("Cost growth since the report before"), "growth_before": _("Cost growth from before the first report here"),
    }  # fmt: skip
    return words[code]
