"""Compute stands alone."""

import os
import subprocess
import sys

LIST = """
import pkgutil, importlib, sys, tandem.compute
for module in pkgutil.walk_packages(tandem.compute.__path__, "tandem.compute."):
    importlib.import_module(module.name)
print(sorted(name for name in sys.modules if name.split(".")[0] in {"django", "psycopg", "procrastinate"}))
"""


def test_compute_imports_no_django():
    ran = subprocess.run([sys.executable, "-c", LIST], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_kernel_gives_the_same_without_compilation(tmp_path):
    ask = """
from datetime import datetime
from tandem.compute.scheduling.critical_path import schedule
from tandem.compute.scheduling.network import Activity, Link, LinkType, Network
network = Network(
    (Activity("a", 500), Activity("b", 90, deadline=datetime(2024, 1, 2, 9)),
     Activity("c", parent="d"), Activity("d")),
    (Link("a", "b", LinkType.SF, 700), Link("b", "c", lag=-30)),
)
for row in schedule(network, datetime(2024, 1, 1, 8)):
    print(row)
"""

    answers = set()
    for switch in ("0", "1"):
        environment = os.environ | {"NUMBA_DISABLE_JIT": switch}
        ran = subprocess.run(
            [sys.executable, "-c", ask], capture_output=True, text=True, check=True, env=environment
        )
        answers.add(ran.stdout)
    assert len(answers) == 1
    assert "total_slack" in answers.pop()
