"""What may be said on a ballot of classes, and what was said, in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from tandem.compute.priority.moscow import Moscow
from tandem.product import balloting
from tandem.reports.queries.ballots import Outcome
from tandem.web import charts


def choices(method: str) -> list[tuple[str, str]]:
    """Codes with their words, in the order in which they are offered; nothing where one writes numbers or compares pairs."""
    if method == balloting.MOSCOW:
        return list(_classes().items())
    if method == balloting.KANO:
        return [
            ("like", _("I would like it")), ("expect", _("I expect it")), ("neutral", _("I do not mind")), ("live_with", _("I can live with it")),
            ("dislike", _("I would dislike it")),
        ]  # fmt: skip
    return []


def _classes() -> dict[str, str]:
    return {"must": pgettext("MoSCoW", "Must"), "should": pgettext("MoSCoW", "Should"), "could": pgettext("MoSCoW", "Could"), "wont": pgettext("MoSCoW", "Won’t")}


def _categories() -> dict[str, str]:
    return {
        "must_be": _("Must-be"), "one_dimensional": _("One-dimensional"), "attractive": _("Attractive"), "indifferent": _("Indifferent"),
        "reverse": pgettext("Kano", "Reverse"), "questionable": pgettext("Kano", "Questionable"),
    }  # fmt: skip


def judged(method: str, one: balloting.Judged | None) -> dict[str, Any] | None:
    """The class of a feature, and what it rests on."""
    if one is None:
        return None
    names = _classes() if method == balloting.MOSCOW else _categories()
    counts = ", ".join(f"{names[name]} {charts.number(count)}" for name, count in one.counts)
    parts = [counts]
    if one.better is not None and one.worse is not None:
        parts.append(_("better %(better)s, worse %(worse)s") % {"better": charts.percent(one.better), "worse": charts.percent(one.worse)})
    if not one.is_clear:
        parts.append(_("not clear"))
    return {"name": names[one.kind], "note": " · ".join(parts)}


def room(found: Outcome) -> str:
    """How the open work divides among the classes, against what is usually advised."""
    made: Moscow | None = found.room
    if made is None:
        return ""
    shares = dict(made.shares)
    text = _("Of the open work items %(must)s are Must, %(should)s Should, %(could)s Could.")
    parts = [text % {name: charts.percent(shares[name]) for name in ("must", "should", "could")}]
    if "must_above_share" in made.warnings:
        parts.append(_("More than 60 % is Must: little is left to give way when time runs short."))
    elif "could_below_share" in made.warnings:
        parts.append(_("Less than 20 % is Could, so there is no reserve."))
    if made.missing:
        parts.append(ngettext("%(n)s feature has no work items and counts in none.", "%(n)s features have no work items and count in none.", len(made.missing)) % {"n": len(made.missing)})
    return " ".join(parts)
