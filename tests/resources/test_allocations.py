"""The allocation grid: a block is written whole or not at all, by the rules of bookings, and taken back in one step."""

import contextlib
import json
import uuid
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.reports.queries import allocation as reads
from tandem.resources.actions import allocations, booking_runs, bookings, job_roles
from tandem.resources.actions.allocations import Line
from tandem.resources.models import Booking
from tandem.work.actions.sheets import RowsRefused
from tests import make
from tests.resources.test_bookings import _no_hour_twice

FIRST = date(2026, 3, 2)


def week(n: int) -> tuple[date, date]:
    return FIRST + timedelta(7 * n), FIRST + timedelta(7 * n + 6)


def line(world, cells, *, place=1, person=None, subject=None, is_hard=False, **values) -> Line:
    shares = {week(n): Decimal(share) for n, share in cells.items()}
    return Line(place, {"person": person or world.mei}, subject or world.project, is_hard, shares, **values)


def write(world, *lines, actor=None, reason="") -> uuid.UUID:
    run = uuid.uuid4()
    allocations.write(actor=actor or world.alma, lines=[as_seen_now(one) for one in lines], run=run, override_reason=reason)
    return run


def as_seen_now(one: Line) -> Line:
    """The writer saw what stands there, unless the test says what they saw."""
    rows = list(allocations.of_line(Booking.objects.all(), one.who, one.subject, one.is_hard).during(*one.shown))
    return replace(one, seen=allocations.state_of(rows)) if one.seen is None and rows else one


def stand() -> Counter:
    rows = Booking.objects.values_list("person", "job_role", "subject_id", "starts_on", "ends_on", "percent", "is_hard", "note", "override_reason")
    return Counter(rows)


def test_weeks_that_follow_each_other_are_one_booking(world):
    write(world, line(world, {0: 50, 1: 50, 2: 80}))
    assert [(b.starts_on, b.ends_on, b.percent) for b in Booking.objects.all()] == [(week(0)[0], week(1)[1], 50), (*week(2), 80)]
    write(world, line(world, {3: 80}))
    assert Booking.objects.count() == 2 and Booking.objects.last().ends_on == week(3)[1], "it goes on, and is no third one"


def test_a_cell_takes_its_week_out_of_what_stands_there_and_the_rest_stays_as_it_was(world):
    long = bookings.create(
        actor=world.alma, subject=world.project, person=world.mei, starts_on=FIRST + timedelta(2), ends_on=week(3)[0], percent=Decimal(40), note="Berth 3"
    )
    before = stand()
    run = write(world, line(world, {1: 0, 2: 70}))
    assert [(b.starts_on, b.ends_on, b.percent, b.note) for b in Booking.objects.all()] == [
        (long.starts_on, week(0)[1], 40, "Berth 3"), (*week(2), 70, ""), (week(3)[0], week(3)[0], 40, "Berth 3"),
    ]  # fmt: skip
    again = booking_runs.taken_back_by(run)
    assert booking_runs.undo(actor=world.alma, run=run) == 3
    assert stand() == before
    booking_runs.undo(actor=world.alma, run=again)
    assert Booking.objects.count() == 3 and Booking.objects.get(percent=70).starts_on == week(2)[0], "and once more"


def test_a_block_moves_somebody_from_one_project_to_another(world):
    other = make.project(actor=world.alma, name="Merger", key="MRG")
    write(world, line(world, {0: 100, 1: 100}, is_hard=True))
    write(world, line(world, {1: 100}, place=1, subject=other, is_hard=True), line(world, {1: 0}, place=2, is_hard=True))
    assert {(b.subject_id, b.starts_on) for b in Booking.objects.all()} == {(world.project.pk, week(0)[0]), (other.pk, week(1)[0])}


def test_nothing_of_a_block_is_written_where_one_cell_is_refused(world):
    other = make.project(actor=world.alma, name="Merger", key="MRG")
    write(world, line(world, {0: 60, 1: 60}, is_hard=True))
    before, events = stand(), Event.objects.count()
    with pytest.raises(RowsRefused) as refused:
        write(world, line(world, {0: 40, 1: 50}, place=3, subject=other, is_hard=True), line(world, {0: 20}, place=5, person=world.boris), line(world, {2: 101}, place=7))
    assert [(p.place, p.field, p.code) for p in refused.value.problems] == [(3, week(1)[0].isoformat(), "overbooked"), (7, week(2)[0].isoformat(), "booking_share")]
    assert stand() == before and Event.objects.count() == events
    write(world, line(world, {0: 40, 1: 50}, subject=other, is_hard=True), reason="The ship leaves on Friday")
    assert [b.override_reason for b in Booking.objects.filter(subject_id=other.pk)] == ["", "The ship leaves on Friday"], "only where it is more than there is"


def test_what_is_firm_is_written_by_who_may_settle_it(world):
    write(world, line(world, {0: 60}, is_hard=True))
    for lines in ([line(world, {0: 0}, is_hard=True)], [line(world, {0: 20}, is_hard=True)], [line(world, {1: 50}, is_hard=True)], [line(world, {}, is_hard=True, to_hard=False)]):
        with pytest.raises(RowsRefused) as refused:
            write(world, *lines, actor=world.boris)
        assert [p.code for p in refused.value.problems] == ["booking_not_yours"]
    write(world, line(world, {1: 50}), actor=world.boris)
    for actor in (world.mei, world.dana):
        with pytest.raises(RowsRefused):
            write(world, line(world, {2: 50}), actor=actor)
    with pytest.raises(RowsRefused):
        write(world, line(world, {}, to_hard=True), actor=world.boris)
    write(world, line(world, {}, to_hard=True))
    assert not Booking.objects.filter(is_hard=False).exists()


def test_who_was_slower_is_told_and_overwrites_nothing(world):
    write(world, line(world, {0: 60}))
    seen = allocations.state_of(list(Booking.objects.all()))
    write(world, line(world, {0: 30}, seen=seen))
    with pytest.raises(RowsRefused) as refused:
        write(world, line(world, {0: 80}, seen=seen))
    assert [p.code for p in refused.value.problems] == ["stale"] and Booking.objects.get().percent == 30
    with pytest.raises(RowsRefused) as refused:
        write(world, line(world, {0: 80}, place=1), line(world, {1: 80}, place=2))
    assert [p.code for p in refused.value.problems] == ["line_twice"]


def test_a_line_that_somebody_else_has_begun_meanwhile_is_not_overwritten(world):
    write(world, line(world, {0: 50}))
    with pytest.raises(RowsRefused) as told:
        allocations.write(actor=world.alma, lines=[line(world, {0: 80})], run=uuid.uuid4())
    assert [one.code for one in told.value.problems] == ["stale"]
    assert Booking.objects.get().percent == 50


def test_a_run_is_taken_back_once(world):
    write(world, line(world, {0: 50}))
    cleared = write(world, line(world, {0: 0}))
    booking_runs.undo(actor=world.alma, run=cleared)
    with pytest.raises(Refused, match="changed_since"):
        booking_runs.undo(actor=world.alma, run=cleared)
    assert Booking.objects.count() == 1


def test_a_run_is_ones_own_and_is_left_where_somebody_changed_a_part_of_it(world):
    run = write(world, line(world, {0: 60}, place=1), line(world, {0: 40}, place=2, person=world.boris))
    with pytest.raises(Hidden):
        booking_runs.undo(actor=world.boris, run=run)
    bookings.change(actor=world.boris, booking=Booking.objects.get(person=world.boris), version=None, percent=Decimal(10))
    with pytest.raises(Refused, match="changed_since"):
        booking_runs.undo(actor=world.alma, run=run)
    assert Booking.objects.count() == 2


def test_what_was_taken_away_is_not_brought_back_by_who_may_no_more(world):
    run = write(world, line(world, {0: 60}), actor=world.boris)
    bookings.change(actor=world.alma, booking=Booking.objects.get(), version=None, is_hard=True)
    with pytest.raises((Denied, Refused)):
        booking_runs.undo(actor=world.boris, run=run)
    assert Booking.objects.get().is_hard


_CELLS = st.dictionaries(st.integers(0, 2), st.sampled_from([0, 30, 50, 70, 100]), min_size=1, max_size=3)
_LINE = st.tuples(st.integers(0, 1), st.integers(0, 1), st.booleans(), _CELLS, st.sampled_from([None, None, True, False]))
_STEP = st.one_of(st.tuples(st.just("block"), st.lists(_LINE, min_size=1, max_size=4), st.booleans()), st.tuples(st.just("undo")), st.tuples(st.just("cut"), st.integers(0, 9)))


def test_no_hour_is_booked_twice_and_an_undo_gives_each_day_back(world):
    other = make.project(actor=world.alma, name="Merger", key="MRG")

    def do(step, runs) -> None:
        if step[0] == "block":
            lines = [
                line(world, cells, place=n, person=(world.mei, world.boris)[who], subject=(world.project, other)[of], is_hard=hard, to_hard=to)
                for n, (who, of, hard, cells, to) in enumerate(step[1])
            ]
            before = days()
            run = write(world, *lines, reason="We must" if step[2] else "")
            if Event.objects.filter(run=run).exists():
                runs.append((run, before))
        elif step[0] == "cut" and (rows := list(Booking.objects.order_by("pk"))):
            row = rows[step[1] % len(rows)]
            bookings.change(actor=world.alma, booking=row, version=None, ends_on=row.starts_on + (row.ends_on - row.starts_on) // 2)
            runs.clear()
        elif step[0] == "undo" and runs:
            run, before = runs.pop()
            booking_runs.undo(actor=world.alma, run=run)
            assert days() == before

    def days() -> Counter:
        found: Counter = Counter()
        for row in Booking.objects.all():
            for n in range((row.ends_on - row.starts_on).days + 1):
                found[(row.person_id, row.subject_id, row.is_hard, row.starts_on + timedelta(n))] += row.percent
        return found

    @settings(max_examples=40)
    @given(steps=st.lists(_STEP, min_size=2, max_size=7))
    def holds(steps):
        with transaction.atomic():
            runs: list = []
            for step in steps:
                with contextlib.suppress(RowsRefused), transaction.atomic():
                    do(step, runs)
                _no_hour_twice(world)
            transaction.set_rollback(True)

    holds()


def test_the_grid_counts_what_the_reader_may_not_see_without_its_name(world):
    hidden = make.project(actor=world.alma, name="Secret merger", key="SEC")
    write(world, line(world, {0: 60}, is_hard=True), line(world, {0: 30}, place=2, subject=hidden))
    group = reads.of(world.boris, "person", [world.mei.pk], reads.spans(FIRST, 3, "week"))[world.mei.pk]
    assert [str(one.subject) for one in group.lines] == ["Portal"]
    assert (group.booked[0], group.firm[0], group.elsewhere[0], group.time[0], group.lines[0].percent[0]) == (36, 24, 12, 40, 60)


def test_as_many_queries_for_many_people_as_for_few(world, signed_in):
    client = signed_in(world.alma)

    def count() -> int:
        client.get("/allocation/", {"part": "rows", "on": "2026-03-02"})
        with CaptureQueriesContext(connection, ) as queries:
            assert client.get("/allocation/", {"part": "rows", "on": "2026-03-02"}).status_code == 200
        return len(queries)

    write(world, line(world, {0: 20}))
    few = count()
    people = [make.user(actor=world.admin, name=f"P {n}", email=f"p{n}@example.org") for n in range(12)]
    write(world, *[line(world, {0: 20, 2: 30}, place=n, person=person) for n, person in enumerate(people)])
    assert count() <= few + 1


def _save(client, rows, query="on=2026-03-02", **more):
    return client.post(f"/allocation/cells/?{query}", json.dumps({"rows": rows} | more), content_type="application/json")


def test_cells_are_read_as_excel_and_both_languages_write_them(world, signed_in):
    client = signed_in(world.alma)
    answer = _save(client, [
        {"row": 1, "id": None, "version": None, "cells": {"who": "mei lin", "subject": "PORTAL", "state": "firm", "2026-03-02": "50 %", "2026-03-09": "12,5"}},
        {"row": 2, "id": None, "version": None, "cells": {"who": "Boris Orlov", "subject": "Portal", "2026-03-02": "80"}},
    ])  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert {(b.person, b.is_hard, b.percent) for b in Booking.objects.all()} == {(world.mei, True, 50), (world.mei, True, Decimal("12.5")), (world.boris, False, 80)}
    row = answer.json()["rows"]["1"]
    assert row[4:9] == ["Mei Lin", "Portal", "firm", "50", "12.5"] and row[2] is True
    found = client.get("/allocation/", {"part": "rows", "on": "2026-03-02"}).json()
    assert ["Mei Lin", "", "", "50 %", "12 %"] in [one[4:9] for one in found["rows"]]
    # hours and days are of the time that they have; the same row, as it was seen
    hours = _save(client, [{"row": 1, "id": row[0], "version": row[1], "cells": {"2026-03-02": "10h", "2026-03-09": ""}}], "on=2026-03-02&unit=hours")
    assert hours.status_code == 200 and Booking.objects.get(person=world.mei).percent == 25
    assert client.post(answer.json()["undo"], HTTP_ACCEPT="application/json").status_code == 422, "somebody changed a part of it since"
    back = client.post(hours.json()["undo"], HTTP_ACCEPT="application/json")
    assert back.status_code == 200 and Booking.objects.filter(person=world.mei).count() == 2


def test_every_place_that_cannot_be_taken_is_told_and_nothing_is_written(world, signed_in):
    client = signed_in(world.alma)
    answer = _save(client, [
        {"row": 1, "id": None, "version": None, "cells": {"who": "Nobody", "subject": "Portal", "2026-03-02": "50"}},
        {"row": 2, "id": None, "version": None, "cells": {"who": "Mei Lin", "subject": "Portal", "2026-03-02": "half"}},
        {"row": 3, "id": None, "version": None, "cells": {"who": "Mei Lin", "subject": "", "2026-03-02": "5"}},
        {"row": 4, "id": 99999, "version": 1, "cells": {"2026-03-02": "5"}},
    ])  # fmt: skip
    assert answer.status_code == 422
    assert [(p["row"], p["column"], p["code"]) for p in answer.json()["problems"]] == [
        (1, "who", "name_unknown_here"), (2, "2026-03-02", "number_unreadable"), (3, "subject", "field_missing_here"), (4, "", "row_gone"),
    ]  # fmt: skip
    assert not Booking.objects.exists()
    over = [{"row": n, "id": None, "version": None, "cells": {"who": "Mei Lin", "subject": "Portal", "state": state, "2026-03-02": "70"}} for n, state in ((1, "firm"),)]
    assert _save(client, over).status_code == 200
    other = make.project(actor=world.alma, name="Merger", key="MRG")
    over[0]["cells"]["subject"] = other.name
    assert _save(client, over).json()["code"] == "overbooked", "the page asks why"
    assert _save(client, over, override_reason="Peak").status_code == 200
    found = client.get("/allocation/", {"part": "rows", "on": "2026-03-02"}).json()
    assert found["marks"][str(-world.mei.pk)]["2026-03-02"] == ["over", "Overbooked because: Peak"]
    assert _save(client, [{"row": 1, "cells": "x"}]).status_code == 400


def test_job_roles_and_months_and_what_strangers_see(world, signed_in):
    role = job_roles.create(actor=world.alma, space=world.root, name="Architect")
    client = signed_in(world.alma)
    answer = _save(client, [{"row": 1, "id": None, "version": None, "cells": {"who": "Architect", "subject": "Portal", "2026-03-01": "250"}}], "on=2026-03-05&by=roles&scale=month")
    assert answer.status_code == 200, answer.text
    made = Booking.objects.get()
    assert (made.job_role, made.starts_on, made.ends_on, made.percent) == (role, date(2026, 3, 1), date(2026, 3, 31), 250)
    page = client.get("/allocation/", {"by": "roles", "scale": "month", "on": "2026-03-05"})
    assert page.status_code == 200 and "Architect" in page.text and "250" in page.text
    dana = signed_in(world.dana).get("/allocation/", {"on": "2026-03-05"})
    assert dana.status_code == 200 and "Mei Lin" not in dana.text and "data-readonly" in dana.text
