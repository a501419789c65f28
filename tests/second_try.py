"""Tests in a browser get a second try: on a machine that is short of time a key may come before the page listens. Whatever needed
it is named at the end, with what went wrong, so that a fault that comes and goes is seen. No other test gets one: what fails
once in many times is just what the tests of `tests/proof` look for."""

from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

WHERE = Path(__file__).parent / "browser"
NAMED = Path(__file__).resolve().parents[1] / ".pytest_cache" / "second-tries"  # scripts/test.sh says it again at its end
_MARK = "second try"


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    if WHERE not in item.path.parents:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = tried(item, nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def tried(item: Any, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
    """The reports of the first try, or of the second where only the first one failed."""
    first = runtestprotocol(item, log=False, nextitem=nextitem)
    failed = next((report for report in first if report.failed), None)
    if failed is None:
        return first
    item._initrequest()
    second = runtestprotocol(item, log=False, nextitem=nextitem)
    if any(report.failed for report in second):
        return first  # what is told is the fault itself: the second try may have stumbled over what the first one left
    second[-1].user_properties.append((_MARK, failed.longreprtext))
    return second


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [report for kind in ("passed", "") for report in terminalreporter.stats.get(kind, [])]
    found = {report.nodeid: said for report in reports for name, said in getattr(report, "user_properties", []) if name == _MARK}
    if found:
        terminalreporter.section("passed at the second try")
    for test, said in found.items():
        terminalreporter.write_line(f"{test}\n{said}")
    if found and NAMED.parent.is_dir():  # one run of scripts/test.sh has several sessions
        with NAMED.open("a") as named:
            named.writelines(f"{test}\n" for test in found)
