"""Of a plan: who works on its tasks, and the baselines that were stored."""

from collections import defaultdict
from typing import Any

from tandem.exchange.records import AssignmentRecord, Baseline, ItemRecord
from tandem.exchange.taking_over import equipment
from tandem.exchange.taking_over.context import Taking
from tandem.exchange.taking_over.ledger import Entry, digest
from tandem.work.actions import imports
from tandem.work.models import Assignment, BaselineDate, WorkItem

_BATCH = 1000


def take_assignments(taking: Taking, records: list[AssignmentRecord]) -> None:
    """All assignments of a task together: its people, and in its plan what the computation needs of them."""
    by_task: dict[str, list[AssignmentRecord]] = defaultdict(list)
    for record in records:
        if record.task in taking.items:
            by_task[record.task].append(record)
        else:
            taking.tally.add("assignment", "dangling", record.source_id)
    tasks = list(by_task)
    for start in range(0, len(tasks), _BATCH):
        _take_batch(taking, {task: by_task[task] for task in tasks[start : start + _BATCH]})


def _take_batch(taking: Taking, tasks: dict[str, list[AssignmentRecord]]) -> None:
    refs = taking.ledger.known("assignments", tasks)
    kept, changed, added, rows = [], [], [], []
    people: dict[int, list[Assignment]] = {}
    marks = {task: digest(records) for task, records in tasks.items()}
    news = [taking.items[task] for task, mark in marks.items() if task not in refs or refs[task].digest != mark]
    late = _unsaid(taking, {task: records for task, records in tasks.items() if taking.items[task] not in news})
    items = imports.hold_items(actor=taking.actor, space=taking.space, ids=[*news, *(taking.items[task] for task in late)])
    needed = equipment.take_needs(taking, {task: records for task, records in tasks.items() if taking.items[task] in items}, items)
    for task, records in tasks.items():
        ref, mark, item = refs.get(task), marks[task], items.get(taking.items[task])
        if item is None:  # as it was, or gone here
            kept += [ref] if ref is not None else []
            continue
        if task in late:  # the file is as it was: who works on it was perhaps changed here since
            plan = item.plan | {"assignments": [one | {"equipment": _equipment(taking, record, needed)} for one, record in zip(item.plan["assignments"], records, strict=True)]}
            rows.append((item, {"plan": plan, "updated_at": item.updated_at}))
            changed.append((ref, mark, {}))
            continue
        plan = item.plan | {"assignments": [_json(taking, record, needed) for record in records]}
        rows.append((item, {"plan": plan, "updated_at": item.updated_at}))
        people[item.pk] = _people(taking, item.pk, records)
        if ref is None:
            added.append(Entry(task, item, mark))
        else:
            changed.append((ref, mark, {}))
    actor, space = taking.actor, taking.space
    imports.rewrite_items(actor=actor, space=space, rows=rows, people=people, run=taking.run)
    taking.ledger.add("assignments", added)
    taking.ledger.keep("assignments", kept)
    taking.ledger.update("assignments", changed)


def _unsaid(taking: Taking, tasks: dict[str, list[AssignmentRecord]]) -> set[str]:
    """Tasks as they were that need equipment or material of which an import before such needs were kept said nothing."""
    asking = {taking.items[task]: task for task, records in tasks.items() if any(record.resource in taking.equipment for record in records)}
    plans = WorkItem.objects.filter(space=taking.space, pk__in=asking).values_list("pk", "plan") if asking else ()
    told = {asking[pk]: plan.get("assignments") or [] for pk, plan in plans}
    return {task for task, rows in told.items() if len(rows) == len(tasks[task]) and any("equipment" not in row for row in rows)}


def _people(taking: Taking, item: int, records: list[AssignmentRecord]) -> list[Assignment]:
    shares: dict[int, float] = defaultdict(float)
    for record in records:
        person = taking.resources.get(record.resource or "")
        if person is not None and person.user is not None:
            shares[person.user.pk] += record.units
    return [Assignment(item_id=item, user_id=user, share=max(0, min(32767, round(units * 100)))) for user, units in shares.items()]


def _json(taking: Taking, record: AssignmentRecord, needed: set[str]) -> dict[str, Any]:
    person = taking.resources.get(record.resource or "")
    return {
        "resource": record.resource,
        "name": person.name if person else None,
        "kind": person.kind if person else None,
        "user": person.user.pk if person and person.user else None,
        "equipment": _equipment(taking, record, needed),
        "calendar": person.calendar.pk if person and person.calendar else None,
        "units": record.units,
        "work_minutes": record.work_minutes,
        "actual_work_minutes": record.actual_work_minutes,
        "start": record.start.isoformat() if record.start else None,
        "finish": record.finish.isoformat() if record.finish else None,
        "delay_minutes": record.delay_minutes,
        "leveling_delay_minutes": record.leveling_delay_minutes,
        "contour": record.contour,
        "percent_complete": record.percent_complete,
    }


def _equipment(taking: Taking, record: AssignmentRecord, needed: set[str]) -> int | None:
    return taking.equipment[record.resource].pk if record.resource and equipment.key(record) in needed else None


class Baselines:
    """Collected while items come, written in batches."""

    def __init__(self, taking: Taking) -> None:
        self.taking = taking
        self.waiting: dict[int, list[tuple[ItemRecord, Baseline]]] = defaultdict(list)

    def look(self, record: ItemRecord) -> None:
        for number, stored in (record.plan.baselines if record.plan else {}).items():
            self.waiting[number].append((record, stored))
            if stored.work_minutes or stored.cost:
                self.taking.tally.add("Baseline.Work, Baseline.Cost", "money", record.source_id)

    def flush(self) -> None:
        taking = self.taking
        for number, stored in sorted(self.waiting.items()):
            dates = [
                BaselineDate(
                    item_id=taking.items[record.source_id], start=taking.clock(b.start), finish=taking.clock(b.finish),
                    duration_minutes=None if b.duration_minutes is None else round(b.duration_minutes),
                )
                for record, b in stored
            ]  # fmt: skip
            name = f"Baseline {number}" if number else "Baseline"
            imports.set_baselines(actor=taking.actor, space=taking.space, number=number, name=name, dates=dates)
        self.waiting.clear()
