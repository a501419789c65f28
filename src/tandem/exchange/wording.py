"""Codes of readers and of the writer in words, in the language of whoever looks."""

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from tandem.exchange.formats.reasons import NOTES, UNREADABLE, WHY_NOT_TAKEN
from tandem.exchange.formats.source import Unreadable
from tandem.planning import words as planning


def _mark(text: str) -> str:
    return text


_WHY = {
    "too_long": _mark("it was longer than there is room for; it was cut"),
    "link_cycle": _mark("these dependencies run in a circle; the last one was left out"),
    "parent_cycle": _mark("an item cannot be a part of itself, not even by detours"),
    "own_link": _mark("an item cannot be linked to itself"),
    "not_a_person": _mark("something else of this name is kept here: it stays a name of the plan"),
    "person_before": _mark("an earlier import made a person of it; it stays one"),
    "costs_not_allowed": _mark("you may not write costs of this project"),
    "currency_unknown": _mark("the plan names no currency that is known here; say it when it is imported"),
    "cost_undated": _mark("nobody says when it costs that"),
    "cost_below_nothing": _mark("the amount cannot be read, is below nothing, or out of all measure"),
    "cost_edited_here": _mark("the cost was edited or removed here since; it was left as it is"),
    "costs_missing": _mark("the file names no cost at all; those of earlier imports were left as they are"),
    "need_undated": _mark("nobody says from when it is needed"),
    "need_of_nothing": _mark("the amount is nothing, or out of all measure"),
    "timephased": _mark("work by the day is computed anew; only gaps in it are kept"),
}
_NOTES = {
    "archived_removed": _mark("%(count)s archived open items came in as removed; they can be restored."),
    "resources_as_people": _mark("%(count)s names of the plan that nobody here bears came in as people: %(names)s. Where one of them is a piece of equipment, say so before it is imported."),
    "costs_gone": _mark("Costs that are no longer in the plan were removed (%(count)s); they can be restored."),
    "times_in_zone": _mark("Times without a zone were read as %(zone)s."),
}


def why(code: str) -> str:
    sentence = _WHY.get(code) or WHY_NOT_TAKEN.get(code)
    return _(sentence) if sentence else code


def note(code: str, params: dict[str, Any]) -> str:
    if code == "not_enough":
        return planning.refusal({"code": code, **params})
    if code in ("undated", "given_up"):
        return planning.warning({"code": code, "value": params["count"]})
    sentence = _NOTES.get(code) or NOTES.get(code)
    return _filled(sentence, params) if sentence else code


def as_of(day: str, *, is_schedule: bool) -> str:
    if is_schedule:
        return _("The plan was last dated %(day)s; it is read as of that day.") % {"day": day}
    return _("The history ends on %(day)s; forecasts are read as of that day.") % {"day": day}


def unreadable(code: str, params: dict[str, Any], where: str = "") -> str:
    sentence = UNREADABLE.get(code)
    text = _filled(sentence, params) if sentence else code
    return f"{text} ({where})" if where else text


def problem_of(error: Unreadable) -> dict[str, Any]:
    """As stored with an import: worded only when somebody looks."""
    return {"code": error.code, "where": error.where, "params": dict(error.params)}


def _filled(sentence: str, params: dict[str, Any]) -> str:
    shown = {key: _figure(value) for key, value in params.items()}
    try:
        return _(sentence) % shown
    except (KeyError, ValueError):
        return _(sentence)


def _figure(value: Any) -> Any:
    return number_format(value, use_l10n=False, force_grouping=True) if isinstance(value, int) else value
