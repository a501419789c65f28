"""What holds of a project whatever was done to it and in whatever order: asked of the rows and the history alone."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from tandem.compute.flow.sprint import sum_at
from tandem.history.models import Event
from tandem.history.record import plain
from tandem.kit import clock
from tandem.reports.queries import boards, sprints
from tandem.reports.queries.sprint_pieces import held_by
from tandem.work.actions.work_items import EDITABLE
from tandem.work.models import (
    Assignment,
    Block,
    Sprint,
    SprintChange,
    StateChange,
    WipLimit,
    WipOverride,
    WorkItem,
)

TOLD = (*EDITABLE, "state", "actual_start", "actual_finish", "removed_at", "archived_at", "rank")
_COLUMN = {name: WorkItem._meta.get_field(name).attname for name in TOLD}  # type: ignore[union-attr]
_NOT_KNOWN = object()


@dataclass(frozen=True)
class Picture:
    """Everything that the project is at one moment."""

    items: dict[int, dict[str, Any]]
    order: list[int]
    versions: dict[tuple[str, int], int]
    sprints: dict[int, str]
    overrides: dict[int, int]
    events: int

    def unlike(self, other: "Picture") -> dict[int, dict[str, tuple[Any, Any]]]:
        """Item → field → (here, there), of what differs; where they stand is compared by their order."""
        return {
            pk: differing
            for pk, row in self.items.items()
            if (differing := {f: (v, other.items[pk][f]) for f, v in row.items() if v != other.items[pk][f]})
        }


def picture(space: Any) -> Picture:
    rows = WorkItem.objects.filter(space=space).in_backlog_order()
    found = {r["pk"]: r for r in rows.values("pk", *_COLUMN.values(), "moved_to_id", "state__category", "state__column_id")}
    versions = {("item", pk): v for pk, v in rows.values_list("pk", "version")}
    versions |= {("sprint", pk): v for pk, v in Sprint.objects.filter(space=space).values_list("pk", "version")}
    for row in found.values():
        row |= {"assignees": [], "sprints": [], "block": None}
    for item, user in Assignment.objects.filter(item__space=space).order_by("user_id").values_list("item_id", "user_id"):
        found[item]["assignees"].append(user)
    through = WorkItem.sprints.through.objects.filter(workitem__space=space).order_by("sprint_id")
    for item, sprint in through.values_list("workitem_id", "sprint_id"):
        found[item]["sprints"].append(sprint)
    for item, block in Block.objects.filter(space=space, ended_at=None).values_list("item_id", "pk"):
        assert found[item]["block"] is None, "blocked twice"
        found[item]["block"] = block
    return Picture(
        found,
        list(found),
        versions,
        dict(Sprint.objects.filter(space=space).values_list("pk", "state")),
        Counter(WipOverride.objects.filter(space=space).values_list("limit_id", flat=True)),
        Event.objects.filter(space_id=space.pk).count(),
    )


def hold(space: Any, reader: Any, before: Picture, now: Picture) -> None:
    """Everything that is always true, `now` being one step after `before`."""
    _only_grows(before, now)
    _is_whole(now)
    _limits_are_kept(space, before, now)
    _history_tells_the_rows(space, now)
    _passages_lead_to_the_states(space, now)
    _sprints_hold_what_came(space, now)
    _counts_are_right(space, reader, now)


def _only_grows(before: Picture, now: Picture) -> None:
    assert set(before.items) <= set(now.items), "an item was lost"
    assert all(now.versions[one] >= v for one, v in before.versions.items() if one in now.versions)
    assert now.events >= before.events
    changed = {pk for pk in before.unlike(now) if {"rank"} != set(before.unlike(now)[pk])}
    same = {pk for pk in changed if now.versions["item", pk] == before.versions["item", pk]}
    moved_column = {"state__column_id", "rank", "block"}
    assert not {pk for pk in same if set(before.unlike(now)[pk]) - moved_column}, "changed without a new version"


def _is_whole(now: Picture) -> None:
    for pk, row in now.items.items():
        assert (row["actual_finish"] is not None) == (row["state__category"] == "done"), "finished is what is done"
        if row["state__category"] == "in_progress":
            assert row["actual_start"] is not None
        assert not (row["block"] and row["state__category"] == "done"), "done and blocked"
        assert not (row["archived_at"] and row["state__category"] != "done"), "open work that nobody sees"
        assert not (row["moved_to_id"] and row["removed_at"] is None), "here and elsewhere"
        assert sum(now.sprints[s] != "closed" for s in row["sprints"]) <= 1, "in two open sprints"
        parent = now.items.get(row["parent_id"])
        assert not (parent and parent["removed_at"] and row["removed_at"] is None), "a part of what was removed"
        above, seen = row["parent_id"], {pk}
        while above is not None:
            assert above not in seen, "a part of itself"
            seen.add(above)
            above = now.items[above]["parent_id"]


def counted(limit: WipLimit, rows: dict[int, dict[str, Any]]) -> int:
    """As the guide says it, written a second time."""
    kind, _, value = limit.lane.partition(":")

    def is_inside(row: dict[str, Any]) -> bool:
        place = row["state__column_id"] == limit.column_id if limit.column_id else row["state__category"] == "in_progress"
        lane = not kind or str({"class": row["service_class"], "priority": row["priority"]}[kind] or "") == value
        mine = limit.person_id is None or limit.person_id in row["assignees"]
        return row["removed_at"] is None and row["archived_at"] is None and place and lane and mine

    return sum(map(is_inside, rows.values()))


def _limits_are_kept(space: Any, before: Picture, now: Picture) -> None:
    for limit in WipLimit.objects.filter(space=space, stops=True):
        was, is_now = counted(limit, before.items), counted(limit, now.items)
        relaid = any("state__column_id" in f and "state_id" not in f for f in before.unlike(now).values())
        if is_now > max(limit.most, was) and not relaid:
            assert now.overrides.get(limit.pk, 0) > before.overrides.get(limit.pk, 0), "over the limit without a reason"


def _history_tells_the_rows(space: Any, now: Picture) -> None:
    """An event for each version, each going on where the one before ended, and the last where the row stands."""
    events = Event.objects.filter(space_id=space.pk, subject_kind="work.workitem").select_related("text").order_by("id")
    known: dict[int, dict[str, Any]] = {}
    told: Counter[int] = Counter()
    for event in events:
        pk, text = event.subject_id, getattr(event, "text", None)
        told[pk] += 1
        if event.verb == "work_item.created":
            known[pk] = {f: plain(WorkItem._meta.get_field(f).get_default()) for f in TOLD}  # type: ignore[union-attr]
            known[pk] |= {"rank": _NOT_KNOWN, "assignees": [], "sprints": []}
        for name, (old, new) in {**event.changes, **(text.changes if text else {})}.items():
            if name in ("over_limit", "override_reason"):
                continue
            stood = known[pk][name]
            assert event.verb == "work_item.created" or stood is _NOT_KNOWN or stood == old, (event.verb, name, stood, old)
            known[pk][name] = new
    assert set(known) == set(now.items)
    for pk, row in now.items.items():
        assert told[pk] == now.versions["item", pk], "an event for each version"
        for name, value in known[pk].items():
            stands = plain(row[_COLUMN.get(name, name)])
            assert value is _NOT_KNOWN or value == stands, (pk, name, value, stands)


def _passages_lead_to_the_states(space: Any, now: Picture) -> None:
    stood: dict[int, Any] = dict.fromkeys(now.items)
    for passage in StateChange.objects.filter(space=space).order_by("at", "id"):
        assert passage.from_state_id == stood[passage.item_id] != passage.to_state_id
        stood[passage.item_id] = passage.to_state_id
    assert stood == {pk: row["state_id"] for pk, row in now.items.items()}


def _sprints_hold_what_came(space: Any, now: Picture) -> None:
    held: dict[int, set[int]] = defaultdict(set)
    for change in SprintChange.objects.filter(space=space).order_by("at", "id"):
        assert (change.sprint_id in held[change.item_id]) != change.is_added, "came twice, or left without having come"
        (held[change.item_id].add if change.is_added else held[change.item_id].discard)(change.sprint_id)
    assert {pk: row["sprints"] for pk, row in now.items.items()} == {pk: sorted(held[pk]) for pk in now.items}


def _counts_are_right(space: Any, reader: Any, now: Picture) -> None:
    """The pages' own figures, against the rows counted by hand."""
    from django.db.models import Q

    there = [row for row in now.items.values() if row["removed_at"] is None]
    assert boards.counts(reader, space.pk, Q()) == Counter(row["state_id"] for row in there)
    limits = {one.limit: one.count for one in boards.limits(reader, space.pk)}
    assert limits == {limit: counted(limit, now.items) for limit in limits}
    shown = sprints.sums(reader, space.pk)
    opened = [pk for pk, state in now.sprints.items() if state != "closed"]
    for pk in opened:
        inside = [row for row in there if pk in row["sprints"]]
        found = shown.get(pk, {"items": 0, "done": 0, "points": 0})
        done = sum(row["state__category"] == "done" for row in inside)
        points = sum(row["estimate_points"] or 0 for row in inside)
        assert (found["items"], found["done"], found["points"]) == (len(inside), done, points)
    rest = [r for r in there if r["state__category"] != "done" and not set(r["sprints"]) & set(opened)]
    assert shown[None]["items"] == len(rest)
    for pk, held in held_by(reader, Sprint.objects.filter(pk__in=opened), True).items():
        inside = [row for row in there if pk in row["sprints"]]
        total = sum_at(held.pieces, clock.now())
        assert (total.items, total.size) == (len(inside), sum(row["estimate_points"] or 0 for row in inside))
