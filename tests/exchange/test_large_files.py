"""A large export streams: memory does not grow with the file, and all of it arrives. Made of the real ones by repetition."""

import csv
import json
import re
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tandem.exchange.formats import detect
from tandem.exchange.models import ExternalReference
from tandem.work.models import WorkItem
from tests.drawn import drawn
from tests.exchange.files import take_over

STATUS = Path("/proc/self/status")
MEGABYTE = 1_000_000
ALLOWED = 200  # MB that may be added at the peak, whatever the size: batches, ids, the tree of parents

PROSE = "The crane stands at berth 3 and waits for the yard. " * 40


def jira_xml(source: Path, target: Path, megabytes: int) -> int:
    text = (source / "jira-xml" / "mongodb-new-2023-07-28.xml").read_text(encoding="utf-8")
    start, end = text.index("<item>"), text.rindex("</item>") + len("</item>")
    head, items, tail = text[:start], text[start:end], text[end:]
    copies = megabytes * MEGABYTE // len(items.encode()) + 1
    with target.open("w", encoding="utf-8") as file:
        file.write(head)
        for copy in range(copies):
            moved = re.sub(r"\b([A-Z]{2,}-)(\d{3,})\b", lambda f: f"{f[1]}{int(f[2]) + copy * 1_000_000}", items)
            file.write(re.sub(r'<(key|comment) id="(\d+)"', lambda f: f'<{f[1]} id="{int(f[2]) + copy * 10**8}"', moved))
        file.write(tail)
    return copies * 20


def trello(source: Path, target: Path, megabytes: int) -> int:
    board = json.loads((source / "trello" / "nebula-agile-2015.json").read_text(encoding="utf-8"))
    parts = {name: board.pop(name) for name in ("cards", "actions", "checklists")}
    text = json.dumps(parts)
    own = {row["id"] for rows in parts.values() for row in rows}
    copies = megabytes * MEGABYTE // len(text) + 1

    def moved(copy: int) -> dict[str, list]:
        new = re.sub(r'"([0-9a-f]{24})"', lambda f: f'"{f[1][:8]}{copy:04x}{f[1][12:]}"' if f[1] in own else f[0], text)
        return json.loads(new)

    with target.open("w", encoding="utf-8") as file:
        file.write(json.dumps(board)[:-1])
        for name in parts:
            rows = (json.dumps(row) for copy in range(copies) for row in moved(copy)[name])
            file.write(f', "{name}": [' + next(rows))
            file.writelines(f", {row}" for row in rows)
            file.write("]")
        file.write("}")
    return copies * len(parts["cards"])


def jira_csv(source: Path, target: Path, megabytes: int) -> int:
    """The real rows again and again, with the long descriptions that the real one lacks."""
    with (source / "jira-csv" / "werkplaats2-cloud-2023.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    key, own, parent, text = map(head.index, ("Issue key", "Issue id", "Parent", "Description"))

    def moved(row: list[str], copy: int) -> list[str]:
        new = [*row]
        space, number = row[key].split("-")
        new[key], new[text] = f"{space}-{int(number) + copy * 1000}", PROSE
        for column in (own, parent):
            new[column] = str(int(row[column]) + copy * 10**6) if row[column] else ""
        return new

    return _table(target, megabytes, head, (moved(row, copy) for copy in count() for row in rows))


def plain_csv(source: Path, target: Path, megabytes: int) -> int:
    head = ["ID", "Title", "Status", "Assignee", "Created", "Description"]
    states = ("Open", "Doing", "Done")
    return _table(
        target, megabytes, head,
        ([f"T{n}", f"Berth {n}", states[n % 3], f"Person {n % 40}", f"2024-03-{n % 28 + 1:02}", PROSE] for n in count(1)),
    )  # fmt: skip


def _table(target: Path, megabytes: int, head: list[str], rows: Iterator[list[str]]) -> int:
    with target.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(head)
        for written, row in enumerate(rows):
            if file.tell() >= megabytes * MEGABYTE:
                return written
            table.writerow(row)
    raise AssertionError("rows never end")


def mspdi(source: Path, target: Path, megabytes: int) -> int:
    text = (source / "msproject" / "sample.xml").read_text(encoding="utf-8")
    first = text.index("<Task>", text.index("<Task>") + 1)  # behind the row of the project itself
    tasks, between = text[first : text.index("</Tasks>")], text[text.index("</Tasks>") : text.index("<Assignment>")]
    assignments = text[text.index("<Assignment>") : text.index("</Assignments>")]
    copies = megabytes * MEGABYTE // len((tasks + assignments).encode()) + 1

    def moved(part: str, copy: int) -> str:
        return re.sub(r"<(UID|ID|PredecessorUID|TaskUID)>(\d+)<", lambda f: f"<{f[1]}>{int(f[2]) + copy * 1000}<", part)

    with target.open("w", encoding="utf-8") as file:
        file.write(text[:first])
        file.writelines(moved(tasks, copy) for copy in range(copies))
        file.write(between)
        file.writelines(moved(assignments, copy) for copy in range(copies))
        file.write("</Assignments></Project>")
    return copies * tasks.count("<Task>")


MAKERS = {"jira-xml": (jira_xml, "jira.xml"), "trello": (trello, "board.json"), "jira-csv": (jira_csv, "jira.csv"),
          "csv": (plain_csv, "table.csv"), "mspdi": (mspdi, "plan.xml")}  # fmt: skip


def kilobytes(name: str) -> int:
    return int(re.search(rf"{name}:\s+(\d+)", STATUS.read_text())[1])


@pytest.mark.django_db
@pytest.mark.parametrize("megabytes", [2, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", drawn(MAKERS, 3))
def test_a_large_file_streams(world, data_dir, tmp_path, kind, megabytes):
    if not STATUS.exists():
        pytest.skip("memory is measured on Linux only")
    make, name = MAKERS[kind]
    path = tmp_path / name
    expected = make(data_dir, path, megabytes)
    assert path.stat().st_size >= megabytes * MEGABYTE
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    before, began = kilobytes("VmRSS"), time.monotonic()
    report = take_over(path, actor=world.alma)
    added, took = (kilobytes("VmHWM") - before) / 1000, time.monotonic() - began
    print(f"{name}: {path.stat().st_size / MEGABYTE:.0f} MB, {expected} items, {took:.0f} s, {added:.0f} MB added")
    assert detect(path) == kind
    assert report["facts"]["items"] == WorkItem.objects.count() == expected
    assert ExternalReference.objects.filter(kind="item").count() == expected
    assert added < ALLOWED
