"""Reasons, ways out and relaxations as JSON: docs/reference/schemas/schedule-answers.schema.json.

The properties are the fields of the dataclasses; a link is told as in a problem, a plan as in schedule-plan."""

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from tandem.compute.scheduling.levelling.exchange_json import plan_to_json
from tandem.compute.scheduling.levelling.explain import Explanation
from tandem.compute.scheduling.levelling.infeasible import Relaxation
from tandem.compute.scheduling.levelling.plan import Plan
from tandem.compute.scheduling.levelling.problem import Link, Problem
from tandem.compute.scheduling.levelling.ways_out import Way


def explanation_to_json(told: Explanation) -> dict[str, Any]:
    """The chain as plain data."""
    return {"steps": _plain(told.steps)}


def ways_to_json(told: tuple[Way, ...]) -> list[dict[str, Any]]:
    """Ways out as plain data, each with its plan; the changed problem is left out."""
    return [_plain(one) for one in told]


def relaxation_to_json(told: Relaxation) -> dict[str, Any]:
    """The fewest rules to relax as plain data."""
    found: dict[str, Any] = _plain(told)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Plan):
        return plan_to_json(value, is_valid=True)
    if isinstance(value, Link):
        ends = {"predecessor": value.predecessor, "successor": value.successor}
        return {**ends, "type": value.type.name, "lag": value.lag, "max_lag": value.max_lag}
    if is_dataclass(value):
        told = {one.name: getattr(value, one.name) for one in fields(value)}
        return {name: _plain(one) for name, one in told.items() if not isinstance(one, Problem)}
    if isinstance(value, np.ndarray | tuple | list):
        return [_plain(one) for one in (value.tolist() if isinstance(value, np.ndarray) else value)]
    return value
