"""How long the effect of a change takes over 200 projects and 20,000 open work items: `python -m benchmarks.changes --data FOLDER`.

From a content that was written down to the picture that both sides judge: with the reading of both plans, ranges of ends and conflicts."""

import json
import statistics
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks import dataset, levelled, report

HERE = Path(__file__).resolve().parent
CHANGES, GOAL = 12, 3.0


def main() -> int:
    options = levelled._options()
    dataset.connect(options.data)
    made = levelled.filled(options)
    found: dict[str, Any] = {"day": str(date.today()), "machine": report.machine(), "load before": report.load(), "data": made}
    levelled._warm()
    found["rows"] = measured()
    found["load after"] = report.load()
    text = markdown(found)
    print(text)
    if not options.dry:
        (HERE / "results" / "changes.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        (HERE / "results" / "changes.md").write_text(text)
    return 0


def measured() -> list[dict[str, Any]]:
    """Each kind of content by itself, on items spread over the plan; a warm process, as the worker's is."""
    from tandem.governance.actions import change_impacts
    from tandem.governance.models import ChangeRequest

    found = []
    for name, contents in _contents():
        walls, cpus, moved = [], [], []
        for content in contents:
            row = _asked(content)
            begun, spent = time.perf_counter(), time.process_time()
            outcome = change_impacts.compute(ChangeRequest.objects.select_related("scenario", "space").get(pk=row.pk))
            walls.append(time.perf_counter() - begun)
            cpus.append(time.process_time() - spent)
            assert outcome["refused"] == []
            moved.append(len(outcome["projects"]))
        found.append({
            "content": name, "seconds, median": round(statistics.median(walls), 2), "seconds, worst": round(max(walls), 2),
            "of the processor, median": round(statistics.median(cpus), 2), "changes": len(walls), "projects that end otherwise, most": max(moved),
        })  # fmt: skip
    return found


def _asked(content: list[tuple[str, int, dict[str, Any]]]) -> Any:
    from tandem.governance.actions import change_requests
    from tandem.people.models import Space, User

    admin = User.objects.get(email="admin@size.example")
    row = change_requests.create(actor=admin, space=Space.objects.get(parent=None), title="Measured", reason="How long it takes")
    for kind, subject, values in content:
        change_requests.add(actor=admin, change_request=row, kind=kind, subject=subject, **values)
    return row


def _contents() -> list[tuple[str, list[list[tuple[str, int, dict[str, Any]]]]]]:
    from tandem.portfolio.models import Project
    from tandem.work.models import WorkItem

    items = list(WorkItem.objects.open().exclude(estimate_minutes=None).filter(is_summary=False, space__kind="project").order_by("id"))
    picked = [items[(number * 997 + 13) % len(items)] for number in range(11 * CHANGES)]
    projects = list(Project.objects.filter(state="running").order_by("id"))[:: 30]
    on = date.today() + timedelta(days=30)
    longer = [[("item", one.pk, {"expected_minutes": (one.remaining_minutes or 480) + 2400})] for one in picked[:CHANGES]]
    more = [[("item", one.pk, {"expected_minutes": (one.remaining_minutes or 480) + 480}) for one in _twenty(picked, number)] for number in range(3)]
    fewer = [[("drop", one.pk, {}) for one in _twenty(picked, number)] for number in range(3, 6)]
    later = [[("project", project.pk, {"starts_on": on.isoformat()})] for project in projects]
    return [
        ("one item takes five days longer", longer), ("twenty items take a day longer", more), ("twenty items are dropped", fewer),
        ("a project begins later", later),
    ]  # fmt: skip


def _twenty(picked: list[Any], number: int) -> list[Any]:
    return picked[20 * number : 20 * (number + 1)]


def markdown(found: dict[str, Any]) -> str:
    rows = "\n".join(
        f"| {one['content']} | {one['seconds, median']} s | {one['seconds, worst']} s | {one['of the processor, median']} s | {one['changes']} | {one['projects that end otherwise, most']} | ≤ {GOAL:g} s |"
        for one in found["rows"]
    )
    data = ", ".join(f"{value:,} {name}" for name, value in found["data"].items())
    head = f"{data} · {found['day']} · {found['machine']} · load {found['load before']} → {found['load after']}"
    columns = "| content | median | worst | processor, median | changes | projects that end otherwise, most | goal |\n|---|---|---|---|---|---|---|"
    return f"# The effect of a change\n\n{head}\n\n{columns}\n{rows}\n"


if __name__ == "__main__":
    sys.exit(main())
