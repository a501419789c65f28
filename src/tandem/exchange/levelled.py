"""`tandem compute level FILE`: the over-loads of a plan of MS Project, the plan without them, and why each task comes later.

Needs neither database nor Django: records of the reader → a stored plan → compute. Dates are wall clock, as in the file.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import orjson

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.solve import Budget
from tandem.compute.scheduling.stored_levelling import Levelled, Shift, level
from tandem.compute.scheduling.stored_load import Overload
from tandem.exchange.dates import refuse, stored_plan
from tandem.exchange.formats import Unreadable


def levelled(file: str | Path, *, freed: bool = False, plans: int = 4000, seed: int = 1, as_json: bool = False) -> int:
    """Print the findings. 0 when nothing planned is over-loaded any more, 1 when something is, 2 when the file is refused."""
    try:
        found = level(stored_plan(Path(file)), freed=freed, budget=Budget(evaluations=plans), seed=seed)
    except Unreadable as problem:
        return refuse(problem, as_json, {"where": problem.where} if problem.where else {})
    except Uncomputable as problem:
        return refuse(problem, as_json)
    click.echo(orjson.dumps(as_data(found), option=orjson.OPT_INDENT_2).decode() if as_json else _told(found))
    return 1 if found.left else 0


def as_data(found: Levelled) -> dict[str, Any]:
    """What `--json` prints; tasks and resources by their number in the file."""
    return {
        "overloads": [asdict(one) for one in found.found], "worked": [asdict(one) for one in found.worked], "left": [asdict(one) for one in found.left],
        "broken": [asdict(one) for one in found.broken], "shifts": [asdict(one) for one in found.shifts], "finish": found.finish, "stored_days": found.stored_days, "days": found.days,
        "ratio": round(found.ratio, 4) if found.ratio is not None else None, "is_valid": found.is_valid,
    }  # fmt: skip


def _told(found: Levelled) -> str:
    task = {one.id: one.name or one.id for one in found.stored.tasks}
    who = {key: one.name or key for key, one in found.stored.resources.items()}

    def overload(one: Overload) -> str:
        return f"  {one.start:%Y-%m-%d %H:%M} – {one.finish:%Y-%m-%d %H:%M}  {who[one.resource]}  {one.units:.0%} of {one.max_units:.0%}: {_names(one.tasks, task)}"

    lines = [f"over-loads: {len(found.found)}", *map(overload, found.found)]
    if found.worked:
        lines += [f"worked already, nothing moves it: {len(found.worked)}", *map(overload, found.worked)]
    lines += [f"over-loads left after levelling: {len(found.left)}", *map(overload, found.left), f"tasks that begin later: {len(found.shifts)}"]
    lines += [f"  {one.stored:%Y-%m-%d %H:%M} → {one.start:%Y-%m-%d %H:%M}  {task[one.task]}: {_why(one, task, who)}" for one in found.shifts]
    ratio = f" (× {found.ratio:.3f})" if found.ratio is not None else ""
    lines.append(f"finish {found.finish:%Y-%m-%d %H:%M}; {found.stored_days:g} working days in the file, {found.days:g} levelled{ratio}")
    return "\n".join(lines)


def _why(one: Shift, task: dict[str, str], who: dict[str, str]) -> str:
    if one.code == "capacity":
        return f"{who[one.resource]} is held by {_names(one.holders, task)} until {one.until:%Y-%m-%d %H:%M}"
    if one.code in ("link", "max_lag"):
        return f"follows {_names(one.holders, task)}"
    return f"{one.code} {one.until:%Y-%m-%d %H:%M}" if one.until else one.code


def _names(tasks: tuple[str, ...], name: dict[str, str]) -> str:
    shown = [name.get(one, one) for one in tasks[:4]]
    return ", ".join(shown) + (f" and {len(tasks) - 4} more" if len(tasks) > 4 else "")
