"""Uncertain networks and their forecasts as JSON: docs/reference/schemas/risk-network.schema.json, risk-forecast.schema.json.

The properties are the fields of the dataclasses. An estimate is an object, or a number for a certain value; a demand is
an object of units by resource; a link's type is its name.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields
from typing import Any, TypeVar

from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting.network_risk import NetworkForecast, Spread
from tandem.compute.forecasting.risk_network import (
    Correlation,
    Group,
    Impact,
    RiskEvent,
    RiskNetwork,
    UncertainActivity,
)
from tandem.compute.forecasting.three_point import Estimate, fixed
from tandem.compute.scheduling.network import Link, LinkType

Made = TypeVar("Made", UncertainActivity, Link, RiskEvent, Group, Correlation, Impact)
PARTS = ("activities", "links", "risks", "groups", "correlations")
ESTIMATES = {"duration", "cost", "time"}
TEXTS = {"id", "predecessor", "successor", "first", "second", "activity"}
MOST = 10**18
FLAGS = {"lag_is_percent", "lag_is_elapsed", "is_factor"}


def network_from_json(text: str) -> RiskNetwork:
    """A network from JSON text. Raises `Uncomputable` json_unreadable, field_unknown, field_missing, field_type (with
    the kind of row, its id and the value) and what `RiskNetwork` and `Estimate` refuse."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as broken:
        raise Uncomputable("json_unreadable", value=str(broken)) from broken
    if not isinstance(told, dict):
        raise Uncomputable("json_unreadable", value=type(told).__name__)
    _known(told, {*PARTS, "capacities", "$schema"}, "network", None)
    for part in PARTS:
        rows = told.get(part, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise _wrong("network", None, part, rows)
    capacities = told.get("capacities", {})
    return RiskNetwork(
        tuple(_made(UncertainActivity, row) for row in told.get("activities", [])),
        tuple(_made(Link, row) for row in told.get("links", [])),
        tuple(_made(RiskEvent, row) for row in told.get("risks", [])),
        tuple(_made(Group, row) for row in told.get("groups", [])),
        tuple(_made(Correlation, row) for row in told.get("correlations", [])),
        _units(capacities, "network", None, "capacities"),
    )


def network_to_json(network: RiskNetwork) -> dict[str, Any]:
    """What `network_from_json` reads back."""
    told: dict[str, Any] = {part: [_told(one) for one in getattr(network, part)] for part in PARTS}
    return told | {"capacities": dict(network.capacities)}


def forecast_to_json(forecast: NetworkForecast) -> dict[str, Any]:
    """A forecast without its single trials."""
    return {
        "end": _spread(forecast.end),
        "cost": _spread(forecast.cost),
        "activities": [asdict(one) | {"swing": one.swing} for one in forecast.activities],
        "risks": [asdict(one) for one in forecast.risks],
        "trials": forecast.trials,
        "seed": forecast.seed,
        "sampling": forecast.sampling,
        "is_levelled": forecast.is_levelled,
    }


def _spread(spread: Spread) -> dict[str, Any]:
    return asdict(spread) | {"percentiles": [asdict(one) for one in spread.percentiles]}


def _told(thing: Any) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for one in fields(thing):
        value = getattr(thing, one.name)
        if one.default is not MISSING and value == one.default:
            continue
        if one.name == "demand":
            row[one.name] = dict(value)
        elif one.name == "impacts":
            row[one.name] = [_told(impact) for impact in value]
        elif isinstance(value, Estimate):
            row[one.name] = value.low if value.is_certain else asdict(value)
        else:
            row[one.name] = _plain(value)
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, LinkType):
        return value.name
    return list(value) if isinstance(value, tuple) else value


def _made(kind: type[Made], row: Mapping[str, Any]) -> Made:
    noun, name = kind.__name__, row.get("id", row.get("successor", row.get("activity")))
    known = {one.name: one for one in fields(kind)}
    _known(row, set(known), noun, name)
    for key, one in known.items():
        if key not in row and one.default is MISSING:
            raise Uncomputable("field_missing", kind=noun, id=name, field=key)
    values = {key: _value(noun, name, key, value) for key, value in row.items()}
    return kind(**values)


def _value(noun: str, name: Any, key: str, value: Any) -> Any:
    if key in ESTIMATES:
        return None if value is None and key != "duration" else _estimate(noun, name, key, value)
    if key == "demand":
        return tuple(_units(value, noun, name, key).items())
    if key == "impacts":
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise _wrong(noun, name, key, value)
        return tuple(_made(Impact, one) for one in value)
    if key == "groups":
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise _wrong(noun, name, key, value)
        return tuple(value)
    if key == "type":
        if not isinstance(value, str) or value not in LinkType.__members__:
            raise _wrong(noun, name, key, value)
        return LinkType[value]
    fits = (
        isinstance(value, str)
        if key in TEXTS
        else isinstance(value, bool)
        if key in FLAGS
        else _is_number(value)
    )
    if not fits:
        raise _wrong(noun, name, key, value)
    return value


def _estimate(noun: str, name: Any, key: str, value: Any) -> Estimate:
    if _is_number(value):
        return fixed(value)
    if not isinstance(value, dict):
        raise _wrong(noun, name, key, value)
    _known(value, {"kind", "low", "mid", "high", "weight"}, noun, name)
    low, high = value.get("low"), value.get("high")
    if "mid" not in value and value.get("kind") == "uniform" and _is_number(low) and _is_number(high):
        value = {**value, "mid": (value["low"] + value["high"]) / 2}
    for part in ("kind", "low", "mid", "high"):
        if part not in value:
            raise Uncomputable("field_missing", kind=noun, id=name, field=f"{key}.{part}")
        if not (isinstance(value[part], str) if part == "kind" else _is_number(value[part])):
            raise _wrong(noun, name, f"{key}.{part}", value[part])
    if not _is_number(value.get("weight", 4)):
        raise _wrong(noun, name, f"{key}.weight", value["weight"])
    return Estimate(**value)


def _units(value: Any, noun: str, name: Any, key: str) -> dict[str, int]:
    if not isinstance(value, dict) or not all(
        isinstance(one, int) and not isinstance(one, bool) for one in value.values()
    ):
        raise _wrong(noun, name, key, value)
    return dict(value)


def _known(row: Mapping[str, Any], known: set[str], noun: str, name: Any) -> None:
    for key in row:
        if key not in known:
            raise Uncomputable("field_unknown", kind=noun, id=name, field=key)


def _is_number(value: Any) -> bool:
    """A whole number beyond the floats is none: no arithmetic with it has an answer."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, float) or abs(value) <= MOST


def _wrong(noun: str, name: Any, key: str, value: Any) -> Uncomputable:
    return Uncomputable("field_type", kind=noun, id=name, field=key, value=value)
