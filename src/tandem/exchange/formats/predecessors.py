"""Predecessors as plans write them in one cell: 3, 5SS, 7FS+2 days, W2-12FF-50%."""

import re
from collections.abc import Mapping
from typing import Literal

from tandem.exchange.records import LinkRecord

_PATTERN = re.compile(
    r"(?P<id>.+?)(?:\s*(?P<kind>FS|SS|FF|SF))?"
    r"(?:\s*(?P<sign>[+-])\s*(?P<lag>\d+(?:[.,]\d+)?)\s*(?P<unit>%|[a-z]+\??|个?工作日|天|小时|周|分钟)?)?",
    re.IGNORECASE,
)
_UNITS = {
    "m": 1,
    "h": 60,
    "d": 480,
    "w": 2400,
    "分": 1,
    "小": 60,
    "天": 480,
    "个": 480,
    "工": 480,
    "周": 2400,
}


def parse_predecessor(text: str, successor: str, ids: Mapping[str, str]) -> LinkRecord | None:
    """The link, or None when it names nothing in the file (or itself)."""
    whole = ids.get(text.strip())
    found = _PATTERN.fullmatch(text.strip())
    if whole:
        source, parts = whole, dict.fromkeys(("kind", "sign", "lag", "unit"))
    elif found and (named := ids.get(found["id"].strip())):
        source, parts = named, found.groupdict()
    else:
        return None
    if source == successor:
        return None
    unit = (parts["unit"] or "d").lower()
    is_elapsed = unit.startswith("e") and len(unit) > 1
    amount = float((parts["lag"] or "0").replace(",", ".")) * (-1 if parts["sign"] == "-" else 1)
    is_percent = unit == "%"
    factor = (
        {"d": 1440, "h": 60, "w": 10080, "m": 1}.get(unit[1], 1440)
        if is_elapsed
        else _UNITS.get(unit[0], 480)
    )
    kind = (parts["kind"] or "FS").upper()
    return LinkRecord(
        source=source, target=successor, kind=_kind(kind), lag_minutes=0.0 if is_percent else amount * factor,
        lag_percent=amount if is_percent else None, lag_is_elapsed=is_elapsed,
    )  # fmt: skip


def _kind(text: str) -> Literal["FS", "SS", "FF", "SF"]:
    match text:
        case "SS":
            return "SS"
        case "FF":
            return "FF"
        case "SF":
            return "SF"
        case _:
            return "FS"
