"""The levelled plan over 200 projects, 20,000 open work items and 300 people: `python -m benchmarks.levelled --data FOLDER`.

From the database to the first plan; after one edit, until its dates stand in the rows; the pages; beside the best single priority rule."""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from benchmarks import dataset, report

HERE = Path(__file__).resolve().parent
EDITS = 10
FIRST, EDITED, STAYED, PAGE = 2.0, 1.0, 0.95, 200.0


def main() -> int:
    options = _options()
    dataset.connect(options.data)
    made = filled(options)
    found: dict[str, Any] = {"day": str(date.today()), "machine": report.machine(), "load before": report.load(), "data": made}
    _warm()
    found["rules"] = _rules()
    found["first plan"] = _first()
    found["after an edit"] = _edits()
    found["after an illness"] = _illness()
    found["pages"] = _pages()
    if options.seconds:
        found["search"] = _search(options.seconds)
    found["load after"] = report.load()
    text = markdown(found)
    print(text)
    if not options.dry:
        (HERE / "results" / "levelled.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        (HERE / "results" / "levelled.md").write_text(text)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.levelled", description=__doc__)
    parser.add_argument("--data", default=".tandem-levelled", help="data directory; its database is filled when it is empty")
    for name, value in (("items", 20_000), ("projects", 200), ("people", 300)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--seconds", type=float, default=10.0, help="of search; 0: none")
    parser.add_argument("--dry", action="store_true", help="write no results")
    return parser.parse_args()


def filled(options: argparse.Namespace) -> dict[str, Any]:
    from tandem.governance.models import MeetingSeries
    from tandem.people.models import Space, User
    from tandem.samples.size import generate
    from tandem.work.models import Link, WorkItem

    if not Space.objects.filter(parent=None).exists():
        generate(
            items=options.items, projects=options.projects, people=options.people, comments_each=0.0, is_ahead=True,
            tell=lambda text: print(text, file=sys.stderr),
        )  # fmt: skip
    _time_of_people()
    _meetings()
    return {
        "items": WorkItem.objects.open().count(), "projects": Space.objects.filter(kind="project").count(), "people": User.objects.count(),
        "links": Link.objects.dependencies().count(), "series of meetings": MeetingSeries.objects.count(),
    }  # fmt: skip


def _time_of_people() -> None:
    """Terms of employment for all, every fifth in part time, every tenth until a last day; three weeks of leave in each of two
    years, and firm bookings for every third."""
    from datetime import timedelta

    from tandem.kit import clock
    from tandem.people.models import Space, User
    from tandem.resources.models import Booking, Employment, TimeOff
    from tandem.work.models import Assignment

    if Employment.objects.exists():
        return
    root, today = Space.objects.get(parent=None), clock.today()
    people = list(User.objects.filter(pk__in=Assignment.objects.values("user")).order_by("pk"))
    Employment.objects.bulk_create(
        Employment(
            space=root, person=one, starts_on=today - timedelta(days=700), ends_on=today + timedelta(days=400) if n % 10 == 9 else None,
            percent=60 if n % 5 == 4 else 100,
        )
        for n, one in enumerate(people)
    )  # fmt: skip
    off = [(one, today + timedelta(days=(11 * n) % 300 + year * 365 + part * 40)) for n, one in enumerate(people) for year in (0, 1) for part in (0, 1, 2)]
    TimeOff.objects.bulk_create(
        TimeOff(space=root, person=one, starts_on=day, ends_on=day + timedelta(days=6), state=TimeOff.State.APPROVED, asked_by=one) for one, day in off
    )
    spaces = dict(Assignment.objects.order_by("item_id").values_list("user_id", "item__space_id"))
    projects = dict(Space.objects.filter(pk__in=spaces.values()).values_list("id", "project__id"))
    Booking.objects.bulk_create(
        Booking(
            space_id=spaces[one.pk], person=one, subject_kind="portfolio.project", subject_id=projects[spaces[one.pk]], starts_on=today,
            ends_on=today + timedelta(days=90), percent=50, is_hard=True, booked_by=one,
        )
        for n, one in enumerate(people) if n % 3 == 0
    )  # fmt: skip


def _meetings() -> None:
    """A weekly meeting of each project, of eight people for an hour; every fifth is a short one on every working day."""
    from tandem.governance.models import MeetingAttendee, MeetingSeries
    from tandem.kit import clock
    from tandem.people.models import Space
    from tandem.work.models import Assignment

    if MeetingSeries.objects.exists():
        return
    people = sorted(set(Assignment.objects.values_list("user_id", flat=True)))
    made = MeetingSeries.objects.bulk_create(
        MeetingSeries(
            space=space, title=f"Meeting of {space.name}", purpose="What stands in the way is known", owner_id=people[n % len(people)], zone="UTC",
            starts_on=clock.today(), at=time_of_day(9 + n % 7, 30 * (n % 2)), minutes=15 if n % 5 == 4 else 60,
            rule="FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR" if n % 5 == 4 else f"FREQ=WEEKLY;BYDAY={('MO', 'TU', 'WE', 'TH', 'FR')[n % 5]}",
        )
        for n, space in enumerate(Space.objects.filter(kind="project").order_by("pk"))
    )  # fmt: skip
    seats = {(series.pk, people[(8 * n + k) % len(people)]) for n, series in enumerate(made) for k in range(8)}
    MeetingAttendee.objects.bulk_create(MeetingAttendee(series_id=series, user_id=person) for series, person in sorted(seats))


def _timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds of the clock and of the processor, and what came out."""
    clock, cpu = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - clock, time.process_time() - cpu, found


def _warm() -> None:
    """As in the process in which the worker computes; the kernels are compiled once for a machine (`tandem compute prepare`)."""
    import gc

    from tandem.config import engines
    from tandem.planning import levelling

    gc.set_threshold(*engines.RARELY)
    levelling.compute()


def _forget() -> None:
    from tandem.planning.models import LevelledDates, LevelledPlan

    LevelledDates.objects.all().delete()
    LevelledPlan.objects.all().delete()


def _first() -> dict[str, Any]:
    """Read, level, check, write: all of it, on an empty table."""
    from tandem.planning import levelling

    walls, cpus, judged, plan = [], [], [], None
    for _round in range(3):
        _forget()
        wall, cpu, found = _timed(levelling.publish)
        assert found is not None
        assert found.now is not None
        plan = found.plan
        walls.append(wall)
        cpus.append(cpu)
        judged.append(_timed(lambda found=found: levelling.judge(found))[0])
    assert plan is not None
    return {
        "seconds": round(statistics.median(walls), 3), "of the processor": round(statistics.median(cpus), 3), "items": plan.items,
        "conflicts": round(statistics.median(judged), 3),
        "weighted tardiness": plan.tardiness, "makespan in days": plan.makespan // 8, "broken": plan.broken, "kept": {name: round(t, 3) for name, t in _parts().items()},
    }  # fmt: skip


def _parts() -> dict[str, float]:
    """Where the time goes."""
    from tandem.kit import clock
    from tandem.planning import open_work, plan_problem, plan_solver

    read, _cpu, work = _timed(open_work.read)
    make, _cpu, made = _timed(lambda: plan_problem.make(work, clock.today()))
    level, _cpu, _found = _timed(lambda: plan_solver.first(made.inputs, None))
    return {"read": read, "arrays": make, "levelled": level}


def _rules() -> dict[str, Any]:
    """The best single rule of list schedulers on the same arrays: what a plan is compared with."""
    from tandem.compute.errors import Uncomputable
    from tandem.compute.scheduling.levelling import portfolio
    from tandem.kit import clock
    from tandem.planning import open_work, plan_problem, plan_solver

    inputs = plan_problem.make(open_work.read(), clock.today()).inputs
    arrays = inputs.arrays()
    worth = {}
    for name, key in portfolio.starting_keys(portfolio.prepared(arrays)).items():
        try:
            worth[name] = plan_solver.decoded(arrays, key).tardiness
        except Uncomputable:  # what has begun leaves this order no place: it gives no plan at all
            continue
    if not worth:
        return {"best": "none has a place for everything", "weighted tardiness": None, "all": worth}
    best = min(worth, key=lambda name: worth[name])
    return {"best": best, "weighted tardiness": worth[best], "all": worth}


def _edits() -> dict[str, Any]:
    """An item takes longer: from the end of the change to the new dates in the rows."""
    from tandem.people.models import User
    from tandem.planning import levelling
    from tandem.planning.models import LevelledDates
    from tandem.work.actions import work_items
    from tandem.work.models import WorkItem

    admin = User.objects.get(email="admin@size.example")
    rows = list(WorkItem.objects.open().exclude(estimate_minutes=None).order_by("id"))
    before = dict(LevelledDates.objects.values_list("item_id", "start"))
    walls, cpus, stayed, judged = [], [], [], []
    for number in range(EDITS):
        item = rows[(number * 997 + 13) % len(rows)]
        work_items.change(actor=admin, item=item, version=None, estimate_minutes=item.estimate_minutes + 480)
        wall, cpu, found = _timed(levelling.publish)
        judged.append(_timed(lambda found=found: levelling.judge(found))[0])
        after = dict(LevelledDates.objects.values_list("item_id", "start"))
        stayed.append(sum(after.get(pk) == start for pk, start in before.items()) / len(before))
        before = after
        walls.append(wall)
        cpus.append(cpu)
    return {
        "seconds, median": round(statistics.median(walls), 3), "seconds, worst": round(max(walls), 3), "of the processor, median": round(statistics.median(cpus), 3),
        "starts unchanged, least": round(min(stayed), 4), "edits": EDITS, "conflicts, median": round(statistics.median(judged), 3),
    }  # fmt: skip


def _illness() -> dict[str, Any]:
    """Somebody with work falls ill for two weeks: from the end of the change to the new dates in the rows."""
    from datetime import timedelta

    from tandem.kit import clock
    from tandem.people.models import User
    from tandem.planning import levelling
    from tandem.planning.models import LevelledDates
    from tandem.resources.actions import time_off

    admin, walls, stayed = User.objects.get(email="admin@size.example"), [], []
    begin = clock.today() + timedelta(days=1)
    free = User.objects.filter(assignments__item__levelled__start__date__gte=begin).exclude(time_off__starts_on__lte=begin + timedelta(days=13)).distinct()
    for person in free.order_by("pk")[:3]:
        before = dict(LevelledDates.objects.values_list("item_id", "start"))
        time_off.ask(actor=admin, person=person, kind="sickness", starts_on=begin, ends_on=begin + timedelta(days=13))
        wall, _cpu, found = _timed(levelling.publish)
        levelling.judge(found)
        after = dict(LevelledDates.objects.values_list("item_id", "start"))
        stayed.append(sum(after.get(pk) == start for pk, start in before.items()) / len(before))
        walls.append(wall)
    return {"seconds, worst": round(max(walls), 3), "starts unchanged, least": round(min(stayed), 4), "people": len(walls)} if walls else {}


def _pages(rounds: int = 30) -> dict[str, Any]:
    """Through the whole program but the socket, signed in as an ordinary member who sees everything."""
    from django.test import Client
    from django.test.utils import override_settings

    from tandem.planning.models import LevelledDates

    client, found = Client(), {}
    client.force_login(dataset.reader())
    item = LevelledDates.objects.order_by("-start").values_list("item_id", flat=True).first()
    with override_settings(ALLOWED_HOSTS=["*"]):
        for name, path in (("timeline", "/plan/"), ("one project opened", "/plan/?open=P2"), ("why", f"/plan/items/{item}/")):
            times = []
            for _round in range(rounds):
                wall, _cpu, answer = _timed(lambda path=path: client.get(path))
                assert answer.status_code == 200, (path, answer.status_code)
                times.append(1000 * wall)
            times.sort()
            found[name] = {"p50 ms": round(times[len(times) // 2], 1), "p95 ms": round(times[int(0.95 * len(times))], 1), "bytes": len(answer.content)}
    return found


def _search(seconds: float) -> dict[str, Any]:
    from tandem.planning import levelling
    from tandem.planning.models import LevelledPlan

    before = LevelledPlan.objects.newest_first().first()
    assert before is not None
    wall, _cpu, plan = _timed(lambda: levelling.search(seconds, lambda: False, lambda phase, done, total: None))
    return {"seconds": round(wall, 1), "before": before.tardiness, "after": plan.tardiness, "bound": plan.bound}


def markdown(found: dict[str, Any]) -> str:
    first, edit, rules = found["first plan"], found["after an edit"], found["rules"]
    rows = [
        ("first plan from the database, with its check and the writing of all dates", f"{first['seconds']} s", f"≤ {FIRST:g} s"),
        ("of that, processor time of the program", f"{first['of the processor']} s", ""),
        ("its conflicts, told after the dates", f"{first['conflicts']} s", ""),
        ("after one edit, until the new dates stand in the rows, median", f"{edit['seconds, median']} s", f"≤ {EDITED:g} s"),
        ("the same, processor time of the program", f"{edit['of the processor, median']} s", ""),
        ("its conflicts, told after the dates, median", f"{edit['conflicts, median']} s", ""),
        ("starts unchanged after one edit, least", f"{100 * edit['starts unchanged, least']:.1f} %", f"≥ {100 * STAYED:g} %"),
        *(
            (("after two weeks of illness, worst", f"{ill['seconds, worst']} s", f"≤ {EDITED:g} s"), ("starts unchanged by it, least", f"{100 * ill['starts unchanged, least']:.1f} %", ""))
            if (ill := found["after an illness"]) else ()
        ),
        *((f"page: {name}, p95", f"{times['p95 ms']} ms", f"≤ {PAGE:g} ms") for name, times in found["pages"].items()),
        ("weighted tardiness of the first plan", f"{first['weighted tardiness']:,}", ""),
        (f"the same of the best single rule ({rules['best']})", f"{rules['weighted tardiness']:,}" if rules["all"] else "–", ""),
    ]
    if "search" in found:
        search = found["search"]
        rows.append((f"after {search['seconds']} s of search", f"{search['after']:,}", f"before {search['before']:,}"))
    lines = [f"| {what} | {value} | {goal} |" for what, value, goal in rows]
    data = ", ".join(f"{value:,} {name}" for name, value in found["data"].items())
    head = f"{data} · {found['day']} · {found['machine']} · load {found['load before']} → {found['load after']}"
    return "\n".join(["# The levelled plan", "", head, "", "| what | value | goal |", "|---|---|---|", *lines, ""])


if __name__ == "__main__":
    sys.exit(main())
