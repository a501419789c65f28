"""Reading the rule of a recurrence: the part of RFC 5545 that speaks of days, within bounds that always come to an end."""

import re
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile

from dateutil.rrule import rrulestr

from tandem.kit.errors import Refused

_PARTS = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY|YEARLY", "INTERVAL": r"[1-9]\d?", "COUNT": r"[1-9]\d{0,2}", "UNTIL": r"\d{8}",
    "BYDAY": r"[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU)(,[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU)){0,6}", "BYMONTHDAY": r"-?[1-9]\d?(,-?[1-9]\d?){0,30}",
    "BYMONTH": r"\d{1,2}(,\d{1,2}){0,11}", "BYSETPOS": r"-?[1-5]",
}  # fmt: skip
# what would be looked for day by day up to the end of time is not allowed
_ONLY_WITH = {"BYMONTHDAY": ("MONTHLY", "YEARLY"), "BYMONTH": ("YEARLY",), "BYSETPOS": ("MONTHLY", "YEARLY")}


def parts(rule: str) -> dict[str, str]:
    """`{"FREQ": "WEEKLY", "BYDAY": "MO"}`; refused when a part is not known, or stands where it may never come true."""
    found = dict(part.partition("=")[::2] for part in rule.strip().upper().removeprefix("RRULE:").split(";") if part)
    if "FREQ" not in found or any(name not in _PARTS or not re.fullmatch(_PARTS[name], value) for name, value in found.items()):
        raise Refused("rule_unreadable", field="rule")
    freq = found["FREQ"]
    if any(name in found and freq not in freqs for name, freqs in _ONLY_WITH.items()) or {"COUNT", "UNTIL"} <= found.keys():
        raise Refused("rule_unreadable", field="rule")
    if freq in ("DAILY", "WEEKLY") and re.search(r"\d", found.get("BYDAY", "")):
        raise Refused("rule_unreadable", field="rule")
    return found


def checked(rule: str, starts_on: date) -> str:
    """The rule as it is kept; refused when no date comes of it."""
    found = parts(rule)
    # days looked for in steps of more than one may never come, and rows that are kept already can still be read
    if found["FREQ"] == "DAILY" and "BYDAY" in found and found.get("INTERVAL", "1") != "1":
        raise Refused("rule_unreadable", field="rule")
    for name, most in (("BYMONTHDAY", 31), ("BYMONTH", 12)):
        if any(not 1 <= abs(int(one)) <= most for one in found.get(name, "1").split(",")):
            raise Refused("rule_unreadable", field="rule")
    plain = ";".join(f"{name}={value}" for name, value in found.items())
    if not following(plain, starts_on, starts_on - timedelta(days=1), 1):
        raise Refused("rule_never", field="rule")
    return plain


def following(rule: str, starts_on: date, after: date, count: int) -> list[date]:
    """The next dates after a day."""
    return [moment.date() for moment in islice(_read(rule, starts_on).xafter(_noon(after), inc=False), count)]


def between(rule: str, starts_on: date, after: date, until: date) -> tuple[date, ...]:
    """All dates after a day, up to and with another."""
    return tuple(moment.date() for moment in takewhile(lambda moment: moment <= _noon(until), _read(rule, starts_on).xafter(_noon(after), inc=False)))


def latest(rule: str, starts_on: date, on: date) -> date | None:
    """The last date up to and with this day."""
    found = _read(rule, starts_on).before(_noon(on), inc=True)
    return found.date() if found else None


def _read(rule: str, starts_on: date):  # type: ignore[no-untyped-def]
    try:
        return rrulestr(rule, dtstart=_noon(starts_on))
    except (ValueError, TypeError):
        raise Refused("rule_unreadable", field="rule") from None


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(0))
