"""Figures of reports in words: money with its currency, days with their sign, ratings with their shape."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup

from tandem.portfolio.models import ProjectReport
from tandem.web.strategy.values import shape
from tandem.web.templating import is_chinese

RATED = {5: "on", 4: "on", 3: "risk", 2: "off", 1: "off"}
_SCALES = ((1e9, " bn"), (1e6, " M"), (1e3, " k"))
_SCALES_ZH = ((1e8, "亿"), (1e4, "万"))


def money(value: Decimal | float | None, currency: str = "", *, signed: bool = False) -> str:
    """`GBP 12.1 M`, `+USD 3.4 bn`: the figures that matter."""
    if value is None:
        return "–"
    size = abs(float(value))
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    scale, unit = next(((s, u) for s, u in (_SCALES_ZH if is_chinese() else _SCALES) if size >= s), (1.0, ""))
    return f"{sign}{currency} {_short(size / scale)}{unit}" if currency else f"{sign}{_short(size / scale)}{unit}"


def _short(size: float) -> str:
    return f"{size:,.0f}" if size >= 100 else f"{size:.1f}" if size >= 10 else f"{size:.2f}".rstrip("0").rstrip(".")


def days(value: int | float | None) -> str:
    """`+26 d`, with a true minus."""
    if value is None:
        return "–"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return str(_("{n} d")).replace("{n}", f"{sign}{abs(round(value)):,}")


def share(value: float | None) -> str:
    """`+12.4 %`."""
    if value is None:
        return "–"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{abs(100 * value):,.1f} %"


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
