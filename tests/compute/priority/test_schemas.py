"""The published schemas describe what the dataclasses hold, field by field, and what the commands print."""

import json
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from tandem.compute import likeness
from tandem.compute.priority import (
    KanoResult,
    Moscow,
    Ranked,
    Ranking,
    ballots,
    disagreement,
    explain,
    scored,
    sensitivity,
)
from tandem.compute.priority.functions import NUMBER
from tandem.compute.priority.ranking import rank

SCHEMAS = Path(__file__).resolve().parents[3] / "docs" / "reference" / "schemas"
DESCRIBED = [
    ("rank-output", "", Ranking), ("rank-output", "ranked", Ranked), ("rank-output", "term", explain.Term),
    ("rank-output", "swing", sensitivity.Swing), ("rank-output", "sensitivity", sensitivity.Sensitivity),
    ("ballots", "ballot", ballots.Ballot), ("ballots", "purse", ballots.Purse), ("ballots", "place", ballots.Place),
    ("ballots", "duel", ballots.Duel), ("ballots", "condorcet", ballots.Condorcet),
    ("ballots", "disagreement", disagreement.Disagreement), ("ballots", "spread", disagreement.Spread),
    ("ballots", "split", disagreement.Split), ("ballots", "distance", disagreement.Distance),
    ("priority-output", "kano", KanoResult), ("priority-output", "moscow", Moscow),
    ("alike-output", "group", likeness.Group), ("alike-output", "alike", likeness.Alike),
    ("alike-output", "point", likeness.Point), ("alike-output", "calibration", likeness.Calibration),
]  # fmt: skip
_TYPES = {"object": dict, "array": (list, tuple), "string": str, "number": (int, float), "integer": int,
          "boolean": bool, "null": type(None)}  # fmt: skip


def schema(name):
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


def faults(value, rule, whole, path="$"):
    """Where a value breaks the few keywords that our schemas use."""
    if "$ref" in rule:
        return faults(value, whole["$defs"][rule["$ref"].rpartition("/")[2]], whole, path)
    if "oneOf" in rule:
        tried = [faults(value, one, whole, path) for one in rule["oneOf"]]
        return [] if any(not one for one in tried) else tried[0]
    kinds = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    if not any(isinstance(value, _TYPES[kind]) for kind in kinds):
        return [f"{path}: {value!r} is not {kinds}"]
    found = []
    if isinstance(value, dict):
        found += [f"{path}: {name} is missing" for name in rule.get("required", ()) if name not in value]
        known = rule.get("properties", {})
        found += [f"{path}: {name} is unknown" for name in value if rule.get("additionalProperties") is False and name not in known]
        for name in set(value) & set(known):
            found += faults(value[name], known[name], whole, f"{path}.{name}")
    elif isinstance(value, (list, tuple)) and "items" in rule:
        found += [
            f for at, one in enumerate(value) for f in faults(one, rule["items"], whole, f"{path}[{at}]")
        ]
    return found


@pytest.mark.parametrize(("name", "part", "kind"), DESCRIBED, ids=lambda one: getattr(one, "__name__", one))
def test_every_field_is_described(name, part, kind):
    whole = schema(name)
    properties = (whole["$defs"][part] if part else whole)["properties"]
    assert list(properties) == [one.name for one in fields(kind)]
    assert all("description" in one or "$ref" in one for one in properties.values())


def test_a_ranking_keeps_to_its_schema():
    formula = scored("w * (a + b) / b", {"a": NUMBER, "b": NUMBER}, {"w": 2.0})
    answer = asdict(rank(formula, ["x", "y", "z"], {"a": [1.0, 2.0, None], "b": [2.0, 0.0, 1.0]}))
    assert faults(answer, schema("rank-output"), schema("rank-output")) == []


def test_ballots_and_what_comes_of_them_keep_to_their_schema():
    votes = [ballots.Ballot("x", (("A",), ("B", "C"))), ballots.Ballot("y", (("B",), ("C",), ("A",)))]
    whole = schema("ballots")
    assert faults([asdict(one) for one in votes], whole, whole) == []
    for part, answer in (
        ("condorcet", ballots.schulze("ABC", votes)), ("disagreement", disagreement.disagreement("ABC", votes)),
        ("place", ballots.borda("ABC", votes)[0]),
    ):  # fmt: skip
        assert faults(asdict(answer), whole["$defs"][part], whole) == []


def test_groups_and_likes_keep_to_their_schema():
    whole = schema("alike-output")
    texts = [("a", "dark mode"), ("b", "Dark mode!"), ("c", "export")]
    for answer in (likeness.groups(texts), likeness.Index(texts).alike("dark mode")):
        assert answer
        assert faults([asdict(one) for one in answer], whole, whole) == []


def test_the_check_itself_sees_faults():
    whole = schema("alike-output")
    assert faults([{"key": "a", "score": "high", "shared": []}], whole["oneOf"][1], whole)
    assert faults([{"key": "a"}], whole["oneOf"][1], whole)
