"""Conflicts arise and go with the plan; ways out are computed and change nothing until somebody says yes."""

from contextlib import nullcontext
from datetime import date, datetime

import psycopg
import pytest
from django.db import connection

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import spaces
from tandem.people.models import Role
from tandem.planning import levelling, open_work, plan_problem, plan_solver, plan_ways, runs
from tandem.planning.actions import plan_conflicts
from tandem.planning.models import PlanConflict, PlanDraft
from tandem.product.models import Scope
from tandem.reports.queries import plan_conflicts as plan_reads
from tandem.work.actions import work_items
from tandem.work.models import Baseline, WorkItem
from tests import make
from tests.planning.one_week import MONDAY, at, item

pytestmark = pytest.mark.usefixtures("monday")
Kind = PlanConflict.Kind


@pytest.fixture
def late(world):
    """Mei's five days for the portal are planned for this week, and another project of hers has promised the same week."""
    other = make.project(actor=world.alma, name="Mobile", key="MOB")
    mine = item(world, "Quay", 5, people=[world.mei], planned_start=at(7, 9), planned_finish=at(11, 17))
    rival = item(world, "Crane", 5, project=other, people=[world.mei])
    feature = make.feature(actor=world.chen, product=world.product, title="Cranes")
    Scope.objects.create(space=feature.space, feature=feature, item=rival)
    make.promise(actor=world.chen, subject=feature, date=date(2026, 9, 11))
    levelling.compute()
    return mine, rival


def test_what_cannot_be_kept_is_found_with_its_cost(world, late):
    found = PlanConflict.objects.open().get(kind=Kind.PROJECT)
    assert (found.space_id, found.subject_id, found.days) == (world.project.space_id, world.project.pk, 7)
    assert (found.wanted_on, found.computed_on) == (date(2026, 9, 11), date(2026, 9, 18))
    assert not PlanConflict.objects.open().filter(kind=Kind.PROMISE).exists()


def test_it_is_gone_when_it_is_solved(world, late):
    work_items.change(actor=world.admin, item=late[0], version=None, planned_finish=at(25, 17))
    levelling.compute()
    assert not PlanConflict.objects.open().filter(kind=Kind.PROJECT).exists()
    assert PlanConflict.objects.get(kind=Kind.PROJECT).gone_at == MONDAY


def test_dates_that_were_told_before_their_conflicts_are_judged_by_the_next_round(world, late):
    """The process may end between the two."""
    work_items.change(actor=world.admin, item=late[0], version=None, planned_finish=at(25, 17))
    assert levelling.publish().now is not None
    assert PlanConflict.objects.open().filter(kind=Kind.PROJECT).exists()
    levelling.compute()
    assert not PlanConflict.objects.open().filter(kind=Kind.PROJECT).exists()


def test_conflicts_that_came_or_went_are_told_and_nothing_is_told_of_none(world, late):
    told = Event.objects.filter(verb="run.finished")
    work_items.change(actor=world.admin, item=late[0], version=None, planned_finish=at(25, 17))
    levelling.publish()
    before = told.count()
    levelling.compute()
    assert told.count() == before + 1
    levelling.compute()
    assert told.count() == before + 1


def test_nobody_comes_between_the_dates_and_their_conflicts(world, monkeypatch):
    """Conflicts that were found in older rows would otherwise be written over newer ones."""
    tries = []

    def tried(*_arguments):
        with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
            tries.append(other.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [runs._LOCKS + 3, 0]).fetchone()[0])

    monkeypatch.setattr(levelling.plan_conflicts, "write", tried)
    monkeypatch.setattr(runs, "one_at_a_time", lambda *_of: nullcontext())  # its lock ends with its transaction, here with the test
    levelling.compute()
    tried()
    assert tries == [False, True]


def test_a_person_over_capacity_concerns_each_of_their_projects(world, late):
    rival = late[1]
    work_items.change(actor=world.admin, item=WorkItem.objects.get(pk=rival.pk), version=None, planned_start=at(7), planned_finish=at(11, 17))
    levelling.compute()
    found = PlanConflict.objects.open().filter(kind=Kind.OVERLOAD)
    assert {one.space_id for one in found} == {world.project.space_id, rival.space_id}
    assert {(one.subject_id, one.days, one.detail["hours"], one.detail["capacity"]) for one in found} == {(world.mei.pk, 5, 80, 40)}
    lines, total = plan_reads.lines(world.alma, None, 0)
    mine = [line for line in lines if line.conflict.kind == Kind.OVERLOAD]
    assert len(mine) == 1 and len(mine[0].projects) == 2 and total == len(lines)  # once, with both projects
    assert len([line for line in plan_reads.lines(world.alma, rival.space, 0)[0] if line.conflict.kind == Kind.OVERLOAD]) == 1


def test_a_window_on_the_roadmap_that_ends_before_its_work_is_found(world):
    row = item(world, "Quay", 10, people=[world.mei])
    release = make.release(actor=world.chen, product=world.product, planned_on=date(2026, 9, 9))
    Scope.objects.create(space=release.space, release=release, item=row)
    levelling.compute()
    found = PlanConflict.objects.open().get(kind=Kind.DRIFT)
    assert (found.subject_id, found.space_id, found.days) == (release.pk, release.space_id, 9)


def test_a_drifted_window_gets_ways_out_that_end_it(world):
    """The release waits for what comes after other work of Mei's: before it, it fits; else the window moves."""
    other = make.project(actor=world.alma, name="Mobile", key="MOB")
    rival = item(world, "Crane", 5, project=other, people=[world.mei], due_on=date(2026, 9, 11))
    row = item(world, "Quay", 3, people=[world.mei])
    release = make.release(actor=world.chen, product=world.product, planned_on=date(2026, 9, 11))
    Scope.objects.create(space=release.space, release=release, item=row)
    levelling.compute()
    conflict = PlanConflict.objects.open().get(kind=Kind.DRIFT)
    assert conflict.wanted_on == date(2026, 9, 11) and conflict.computed_on == date(2026, 9, 16)
    ways = {way["code"]: way for way in ways_of(conflict)}
    assert {"window", "swap"} <= ways.keys() and not any(way["code"] == "shift" and not way["item"] for way in conflict.ways)
    assert ways["window"]["until"] == "2026-09-16" and ways["window"]["dates"] == {}, "the roadmap gives way: nothing else moves"
    assert ways["swap"]["dates"][str(row.pk)][1].startswith("2026-09-09") and str(rival.pk) in ways["swap"]["dates"]
    plan_conflicts.propose(actor=world.admin, conflict=conflict, number=conflict.ways.index(ways["swap"]), version=None)
    for draft in PlanDraft.objects.open():
        plan_conflicts.accept(actor=world.alma, draft=draft, version=draft.version, name="The release first")
    levelling.compute()
    assert not PlanConflict.objects.open().filter(kind=Kind.DRIFT).exists()


def ways_of(conflict):
    plan_id, ways = plan_ways.compute(conflict, seconds=120.0)  # it ends when all is tried; a cold core compiles first
    conflict.write(expected=None, ways=ways, ways_of_id=plan_id)
    return ways


def test_ways_out_say_what_they_cost_the_others(world, late):
    ways = ways_of(PlanConflict.objects.get(kind=Kind.PROJECT))
    codes = {way["code"] for way in ways}
    assert {"shift", "swap"} <= codes
    swap = next(way for way in ways if way["code"] == "swap")
    assert {one.get("promise") is not None or one.get("space") == late[1].space_id for one in swap["later"]} == {True}
    assert swap["dates"][str(late[0].pk)][1].startswith("2026-09-11")


def test_a_proposal_changes_nothing_until_the_yes(world, late):
    conflict = PlanConflict.objects.get(kind=Kind.PROJECT)
    number = next(n for n, way in enumerate(ways_of(conflict)) if way["code"] == "swap")
    before = WorkItem.objects.get(pk=late[0].pk).planned_finish
    drafts = plan_conflicts.propose(actor=world.admin, conflict=conflict, number=number, version=None)
    assert {draft.space_id for draft in drafts} == {late[0].space_id, late[1].space_id}
    assert WorkItem.objects.get(pk=late[0].pk).planned_finish == before
    rival = next(draft for draft in drafts if draft.space_id == late[1].space_id)
    assert plan_conflicts.accept(actor=world.alma, draft=rival, version=rival.version, name="Swap") == 1
    assert WorkItem.objects.get(pk=late[1].pk).planned_finish.date() == date(2026, 9, 18)
    assert Baseline.objects.filter(space=late[1].space, name="Swap").exists()
    with pytest.raises(Refused, match="draft_decided"):
        plan_conflicts.decline(actor=world.alma, draft=PlanDraft.objects.get(pk=rival.pk), version=None)


def test_an_item_that_was_changed_since_the_proposal_stops_the_yes(world, late):
    conflict = PlanConflict.objects.get(kind=Kind.PROJECT)
    number = next(n for n, way in enumerate(ways_of(conflict)) if way["code"] == "swap")
    draft = next(one for one in plan_conflicts.propose(actor=world.admin, conflict=conflict, number=number, version=None) if one.space_id == late[1].space_id)
    work_items.change(actor=world.admin, item=WorkItem.objects.get(pk=late[1].pk), version=None, title="Crane 2")
    with pytest.raises(Stale):
        plan_conflicts.accept(actor=world.alma, draft=draft, version=draft.version, name="Swap")
    assert PlanDraft.objects.get(pk=draft.pk).state == PlanDraft.State.OPEN
    assert not Baseline.objects.exists()


def test_nobody_proposes_dates_where_they_only_look(world, late):
    reader = make.user(actor=world.admin, name="Rita", role=Role.MEMBER, space=world.project.space)
    conflict = PlanConflict.objects.get(kind=Kind.PROJECT)
    number = next(n for n, way in enumerate(ways_of(conflict)) if way["code"] == "swap")
    spaces.grant(actor=world.admin, space=late[1].space, user=reader, role=Role.STAKEHOLDER)
    reader.refresh_from_db()
    drafts = plan_conflicts.propose(actor=reader, conflict=conflict, number=number, version=None)
    assert {draft.space_id for draft in drafts} == {late[0].space_id}


def test_of_two_answers_to_a_proposal_one_counts(world, late):
    conflict = PlanConflict.objects.get(kind=Kind.PROJECT)
    number = next(n for n, way in enumerate(ways_of(conflict)) if way["code"] == "swap")
    draft = next(one for one in plan_conflicts.propose(actor=world.admin, conflict=conflict, number=number, version=None) if one.space_id == late[1].space_id)
    seen = PlanDraft.objects.get(pk=draft.pk)
    plan_conflicts.accept(actor=world.alma, draft=draft, version=draft.version, name="Swap")
    with pytest.raises(Stale):
        plan_conflicts.decline(actor=world.alma, draft=seen, version=None)
    assert PlanDraft.objects.get(pk=draft.pk).state == PlanDraft.State.ACCEPTED


def test_who_may_not_plan_proposes_but_does_not_decide(world, late):
    conflict = PlanConflict.objects.get(kind=Kind.PROJECT)
    number = next(n for n, way in enumerate(ways_of(conflict)) if way["code"] == "swap")
    drafts = plan_conflicts.propose(actor=world.mei, conflict=conflict, number=number, version=None)
    assert {draft.space_id for draft in drafts} == {world.project.space_id}  # the other project is out of her sight
    with pytest.raises(Denied):
        plan_conflicts.accept(actor=world.mei, draft=drafts[0], version=drafts[0].version, name="Swap")
    with pytest.raises(Hidden):
        plan_conflicts.propose(actor=world.dana, conflict=conflict, number=number, version=None)
    with pytest.raises(Refused, match="conflict_gone"):
        plan_conflicts.propose(actor=world.admin, conflict=conflict, number=99, version=None)


def swap_of(world):
    conflict = PlanConflict.objects.get(kind=Kind.PROJECT)
    number = next(n for n, way in enumerate(ways_of(conflict)) if way["code"] == "swap")
    return conflict, number


def test_ways_that_were_computed_anew_are_looked_at_again_before_one_is_proposed(world, late):
    conflict, number = swap_of(world)
    seen = conflict.version
    ways_of(conflict)
    with pytest.raises(Stale):
        plan_conflicts.propose(actor=world.admin, conflict=conflict, number=number, version=seen)
    assert not PlanDraft.objects.exists()
    assert plan_conflicts.propose(actor=world.admin, conflict=conflict, number=number, version=conflict.version)


def test_a_way_out_of_a_plan_that_moved_since_is_not_proposed(world, late):
    conflict, number = swap_of(world)
    work_items.change(actor=world.admin, item=WorkItem.objects.get(pk=late[1].pk), version=None, estimate_minutes=4 * 480)
    levelling.compute()
    with pytest.raises(Refused, match="ways_outdated"):
        plan_conflicts.propose(actor=world.admin, conflict=conflict, number=number, version=None)


def test_a_proposal_that_changes_nothing_is_not_made(world, late):
    conflict, number = swap_of(world)
    for pk, (start, finish) in conflict.ways[number]["dates"].items():
        WorkItem.objects.filter(pk=pk).update(planned_start=datetime.fromisoformat(start), planned_finish=datetime.fromisoformat(finish))
    with pytest.raises(Refused, match="way_moves_nothing"):
        plan_conflicts.propose(actor=world.admin, conflict=conflict, number=number, version=None)


def test_of_one_conflict_ways_out_are_computed_once_at_a_time(world, late):
    conflict = PlanConflict.objects.get(kind=Kind.PROJECT)
    first = plan_conflicts.ask_ways(actor=world.alma, conflict=conflict, title="Ways out")
    again = plan_conflicts.ask_ways(actor=world.boris, conflict=PlanConflict.objects.get(pk=conflict.pk), title="出路")
    assert again.pk == first.pk
    type(first).objects.filter(pk=first.pk).update(state="done")
    assert plan_conflicts.ask_ways(actor=world.alma, conflict=conflict, title="Ways out").pk != first.pk


def test_the_next_plan_follows_the_way_that_both_sides_accepted(world, late):
    """What moves is taken from who gives way: else the plan would stand against the very dates that it proposed."""
    conflict, number = swap_of(world)
    for draft in plan_conflicts.propose(actor=world.admin, conflict=conflict, number=number, version=None):
        plan_conflicts.accept(actor=world.alma, draft=draft, version=draft.version, name="Swap")
    levelling.compute()
    rows = {pk: (one.levelled.start.date(), one.levelled.finish.date()) for pk in (late[0].pk, late[1].pk) for one in [WorkItem.objects.select_related("levelled").get(pk=pk)]}
    assert rows == {late[0].pk: (date(2026, 9, 7), date(2026, 9, 11)), late[1].pk: (date(2026, 9, 14), date(2026, 9, 18))}
    assert not PlanConflict.objects.open().filter(kind=Kind.PROJECT).exists()
    assert levelling.compute().pk == levelling.compute().pk  # it is followed once: what comes forward later may


def test_what_is_planned_so_already_goes_where_the_others_make_room_for_it(world, late):
    """The quay is planned for the week that the way gives it: it has no draft, and still takes the place that the crane leaves."""
    work_items.change(actor=world.admin, item=WorkItem.objects.get(pk=late[0].pk), version=None, planned_start=at(7), planned_finish=at(11, 17))
    levelling.compute()
    conflict, number = swap_of(world)
    drafts = plan_conflicts.propose(actor=world.admin, conflict=conflict, number=number, version=None)
    assert [draft.space_id for draft in drafts] == [late[1].space_id]
    plan_conflicts.accept(actor=world.alma, draft=drafts[0], version=drafts[0].version, name="Swap")
    levelling.compute()
    assert WorkItem.objects.select_related("levelled").get(pk=late[0].pk).levelled.finish.date() == date(2026, 9, 11)
    assert not PlanConflict.objects.open().filter(kind=Kind.PROJECT).exists()


@pytest.fixture
def levelling_elsewhere(late, monkeypatch):
    """Another connection computes the plan; the database waits for it for a moment only. The lock is another than the one that this
    transaction has held since it computed the plan itself."""
    monkeypatch.setattr(runs, "_LOCKS", 0x7B00)
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [runs._LOCKS + 3, 0])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
        yield


def test_a_yes_while_the_plan_is_computed_is_answered_in_words(world, late, signed_in, levelling_elsewhere):
    conflict, number = swap_of(world)
    draft = next(one for one in plan_conflicts.propose(actor=world.admin, conflict=conflict, number=number, version=None) if one.space_id == late[1].space_id)
    client = signed_in(world.alma)
    told = client.post(f"/plan/drafts/{draft.pk}/verdicts/", {"do": "accept", "version": draft.version})
    assert (told.status_code, told["Retry-After"], "Try again in a moment." in told.content.decode()) == (503, "5", True)
    answer = client.post(f"/api/v1/plan-drafts/{draft.pk}/verdicts/", {"is_accepted": True}, content_type="application/json", headers={"If-Match": f'"{draft.version}"'})
    assert (answer.status_code, "Retry-After" in answer) == (503, True)
    assert PlanDraft.objects.get(pk=draft.pk).state == PlanDraft.State.OPEN


def test_a_search_that_ends_after_a_yes_does_not_undo_it(world, late, monkeypatch):
    """What was accepted is in no digest of the inputs while the last finishes of the projects stay."""
    conflict, number = swap_of(world)
    drafts = plan_conflicts.propose(actor=world.admin, conflict=conflict, number=number, version=None)
    for project in (world.project, late[1].space.project):
        item(world, "Anchor", 1, project=project, people=[world.boris], planned_start=at(29, 9), planned_finish=at(30, 17))

    def better(plan, seconds, cancelled):
        for draft in drafts:
            plan_conflicts.accept(actor=world.alma, draft=draft, version=draft.version, name="Swap")
        yield plan_solver.Found(plan.starts, -1, 0, 1)

    monkeypatch.setattr(plan_solver, "better", better)
    found = levelling.search(1.0, lambda: False, lambda phase, done, total: None)
    assert levelling.digest(plan_problem.make(open_work.read(), clock.today()).inputs) == found.inputs_hash, "or the test says nothing"
    assert {one.stood_id for one in PlanDraft.objects.all()} == {found.pk}, "the plan that stood is the newest: the next one knows of the yes"
    levelling.compute()
    rows = {pk: WorkItem.objects.select_related("levelled").get(pk=pk).levelled.start.date() for pk in (late[0].pk, late[1].pk)}
    assert rows == {late[0].pk: date(2026, 9, 7), late[1].pk: date(2026, 9, 14)}
