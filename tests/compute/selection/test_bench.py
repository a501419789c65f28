"""The benchmark: what is kept answers the same question only, and progress goes where it was asked for."""

import json

from tandem.compute.bench import selection


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
