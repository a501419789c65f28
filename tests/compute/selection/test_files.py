"""Problems and results as JSON: read back as they were, and as the schemas say."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from tandem.compute.errors import Uncomputable
from tandem.compute.selection import files
from tandem.compute.selection.problem import Candidate, Exclusion, Limit, Prerequisite, Problem, Share
from tandem.compute.selection.solve import Selection
from tests.compute.selection.cases import rich, three

SCHEMAS = Path(__file__).parents[3] / "docs" / "reference" / "schemas"


def schema(name):
    return json.loads((SCHEMAS / f"selection-{name}.schema.json").read_text(encoding="utf-8"))


def test_a_problem_is_read_back_as_it_was():
    text = json.dumps(files.document_of(rich()))
    again = files.problem_of(json.loads(text))
    assert json.dumps(files.document_of(again)) == text
    assert again.candidates == rich().candidates


def test_the_schema_names_every_field_of_the_data():
    top = schema("problem")["properties"]
    assert set(top) == {one.name for one in fields(Problem) if one.init}
    for name, kind in (
        ("candidates", Candidate),
        ("prerequisites", Prerequisite),
        ("exclusions", Exclusion),
        ("shares", Share),
        ("limits", Limit),
    ):
        assert set(top[name]["items"]["properties"]) == {one.name for one in fields(kind)}


def test_a_result_has_what_its_schema_asks_for():
    found = files.result_of(three(), Selection({"a": 0}, 30, 50, 0.1, 10, "search"))
    assert set(schema("result")["required"]) == set(found)
    assert found["rejected"] == ["b", "c"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ([], "not_an_object"),
        ({"periods": 1, "candidates": {}}, "not_a_list"),
        ({"periods": 1, "candidates": [3]}, "not_an_object"),
        ({"periods": 1, "candidates": [{"id": "a", "colour": 1}]}, "field_unknown"),
        ({"periods": 1, "candidates": [{"value": 1}]}, "field_missing_or_wrong"),
        ({"periods": 1, "candidates": [{"id": 7}]}, "field_wrong"),
        ({"periods": 1, "candidates": [{"id": "a", "mandatory": 1}]}, "field_wrong"),
        ({"candidates": []}, "field_missing_or_wrong"),
        (
            {
                "periods": 1,
                "candidates": [],
                "prerequisites": [{"candidate": "a", "needs": "b", "rule": "x"}],
            },
            "word_unknown",
        ),
        ({"periods": 1, "candidates": [{"id": "a", "value": 1.5}]}, "value_not_whole"),
        ({"periods": 1, "candidates": [{"id": "a", "cost": 5}]}, "field_wrong"),
        ({"periods": 1, "candidates": [{"id": "a", "groups": "long"}]}, "field_wrong"),
        ({"periods": 1, "candidates": [{"id": "a", "groups": [1]}]}, "field_wrong"),
        ({"periods": 1, "candidates": [{"id": "a", "demand": ["team"]}]}, "field_wrong"),
        ({"periods": 1, "candidates": [{"id": "a", "demand": {"team": "12"}}]}, "field_wrong"),
        ({"periods": 1, "candidates": [], "exclusions": [{"id": "x", "candidates": "ab"}]}, "field_wrong"),
        ({"periods": 1, "candidates": [], "capacity": "team"}, "field_wrong"),
        ({"periods": 1, "candidates": [], "budget": "1"}, "field_wrong"),
    ],
)
def test_what_cannot_be_read_is_named(document, code):
    with pytest.raises(Uncomputable) as caught:
        files.problem_of(document)
    assert caught.value.code == code
