"""The benchmark of the network Monte Carlo: a small run of each figure, and going on where it stopped."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from tandem.compute.bench.montecarlo import example, numpy_trials, run
from tandem.compute.forecasting.network_risk import simulate
from tandem.compute.forecasting.risk_network import RiskNetwork
from tandem.config.compute_commands.bench import command


def test_the_reference_and_ours_simulate_the_same_network():
    """Without risks both see the same distribution: means and P80 within sampling error."""
    network = example(200, 0)
    theirs = numpy_trials(network, 8_000, 1)
    ours = simulate(network, trials=16_000).ends
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.003)
    assert np.quantile(ours, 0.8) == pytest.approx(np.quantile(theirs, 0.8), rel=0.004)


def test_risks_only_make_it_longer():
    network = example(200, 10)
    calm = RiskNetwork(network.activities, network.links)
    assert (simulate(network, trials=640).ends >= simulate(calm, trials=640).ends).all()


def test_a_run_goes_on_where_it_stopped(tmp_path):
    out, told = tmp_path / "results.jsonl", []
    first = run(set_="sampling", limit=1, seconds=0.01, out=out, tell=told.append)
    again = run(set_="sampling", limit=1, seconds=0.01, out=out, tell=told.append)
    assert first.rows == again.rows
    assert told == ["sampling …"]
    run(set_="sampling", limit=1, seconds=0.02, out=out, tell=told.append)
    assert told == ["sampling …"] * 2  # another question is measured anew
    assert "random trials for one Latin trial" in first.as_markdown()


@pytest.mark.slow
def test_every_figure_has_its_row():
    table = run(limit=1, seconds=0.05, tell=lambda line: None)
    assert [row.work for row in table.rows][:3] == [
        "1,000 activities, 50 risks, criticality and tornado",
        "the same by processor time",
        "the same, levelled in each trial (10 roles)",
    ]
    assert all(row.figure > 0 for row in table.rows)


def test_the_command_prints_json_alone_and_refuses_in_one_line(tmp_path):
    ran = CliRunner().invoke(command, ["montecarlo", "--set", "sampling", "--seconds", "0.01", "--json"])
    assert json.loads(ran.stdout)["name"] == "montecarlo"
    assert ran.stderr == "sampling …\n"
    for work in ("montecarlo", "cpm", "likeness"):
        ran = CliRunner().invoke(command, [work, "--set", "nothing"])
        assert ran.exit_code == 1
        assert ran.output.startswith(f"Error: {work} has no set 'nothing' (it has ")
    ran = CliRunner().invoke(command, ["psplib", "--files", str(tmp_path / "nowhere")])
    assert (ran.exit_code, ran.output.count("\n")) == (1, 1)
    assert "no such file or folder" in ran.output
