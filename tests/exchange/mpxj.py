"""What MPXJ, an independent reader, finds in a plan: without the numbers of rows, which differ from file to file."""

import json
import tempfile
from pathlib import Path
from typing import Any

from tandem.exchange.formats import mpxj

_TASK = ("name", "start", "finish", "duration", "percent_complete", "milestone", "constraint_type", "constraint_date", "deadline", "outline_level", "actual_start", "actual_finish", "task_mode", "active", "notes",
         *(f"baseline{n}_{part}" for n in ("", *map(str, range(1, 11))) for part in ("start", "finish", "duration")))  # fmt: skip


def told(path: Path) -> dict[str, list[Any]]:
    with tempfile.TemporaryDirectory() as folder:
        mpxj.convert(path, Path(folder) / "plan.json")
        plan = json.loads((Path(folder) / "plan.json").read_text(encoding="utf-8"))
    tasks = [one for one in plan["tasks"] if one.get("outline_level") and one.get("name")]
    name = {one["unique_id"]: one["name"] for one in tasks}
    who = {one.get("unique_id"): one.get("name") for one in plan.get("resources", ())}
    return {
        "tasks": [{key.replace("baseline_", "baseline"): one[key] for key in _TASK if one.get(key) not in (None, False, 0, 0.0)} for one in tasks],
        "links": sorted((name[p["predecessor_task_unique_id"]], one["name"], p.get("type", "FS"), p.get("lag", 0)) for one in tasks for p in one.get("predecessors", ())),
        "work": sorted((name[a["task_unique_id"]], who.get(a.get("resource_unique_id")) or "", a.get("work") or 0) for a in plan.get("assignments", ()) if a["task_unique_id"] in name),
    }
