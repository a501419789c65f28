"""The command says clearly what it cannot read or answer, in words or as JSON."""

import json

import pytest
from click.testing import CliRunner

from tandem.compute.errors import Uncomputable
from tandem.compute.selection import files
from tandem.compute.selection import solve as solving
from tandem.config.compute_commands.select import command
from tests.compute.selection.cases import three

BIG = json.dumps({"periods": 1, "candidates": [{"id": "a", "value": 2**60}]}).encode()
LONG = b'{"periods": ' + b"9" * 5000 + b"}"


@pytest.fixture
def asked(tmp_path, monkeypatch):
    def never(*_, **how):
        raise AssertionError

    monkeypatch.setattr(solving, "solve", never)

    def ask(text, *more):
        (tmp_path / "problem.json").write_bytes(text)
        return CliRunner().invoke(command, [str(tmp_path / "problem.json"), *more])

    return ask


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Straße".encode("latin-1"), "not_utf8"),
        (b"[" * 200_000, "nested_too_deeply"),
        (b"{", "not_json"),
        (LONG, "not_json"),
        (BIG, "value_too_large"),
        (b'{"periods": 1000000, "candidates": []}', "periods_too_many"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_code(asked, text, code):
    plain, as_json = asked(text), asked(text, "--json")
    assert (plain.exit_code, as_json.exit_code) == (1, 1)
    assert code in plain.stderr
    assert json.loads(as_json.stderr)["error"] == code
    assert as_json.stdout == ""


def test_a_question_that_has_no_answer_is_refused_before_the_search(asked):
    text = json.dumps(files.document_of(three())).encode()
    found = asked(text, "--json", "--why", "nobody")
    assert json.loads(found.stderr) == {
        "error": "candidate_unknown",
        "candidate": "nobody",
        "value": "nobody",
    }
    free = json.dumps(files.document_of(three(budget=None))).encode()
    assert json.loads(asked(free, "--json", "--frontier", "3").stderr)["error"] == "no_budget"


@pytest.mark.parametrize("seed", ["-1", str(2**31)])
def test_a_seed_out_of_range_is_refused(asked, seed):
    found = asked(json.dumps(files.document_of(three())).encode(), "--seed", seed)
    assert (found.exit_code, "--seed" in found.stderr) == (2, True)


@pytest.mark.parametrize("how", [{"seconds": -1.0}, {"seconds": float("nan")}, {"gap": -3.0}, {"moves": -1}], ids=str)
def test_an_effort_that_is_none_is_refused_by_its_name(how):
    with pytest.raises(Uncomputable) as refused:
        next(solving.solve(three(), **how))
    assert (refused.value.code, refused.value.params["field"]) == ("out_of_range", next(iter(how)))


@pytest.fixture
def impossible(tmp_path):
    """Two things that must be, and money for one."""
    told = {"periods": 1, "budget": [5], "candidates": [{"id": name, "value": 1, "cost": [4], "mandatory": True} for name in "ab"]}
    (tmp_path / "problem.json").write_text(json.dumps(told))
    return str(tmp_path / "problem.json")


def test_where_no_choice_is_possible_the_rules_to_relax_are_named(impossible):
    as_json = CliRunner().invoke(command, [impossible, "--json", "--moves", "1000"])
    told = json.loads(as_json.stderr.splitlines()[-1])
    assert (as_json.exit_code, told["error"], len(told["relax"])) == (1, "infeasible", 1)
    assert told["relax"][0]["kind"] in ("budget", "mandatory")
    plain = CliRunner().invoke(command, [impossible, "--moves", "1000"])
    assert told["relax"][0]["kind"] in plain.stderr.splitlines()[-1]
