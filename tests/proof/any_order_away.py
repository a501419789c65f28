"""Steps of `test_any_order.py` that put work away and bring it back: the archive, and another project."""

import uuid
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tandem.kit.errors import Denied, Hidden, Refused
from tandem.work.actions import archiving, many_relocations, undoing, work_items
from tandem.work.actions.relocations import Mapping
from tandem.work.models import Block, State, WipLimit, WorkItem
from tests.proof import truths

who = st.sampled_from(["boris"] * 4 + ["mei", "dana"])
several = st.lists(st.integers(0, 11), min_size=1, max_size=3, unique=True)
# what goes along to another project as it stands
GOES = ("title", "priority", "estimate_points", "labels", "service_class", "due_on", "percent_complete")


def as_shown(row: dict[str, Any], names: Any) -> dict[str, Any]:
    """What was removed or put away once more was so at a moment of its own."""
    return {f: row[f] is not None if f in ("removed_at", "archived_at") else row[f] for f in names}


def rule_against(
    space: Any, moments: tuple[dict[int, dict[str, Any]], ...], pk: int, told: dict[str, Any]
) -> bool:
    """Why what is taken back may stay as it is: what it was part of is gone or below it, parts are there or open, a limit is full."""
    for rows in moments:
        row = {**rows[pk], **told}
        if state := State.objects.filter(pk=told.get("state_id")).first():
            row |= {"state__column_id": state.column_id, "state__category": state.category}
        parts = [r for r in rows.values() if r["parent_id"] == pk and r["removed_at"] is None]
        above, over = rows.get(row["parent_id"]), row["parent_id"]
        is_back = row["removed_at"] is None and ("removed_at" in told or "parent_id" in told)
        while over is not None and over != pk:
            over = rows[over]["parent_id"]
        after = {**rows, pk: row}
        if (
            (is_back and above and above["removed_at"])
            or (told.get("removed_at") and parts)
            or ("parent_id" in told and over == pk)
            or (
                told.get("archived_at")
                and (row["state__category"] != "done" or any(p["state__category"] != "done" for p in parts))
            )
            or any(
                truths.counted(limit, after) > max(limit.most, truths.counted(limit, rows))
                for limit in WipLimit.objects.filter(space=space, stops=True)
            )
        ):
            return True
    return False


class Away:
    """A mixin of the machine: `space` is its home, `there` another project, in which only Boris works too."""

    now: Any
    before: Any
    far: Any
    far_before: Any
    space: Any
    there: Any
    people: Any
    do: Any
    items: Any
    keep_run: Any
    others_stay: Any
    note_moves: Any

    def __init__(self) -> None:
        super().__init__()
        self.trips: list[tuple[uuid.UUID, str, bool, dict[int, int], dict[int, Any]]] = []

    def look(self) -> None:
        self.now, self.far = truths.picture(self.space), truths.picture(self.there)

    def begin_here(self) -> None:
        self.look()
        self.before, self.far_before = self.now, self.far

    # ── the archive ──

    @rule(
        name=who,
        ns=several,
        is_back=st.sampled_from([False, False, True]),
        is_likely=st.sampled_from([True, True, False]),
    )
    def put_away(self, name: str, ns: list[int], is_back: bool, is_likely: bool) -> None:
        """What is finished, and nothing else; all or none of a block."""
        found = [
            pk
            for pk, r in sorted(self.now.items.items())
            if r["state__category"] == "done" and (r["archived_at"] is not None) == is_back
        ]
        run = uuid.uuid4()
        items = (
            list(WorkItem.objects.filter(pk__in={found[n % len(found)] for n in ns}))
            if found and is_likely
            else self.items(ns)
        )
        act = archiving.unarchive if is_back else archiving.archive
        refusal = self.do(
            name,
            lambda actor: self.together(
                lambda: [act(actor=actor, item=i, version=i.version, run=run) for i in items]
            ),
        )
        self.others_stay(*(i.pk for i in items))
        assert self.now.order == self.before.order
        if refusal is None and name != "dana":
            assert all((self.now.items[i.pk]["archived_at"] is None) == is_back for i in items)
            self.keep_run(run, name, "work")
        elif isinstance(refusal, Refused) and not is_back:
            rows = self.now.items.values()
            open_wholes = {
                r["parent_id"] for r in rows if r["removed_at"] is None and r["state__category"] != "done"
            }
            stands = [self.now.items[i.pk] for i in items]
            assert any(
                r["removed_at"] or r["state__category"] != "done" or r["pk"] in open_wholes for r in stands
            ), refusal

    @staticmethod
    def together(act: Any) -> Any:
        with transaction.atomic():
            return act()

    # ── another project ──

    def standing(self, is_home: bool, ns: list[int]) -> list[WorkItem]:
        picture = self.now if is_home else self.far
        there = [pk for pk in sorted(picture.items) if picture.items[pk]["removed_at"] is None]
        ids = {there[n % len(there)] for n in ns} if there else set()
        return list(
            WorkItem.objects.filter(pk__in=ids)
            .select_related("state", "type", "parent", "space")
            .order_by("pk")
        )

    @rule(name=who, ns=several, is_home=st.booleans(), state=st.sampled_from(["", "", "to_do", "done"]))
    def carry(self, name: str, ns: list[int], is_home: bool, state: str) -> None:
        """They come to the end of the other backlog with their parts, each once, and are gone here."""
        items, target = self.standing(is_home, ns), self.there if is_home else self.space
        if not items:
            return
        row = State.objects.filter(space=target, category=state).in_order().first()
        mapping = Mapping(states={i.state_id: row for i in items}) if row else Mapping()
        run, made = uuid.uuid4(), []
        refusal = self.go(name, lambda actor: made.extend(many_relocations.relocate(
            actor=actor, items=items, versions={i.pk: i.version for i in items}, space=target, mapping=mapping, run=run
        )))  # fmt: skip
        if name != "boris":
            assert isinstance(refusal, Denied | Hidden), "who may not write there moves nothing there"
        if refusal is not None:
            return
        (here, left), (there, came) = self.sides(is_home)
        gone = {
            pk: row["moved_to_id"]
            for pk, row in left.items.items()
            if row["moved_to_id"] and not here.items[pk]["moved_to_id"]
        }
        assert {i.pk for i in items} <= set(gone), "all of them, with their parts"
        assert came.order == [*there.order, *[pk for pk in came.order if pk in gone.values()]], (
            "at the end, each once"
        )
        assert {m.pk for m in made} <= set(gone.values())
        self.note_moves()
        for old, new in gone.items():
            was, left_behind, row = here.items[old], left.items[old], came.items[new]
            assert left_behind["removed_at"] and not row["removed_at"] and left_behind["block"] is None
            assert {f: row[f] for f in GOES} == {f: was[f] for f in GOES}
            assert row["block"] == (was["block"] if row["state__category"] != "done" else None)
            assert row["parent_id"] == gone.get(was["parent_id"]) and row["sprints"] == []
            if row["state__category"] == was["state__category"]:
                same = ("actual_start", "actual_finish", "archived_at", "is_given_up")
                kept = dict(was)
                if any(here.items[p]["parent_id"] == old and came.items[at]["state__category"] != "done" for p, at in gone.items()):
                    kept["archived_at"] = None  # open work that nobody sees is lost
                assert {f: row.get(f) for f in same} == {f: kept.get(f) for f in same}
            elif was["actual_start"]:
                assert row["actual_start"] == was["actual_start"]
        held = {pk: here.items[pk]["block"] for pk in gone}
        self.trips.append((run, name, is_home, gone, held))

    @rule(name=st.sampled_from(["boris"] * 4 + ["mei", "dana"]), n=st.sampled_from([0, 0, 0, 1, 2]))
    def bring_back(self, name: str, n: int) -> None:
        """As if it had not been moved; what was touched there, or finds no room here, stays."""
        if not self.trips:
            return
        run, by, is_home, gone, held = self.trips[-1 - n % len(self.trips)]
        counts: list[tuple[int, int]] = []
        self.go(
            name,
            lambda actor: (
                counts.append(undoing.undo(actor=actor, run=run, again=(again := uuid.uuid4()))) or again
            ),
        )
        if name != by:
            assert counts == [(0, 0)] and (self.now, self.far) == (self.before, self.far_before)
            return
        (here, back), (there, left) = self.sides(is_home)
        for old, new in gone.items():
            was, row = here.items[old], back.items[old]
            if row["removed_at"] is None and was["removed_at"] is not None:
                assert row["moved_to_id"] is None and left.items[new]["removed_at"] is not None
                at = there.items[new]
                stood = held[old] if at["state__category"] == "done" else at["block"]
                assert row["block"] == stood and left.items[new]["block"] is None
                assert not Block.objects.filter(item=new).exists(), "its days come along"
                same = {"removed_at", "moved_to_id", "block", "rank"}
                assert {f: v for f, v in row.items() if f not in same} == {
                    f: v for f, v in was.items() if f not in same
                }
            else:
                assert row == was and left.items[new] == there.items[new]
        assert here.order == back.order and there.order == left.order
        self.note_moves()

    @rule(n=st.integers(0, 11), points=st.sampled_from([None, 2.0]))
    def touch_there(self, n: int, points: float | None) -> None:
        for item in self.standing(False, [n]):
            self.go(
                "boris",
                lambda actor, item=item: work_items.change(
                    actor=actor, item=item, version=item.version, estimate_points=points
                ),
            )
            assert self.now == self.before

    def go(self, name: str, act: Any) -> Exception | None:
        """A step that reaches into both projects: who does not see the other one is told that there is none."""
        self.before, self.far_before = self.now, self.far
        refusal: Exception | None = None
        try:
            act(self.people[name])
        except (Refused, Denied, Hidden) as problem:
            refusal = problem
        self.look()
        if refusal is not None:
            assert (self.now, self.far) == (self.before, self.far_before), (
                f"refused, and yet changed: {refusal}"
            )
        return refusal

    def sides(self, is_home: bool) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        """(before, after) of where they were, and of where they went."""
        home, away = (self.before, self.now), (self.far_before, self.far)
        return (home, away) if is_home else (away, home)
