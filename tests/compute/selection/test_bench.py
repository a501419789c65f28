"""The benchmark: what is kept answers the same question only, and progress goes where it was asked for."""

import json

import pytest
from click.testing import CliRunner

from tandem.compute.bench import selection
from tandem.config.compute_commands import bench


def test_kept_results_answer_the_same_question_only(tmp_path, monkeypatch, capsys):
    asked, told = [], []
    monkeypatch.setattr(selection, "_warm", lambda: None)
    monkeypatch.setattr(
        selection,
        "_frontier",
        lambda seed, points: asked.append((seed, points)) or {"worst": 1.0, "mean": 1.0, "seconds": 1.0},
    )
    out = tmp_path / "kept.jsonl"
    for limit, seconds in ((5, None), (5, None), (6, None), (5, 3.0)):
        selection.run(set_="frontier", limit=limit, seeds=1, seconds=seconds, out=out, tell=told.append)
    assert asked == [(1, 5), (1, 6), (1, 5)]
    assert len({json.loads(line)["key"] for line in out.read_text().splitlines()}) == 3
    assert len(told) == 3
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("work", "set_"),
    [("selection", "abc"), ("selection", "7"), ("portfolio", "x"), ("cpm", "x"), ("montecarlo", "x"), ("calibration", "x")],
)
def test_a_set_that_a_work_does_not_have_is_refused_before_anything_runs(work, set_):
    plain = CliRunner().invoke(bench.command, [work, "--set", set_])
    assert (plain.exit_code, f"has no set '{set_}'" in plain.stderr) == (1, True)
    as_json = CliRunner().invoke(bench.command, [work, "--set", set_, "--json"])
    told = json.loads(as_json.stderr)
    assert (as_json.exit_code, told["error"], told["value"], as_json.stdout) == (1, "unknown_set", set_, "")
