"""Dates and plans of a network of activities: calendars, critical path, levelling, the check, the reasons.

`from tandem.compute import scheduling; scheduling.solve(scheduling.Problem(…))`: each name is loaded when it is
first asked for, so that the model costs no compiler and no solver."""

import importlib
from typing import Any

_LEVELLING = {
    "problem": ("Activity", "Calendar", "Link", "Mode", "Problem", "Project", "Resource"),
    "plan": ("Objective", "Plan"),
    "check": ("Checker", "Violation", "check"),
    "compile": ("compiled_problem", "plan_of"),
    "decode": ("Decoder",),
    "files": ("read", "read_arrays"),
    "exchange_json": ("problem_from_json", "problem_to_json", "plan_to_json"),
    "solve": ("Budget", "Incumbent", "best_plan", "solve"),
    "explain": ("Explanation", "explain"),
    "conflict": ("Conflict", "conflicts"),
    "ways_out": ("Way", "ways_out"),
    "infeasible": ("Relaxation", "infeasible"),
    "answers_json": ("explanation_to_json", "relaxation_to_json", "ways_to_json"),
    "edits": ("Replanned", "replan"),
    "problem_edits": ("replanned",),
}  # fmt: skip
_HOME = {name: f"levelling.{module}" for module, names in _LEVELLING.items() for name in names}
_HOME["LinkType"] = "network"


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
