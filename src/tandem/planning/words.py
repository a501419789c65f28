"""Sentences for the codes that compute and the forecasts speak in: refusals, warnings, causes, ways out."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit.types import Json


def figure(value: float) -> str:
    """`3.1`, and `4` rather than `4.0`."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def rate(value: float) -> str:
    """Items per week, always with one digit, so that two of them compare at a glance."""
    return f"{value:.1f}"


def refusal(code: Json) -> str:
    """Why there is no forecast."""
    known = {"found": code.get("found", 0), "needed": code.get("needed", 0)}
    if code.get("code") == "not_enough":
        found = ngettext("%(found)s finished item", "%(found)s finished items", known["found"]) % known
        return _("Not enough data: %(found)s, %(needed)s needed") % {**known, "found": found}
    if code.get("code") == "no_scope":
        return _("No work items belong to it yet")
    return str(code.get("code", ""))


def warning(code: Json) -> str:
    """Why a forecast deserves less trust."""
    value = code.get("value", 0)
    known = {"n": round(value), "percent": round(value * 100), "factor": figure(value)}
    sentences = {
        "few_finished": _("It rests on only %(n)s finished items."),
        "gap": _("For %(n)s working days nothing was finished."),
        "burst": _("A single day holds %(percent)s %% of all finished items."),
        "trend": _("The pace of the later half is %(factor)s times that of the earlier."),
        "beyond_horizon": _("In %(percent)s %% of the runs there is no end in sight."),
        "undated": _("%(n)s finished items have no date and are not counted in the pace."),
        "given_up": _("%(n)s items were closed without a result and count neither as finished nor as open."),
    }
    sentence = sentences.get(code.get("code", ""))
    return sentence % known if sentence else str(code.get("code", ""))


def cause(code: Json, item: str = "") -> str:
    """A cause of the slip, as the detail names it. `item` is the predecessor's name, if the reader may know it."""
    kind, items = code["code"], code.get("items", 0)
    if kind == "scope_added":
        if items < 0:
            return ngettext("%(n)s item taken out", "%(n)s items taken out", -items) % {"n": -items}
        if not items:
            return _("No items added")
        return ngettext("%(n)s item added", "%(n)s items added", items) % {"n": items}
    if kind == "progress":
        known = {"present": rate(code["present"]), "assumed": rate(code["assumed"])}
        return _("%(present)s/wk done so far, not %(assumed)s") % known
    if kind == "throughput":
        present, assumed = rate(code["present"]), rate(code["assumed"])
        if present == assumed:
            return _("Throughput %(present)s/wk, as assumed") % {"present": present}
        return _("Throughput %(present)s/wk, not %(assumed)s") % {"present": present, "assumed": assumed}
    if kind == "predecessor":
        if "feature" in code:
            return _("%(feature)s ends last") % {"feature": item or _("A feature")}
        if "item" not in code:
            return _("No predecessor is late")
        return _("Waits for %(item)s") % {"item": item or _("an item that you cannot see")}
    return _("Reserve when promised") if code["days"] < 0 else _("Promised sooner than the P80")


def short_cause(code: Json, item: str = "") -> str:
    """The same in a row of the roadmap."""
    kind, items = code["code"], code.get("items", 0)
    if kind == "scope_added" and items > 0:
        return ngettext("%(n)s item since the promise", "%(n)s items since the promise", items) % {"n": f"+{items}"}
    if kind in ("progress", "throughput"):
        known = {"present": rate(code["present"]), "assumed": rate(code["assumed"])}
        if kind == "progress":
            return _("%(present)s/wk so far, assumed %(assumed)s") % known
        return _("throughput %(present)s/wk, assumed %(assumed)s") % known
    if kind == "reserve":
        return _("promised sooner than the P80")
    if "feature" in code:
        return _("%(feature)s ends last") % {"feature": item or _("a feature")}
    return _("waits for %(item)s") % {"item": item or _("an item that you cannot see")}


def way(code: Json, item: str = "") -> tuple[str, str]:
    """What could be done, and its price."""
    kind = code["code"]
    if kind == "take_out":
        known: dict[str, Any] = {"n": code["items"], "of": code["of"]}
        return (
            ngettext("Take %(n)s item out", "Take %(n)s items out", code["items"]) % known,
            _("%(n)s of %(of)s wait for later") % known,
        )
    if kind == "move_out":
        known = {"feature": item or _("a feature"), "n": code["items"]}
        price = ngettext("%(n)s item goes into a later release", "%(n)s items go into a later release", code["items"])
        return _("Move %(feature)s out") % known, price % known
    if kind == "speed_up":
        more = round((code["needed"] / code["present"] - 1) * 100) if code["present"] else 0
        known = {"needed": rate(code["needed"]), "present": rate(code["present"]), "more": more}
        return _("Finish %(needed)s per week") % known, _("now %(present)s, +%(more)s %%") % known
    if kind == "predecessor":
        return _("Finish %(item)s now") % {"item": item or _("an item that you cannot see")}, _("nothing else waits")
    return _("Promise the P80 instead"), _("the receiver is told today")
