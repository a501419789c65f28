"""Dates from history: how fast a team finishes things, what that means for a promise, and why it slips. And from a
plan whose durations are uncertain: when it ends, what it costs, what that depends on, and whether past forecasts held.

`from tandem.compute import forecasting; forecasting.simulate(forecasting.RiskNetwork(…))`: each name is loaded when it
is first asked for, so that the model costs no compiler."""

import importlib
from typing import Any

_NAMES = {
    "three_point": ("Estimate", "fixed", "lognormal", "normal", "pert", "triangular", "uniform"),
    "risk_network": (
        "Correlation", "Group", "Impact", "RiskEvent", "RiskNetwork", "UncertainActivity",
    ),
    "risk_json": ("network_from_json", "network_to_json", "forecast_to_json"),
    "network_risk": ("ActivityShare", "NetworkForecast", "RiskShare", "Spread", "simulate"),
    "levelled_risk": ("simulate_levelled",),
    "percentiles": ("Percentile", "percentile_of", "percentiles_of"),
    "history": ("History", "NotEnough", "history_of"),
    "throughput": ("Backtest", "HowMuch", "When", "backtest", "how_much", "look_back", "when"),
    "calibration": ("Calibration", "PastForecast", "calibrate", "from_back_test", "next_forecast"),
    "scores": ("Brier", "brier", "crps"),
    "slip": ("PromiseCase", "Slip"),
}  # fmt: skip
_HOME = {name: module for module, names in _NAMES.items() for name in names}
_HOME |= {"Link": "tandem.compute.scheduling.network", "LinkType": "tandem.compute.scheduling.network"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOME[name]
    return getattr(importlib.import_module(home if "." in home else f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
