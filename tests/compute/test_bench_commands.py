"""Every published table says by which command it is measured again."""

import re
from pathlib import Path

from click.testing import CliRunner

from tandem.compute.bench.table import command
from tandem.config.compute_commands import bench

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "computed-plan.md"


def test_a_command_names_its_work_and_set():
    assert command("cpm") == "tandem compute bench cpm"
    assert command("psplib", "j60") == "tandem compute bench psplib --set j60"


def test_the_tables_on_the_page_have_commands_that_can_be_run():
    page = PAGE.read_text(encoding="utf-8")
    told = re.findall(r"^`([^`]*)` · .*\n<!-- end of", page, re.MULTILINE)
    assert len(told) == page.count("<!-- end of")
    for line in told:
        *head, work = line.split(" --set ")[0].split()
        assert (head, work in bench.WORKS) == (["tandem", "compute", "bench"], True)
        assert CliRunner().invoke(bench.command, [work, "--help"]).exit_code == 0
