"""Values of key results and KPIs as people read them: `58 %`, `3.61 EUR`, yes; and how a state looks."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup

from tandem.strategy.models import Unit
from tandem.web import charts


def amount(value: Decimal | float | None, unit: str, unit_name: str = "") -> str:
    if value is None:
        return "–"
    if unit == Unit.YES_NO:
        return _("yes") if value >= 1 else _("no")
    text = charts.number(float(value))
    if unit == Unit.PERCENT:
        return f"{text} %"
    return f"{text} {unit_name}" if unit_name else text


def margin(ticks: Sequence[float]) -> float:
    """Room for the numbers beside a picture."""
    return max(34.0, 12 + 7 * max(len(charts.number(tick)) for tick in ticks))


def state_word(state: str) -> str:
    """What a state says of a key result or an objective."""
    words = {"on": _("On track"), "risk": _("At risk"), "off": _("Off track"), "done": _("Reached")}
    return words.get(state, _("Not known"))


def standing(state: str, score: Any = None) -> Markup:
    """Of a key result: its state, or the score that it was given: that says nothing of being reached."""
    return shape("none", _("Scored %(score)s") % {"score": score}) if score is not None else shape(state)


def shape(state: str, text: str = "", *, said: bool = False) -> Markup:
    """Shape and word: coloured where it is computed, ink where somebody said it."""
    return Markup('<span class="st{}"><i class="sh sh-{}" aria-hidden="true"></i><span>{}</span></span>').format(
        " said" if said else "", state or "none", text or state_word(state)
    )
