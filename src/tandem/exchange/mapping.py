"""What a person answers about a file, as JSON: how to read it, and what to make of it. Also the content of `--map FILE`.

Keys: columns, sheet, header_row, separator (a table's mapping) · money_unit (of project reports) · currency · resources (of a plan: which name is a "person", which "equipment") · categories · date_order · timezone · as_of · name · offers · kind (feedback: into a product).
"""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from tandem.exchange.formats import Mapping, ReadOptions, ReportMapping, Source
from tandem.exchange.formats.report_columns import SCALES
from tandem.exchange.formats.source import MappingNeeded, Question
from tandem.kit.errors import Refused

COLUMN_KEYS = ("columns", "sheet", "header_row", "separator")
MONEY_KEYS = ("money_unit", "currency")
KEYS = (*COLUMN_KEYS, *MONEY_KEYS, "categories", "date_order", "timezone", "as_of", "name", "offers", "kind", "resources")
_KIND: dict[str, type | tuple[type, ...]] = {
    "columns": dict, "categories": dict, "offers": dict, "resources": dict, "header_row": (int, str), "as_of": (str, date),
}  # fmt: skip
_CATEGORIES = {"to_do", "in_progress", "done"}


def checked(answers: dict[str, Any]) -> dict[str, Any]:
    """The answers without empty ones; refuses what no import knows, so that a misspelt key is not ignored."""
    if not isinstance(answers, dict):
        raise Refused("import_answers", what="{}")
    strange = sorted(set(answers) - set(KEYS))
    if strange:
        raise Refused("import_answers", what=", ".join(strange))
    kept = {key: value for key, value in answers.items() if value not in (None, "", {}, [])}
    for key, value in kept.items():
        if not isinstance(value, _KIND.get(key, str)):
            raise Refused("import_answers", field=key, what=f"{key}: {value}")
    if kept.get("kind", "feedback") not in ("feedback", "proposals"):
        raise Refused("import_answers", field="kind", what=str(kept["kind"]))
    if kept.get("date_order", "dmy") not in ("dmy", "mdy", "ymd"):
        raise Refused("import_answers", field="date_order", what=str(kept["date_order"]))
    if kept.get("money_unit", "units") not in SCALES:
        raise Refused("import_answers", field="money_unit", what=str(kept["money_unit"]))
    if kept.get("currency") and not (len(kept["currency"]) == 3 and kept["currency"].isalpha() and kept["currency"].isascii()):
        raise Refused("currency_malformed", field="currency", currency=kept["currency"])
    for name, said in kept.get("resources", {}).items():
        if said not in ("person", "equipment"):
            raise Refused("import_answers", field="resources", what=f"{name}: {said}")
    for name, category in kept.get("categories", {}).items():
        if category not in _CATEGORIES:
            raise Refused("import_answers", field="categories", what=f"{name}: {category}")
    if "timezone" in kept:
        zone_of(kept)
    if "as_of" in kept:
        as_of(kept)
    return kept


def read_options(answers: dict[str, Any]) -> ReadOptions:
    """Raises `Unreadable` when the columns do not make a mapping."""
    mapping = reports = None
    if ReportMapping.fits(answers.get("columns")):
        reports = ReportMapping.from_json(answers)
    elif answers.get("columns"):
        mapping = Mapping.from_json({key: answers[key] for key in COLUMN_KEYS if key in answers})
    return ReadOptions(
        date_order=answers.get("date_order"), timezone=answers.get("timezone"), mapping=mapping, reports=reports, as_of=as_of(answers),
        money_unit=answers.get("money_unit", ""), currency=answers.get("currency", ""),
        categories=dict(answers.get("categories") or {}),
    )  # fmt: skip


def zone_of(answers: dict[str, Any]) -> ZoneInfo:
    """The zone of times that have none; that of the installation unless somebody said another."""
    name = answers.get("timezone") or settings.TIME_ZONE
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Refused("timezone_unknown", field="timezone", zone=name) from None


def as_of(answers: dict[str, Any]) -> date | None:
    value = answers.get("as_of")
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Refused("import_answers", field="as_of", what=str(value)) from None


def questions_of(source: Source, answers: dict[str, Any]) -> list[dict[str, Any]]:
    """What must be asked before records can be read, and the zone, which must not be guessed silently."""
    found = [_question(question) for question in source.questions]
    info = source.info
    if not info.timezone_known and not info.is_schedule and "timezone" not in answers:
        found.append({"code": "timezone", "suggestion": settings.TIME_ZONE})
    return found


def _question(question: Question) -> dict[str, Any]:
    shown: dict[str, Any] = asdict(question)
    if isinstance(question, MappingNeeded):
        shown["suggestion"] = dict(question.suggestion)
    return shown
