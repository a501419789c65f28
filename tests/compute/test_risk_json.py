"""Uncertain networks as JSON: read back as they were, true to the schema, refused by name."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting.network_risk import (
    ActivityShare,
    NetworkForecast,
    RiskShare,
    Spread,
    simulate,
)
from tandem.compute.forecasting.percentiles import Percentile
from tandem.compute.forecasting.risk_json import forecast_to_json, network_from_json, network_to_json
from tandem.compute.forecasting.risk_network import Correlation, Group, Impact, RiskEvent, UncertainActivity
from tandem.compute.forecasting.three_point import Estimate, fixed, triangular
from tandem.compute.scheduling.network import Link
from tests.compute.test_forecast_command import follows
from tests.compute.test_network_risk import mixed_network

SCHEMAS = Path(__file__).resolve().parents[2] / "docs/reference/schemas"
INPUT, OUTPUT = (
    json.loads((SCHEMAS / f"{name}.schema.json").read_text()) for name in ("risk-network", "risk-forecast")
)

EXAMPLE = """{
  "activities": [
    {"id": "dig", "duration": {"kind": "triangular", "low": 4, "mid": 5, "high": 9}, "demand": {"digger": 1}},
    {"id": "lay", "duration": 3, "cost": {"kind": "uniform", "low": 100, "high": 200}, "groups": ["crew"]}
  ],
  "links": [{"predecessor": "dig", "successor": "lay", "type": "SS", "lag": 50, "lag_is_percent": true}],
  "risks": [{"id": "rain", "probability": 0.3, "impacts": [{"activity": "dig", "time": 1.5, "is_factor": true}]}],
  "groups": [{"id": "crew", "correlation": 0.4}],
  "capacities": {"digger": 1}
}"""


def test_what_is_written_is_read_back():
    network = mixed_network()
    again = network_from_json(json.dumps(network_to_json(network)))
    for part in ("activities", "links", "risks", "groups", "correlations", "capacities"):
        assert getattr(again, part) == getattr(network, part)
    assert simulate(again, trials=640).ends.tobytes() == simulate(network, trials=640).ends.tobytes()


def test_the_example_says_what_it_says():
    network = network_from_json(EXAMPLE)
    dig, lay = network.activities
    assert (dig.duration, lay.duration) == (triangular(4, 5, 9), fixed(3))
    assert (dig.demand, network.capacities) == ((("digger", 1),), {"digger": 1})
    assert network.risks[0].impacts[0].time == fixed(1.5)


def test_input_and_output_follow_their_schemas():
    follows(json.loads(EXAMPLE), INPUT, INPUT)
    follows(network_to_json(mixed_network()), INPUT, INPUT)
    follows(forecast_to_json(simulate(mixed_network(), trials=64)), OUTPUT, OUTPUT)


@pytest.mark.parametrize(
    ("kind", "where"),
    [(UncertainActivity, "activity"), (Link, "link"), (RiskEvent, "risk"), (Group, "group"), (Correlation, "correlation"),
     (Impact, "impact"), (Estimate, "estimate")],
)  # fmt: skip
def test_the_schema_names_the_fields_of_the_dataclasses(kind, where):
    assert set(INPUT["$defs"][where]["properties"]) == {one.name for one in fields(kind)}


def test_the_output_schema_names_the_fields_too():
    assert set(OUTPUT["properties"]) == {one.name for one in fields(NetworkForecast)} - {"ends", "costs"}
    assert set(OUTPUT["$defs"]["spread"]["properties"]) == {one.name for one in fields(Spread)}
    assert set(OUTPUT["$defs"]["percentile"]["properties"]) == {one.name for one in fields(Percentile)}
    for part, kind in (("activities", ActivityShare), ("risks", RiskShare)):
        assert set(OUTPUT["properties"][part]["items"]["properties"]) - {"swing"} == {
            one.name for one in fields(kind)
        }


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ("[1", "json_unreadable", {}),
        ("[" * 200_000, "json_unreadable", {}),
        ('{"activities": [{"id": "a", "duration": 1' + "0" * 400 + "}]}", "field_type", {"field": "duration"}),
        ('{"activities": [{"id": "a", "duration": null}]}', "field_type", {"field": "duration"}),
        ('{"activities": [{"id": "a", "duration": 1e300}]}', "estimate_too_large", {}),
        ('{"activities": [{"id": "a", "duration": 3}], "links": [{"predecessor": "a", "successor": "b", "type": []}]}', "field_type", {"field": "type", "value": []}),
        ('{"activities": [{"id": "a", "durations": 3}]}', "field_unknown", {"id": "a", "field": "durations"}),
        ('{"activities": [{"id": "a"}]}', "field_missing", {"id": "a", "field": "duration"}),
        ('{"activities": [{"id": "a", "duration": "3"}]}', "field_type", {"id": "a", "field": "duration", "value": "3"}),
        ('{"activities": [{"id": "a", "duration": {"kind": "pert", "low": 1, "high": 2}}]}', "field_missing", {"field": "duration.mid"}),
        ('{"activities": [{"id": "a", "duration": 3, "demand": {"x": 1.5}}]}', "field_type", {"field": "demand"}),
        ('{"activities": [{"id": "a", "duration": 3}], "links": [{"predecessor": "a", "successor": "b", "type": "XX"}]}', "field_type", {"field": "type", "value": "XX"}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(text, code, params):
    with pytest.raises(Uncomputable) as refused:
        network_from_json(text)
    assert refused.value.code == code
    assert {name: refused.value.params[name] for name in params} == params
