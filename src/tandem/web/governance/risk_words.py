"""Risks in words: three points, what they come to, their grade with its shape."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from markupsafe import Markup, escape

from tandem.governance.assessing import HIGH, LOW, MEDIUM, UNKNOWN
from tandem.web.charts import number
from tandem.web.portfolio import money

_SHAPES = {HIGH: "off", MEDIUM: "risk", LOW: "on"}
GRADES = (HIGH, MEDIUM, LOW)
HOW = (
    gettext_lazy("Expected: the probability times the mean effect, (at least + 4 × most likely + at most) / 6. A chance counts below zero; what is over counts nothing. Once a response is carried out, what is left after it counts."),
    gettext_lazy("High, medium, low: the step of the probability times the larger step of the two effects, by the matrix of the nearest space that has set one."),
)  # fmt: skip


def grade_name(grade: str) -> str:
    return {HIGH: pgettext("grade of a risk", "High"), MEDIUM: pgettext("grade of a risk", "Medium"), LOW: pgettext("grade of a risk", "Low")}[grade]


def shape_of(grade: str, kind: str) -> str:
    """Of a chance nothing is alarming: the high ones are good news."""
    return _SHAPES[grade] if kind == "threat" else "on" if grade == HIGH else "none"


def grade(row: Any) -> Any:
    if not row.is_open:
        return ""
    if row.cell.grade == UNKNOWN:
        return _("no exchange rate")
    shape, cell = shape_of(row.cell.grade, row.kind), row.cell
    return Markup('<span class="st nw"><i class="sh sh-{}" aria-hidden="true"></i><span>{}</span> <span class="sub num">{}</span></span>').format(
        shape, escape(grade_name(cell.grade)), cell.score
    )


def days(value: float, *, signed: bool = False) -> str:
    digits = number(round(abs(float(value)), 1))
    sign = "−" if value < 0 and digits != "0" else "+" if signed and value > 0 and digits != "0" else ""
    return _("%(n)s d") % {"n": f"{sign}{digits}"}


def points_days(three: Sequence[float]) -> str:
    if not three:
        return ""
    if three[0] == three[2]:
        return days(three[0])
    return _("%(low)s–%(high)s d, most likely %(mid)s") % {"low": number(three[0]), "mid": number(three[1]), "high": number(three[2])}


def points_money(three: Sequence[float], currency: str) -> str:
    if not three:
        return ""
    low, mid, high = (money.money(one, currency) for one in three)
    return low if three[0] == three[2] else _("%(low)s–%(high)s, most likely %(mid)s") % {"low": low, "mid": mid, "high": high}


def short_points(three: Sequence[float], currency: str = "") -> str:
    """In a cell: the most likely value."""
    if not three:
        return ""
    return money.money(three[1], currency) if currency else days(three[1])


def expected(row: Any) -> str:
    parts = [days(row.expected_days)] if row.expected_days else []
    if row.expected_money:
        parts.append(money.money(row.expected_money, row.currency))
    return " · ".join(parts) or "–"


def percent(value: int | None) -> str:
    return "–" if value is None else f"{value} %"
