"""Sums of effort stand until effort changes, and never for somebody who sees something else."""

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tandem.kit import clock
from tandem.people.models import Space
from tandem.people.scoping import Ids
from tandem.planning import alignment as computing
from tandem.planning.models import Effort
from tandem.portfolio.actions import programmes
from tandem.portfolio.models import Project
from tandem.reports.queries import alignment, kept_effort, strategy_map
from tandem.strategy.actions import objectives
from tandem.work.models import WorkItem
from tests import make


@pytest.fixture
def served(world):
    """Ten finished items of a project, all of which serves an objective."""
    world.growth = make.objective(actor=world.alma, title="Growth", intended_share=40)
    objectives.contribute(actor=world.alma, objective=world.growth, subject=world.project, weight=100)
    rows = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(10)]
    WorkItem.objects.filter(pk__in=[r.pk for r in rows]).update(state=make.state_of(world.project, "done"))
    computing.compute_all()
    return world


def of(user):
    found = alignment.read(user, since=None)
    return found.whole.items, found.served, [(s.name, s.score) for s in found.scored]


def of_map(user):
    return sorted((a[0], b[0], c, amount) for a, b, c, amount in strategy_map.drawn(user, "items", (9, 9, 9), since=None, to_come=False).rows)


def test_what_was_asked_once_is_asked_again_only_after_a_computation(served):
    first = of(served.alma)
    with CaptureQueriesContext(connection) as asked:
        assert of(served.alma) == first
    assert sum("planning_effortstamp" in one["sql"] for one in asked) == 1, "the version alone"
    assert not [one["sql"] for one in asked if re.search(r"planning_effort\b", one["sql"])], "not a row of effort is looked at"
    assert (first[0], first[1]) == (10, 10)


def test_after_a_computation_nothing_old_is_said(served):
    before = of(served.alma), of_map(served.alma)
    objectives.contribute(actor=served.alma, objective=served.growth, subject=served.project, weight=30)
    assert (of(served.alma), of_map(served.alma)) == before, "computed by a job"
    computing.compute_all()
    assert of(served.alma)[1] == pytest.approx(3)
    assert sum(amount for kind, _b, _c, amount in of_map(served.alma) if kind == "nothing") == pytest.approx(7)


def test_what_goes_with_an_objective_goes_from_the_sums(served):
    assert of(served.alma)[0] == 10
    served.growth.contributions.all().delete()
    served.growth.delete()
    assert of(served.alma)[0] == 0


def test_another_name_of_a_project_and_another_place_of_it_are_there_at_once(served):
    before = of_map(served.alma)
    programme = programmes.create(actor=served.admin, name="Elsewhere", parent=served.root)
    Project.objects.filter(pk=served.project.pk).update(name="Renamed")
    Space.objects.filter(pk=served.project.space_id).update(parent=programme.space)
    drawn = strategy_map.drawn(served.alma, "items", (9, 9, 9), since=None, to_come=False)
    assert drawn.names["project", served.project.pk] == "Renamed"
    assert {row[1] for row in drawn.rows} == {("programme", programme.pk)} and "programme" not in {b for _a, b, _c, _n in before}


def test_nobody_gets_the_sums_of_somebody_else(served):
    assert of(served.alma)[0] == 10
    assert of(served.dana) == (0, 0, []) and of_map(served.dana) == []


def _truncate():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE planning_effort")


def _one_more(served):
    Effort.objects.create(space_id=served.project.space_id, month=clock.today().replace(day=1), items=5)


def _changed_in_place(_served):
    Effort.objects.update(items=2)


@pytest.mark.parametrize(("write", "items"), [(_one_more, 15), (_changed_in_place, 2), (lambda _served: Effort.objects.all().delete(), 0), (lambda _served: _truncate(), 0)])
def test_whatever_writes_effort_is_there_at_once(served, write, items):
    assert of(served.alma)[0] == 10
    write(served)
    assert of(served.alma)[0] == items


def test_what_was_read_of_a_change_that_was_taken_back_is_not_said_later(served):
    for items in (2, 3):
        with transaction.atomic():
            Effort.objects.update(items=items)
            assert of(served.alma)[0] == items
            transaction.set_rollback(True)
        assert of(served.alma)[0] == 10


def test_what_writes_no_row_leaves_no_stamp(served):
    before = kept_effort.version()
    Effort.objects.filter(space_id=0).delete()
    assert kept_effort.version() == before
    computing.compute(served.project.space_id)
    assert kept_effort.version() != before


def test_kept_answers_have_a_limit_by_their_size_together(db, monkeypatch):
    asked = "SELECT repeat('x', 10000), %s"
    monkeypatch.setattr(kept_effort, "MOST_BYTES", 100_000)
    for n in range(40):
        kept_effort.fetched(asked, [n], at="now")
    assert 2 < len(kept_effort._kept) < 10
    assert kept_effort.digest(asked, [39], b"") in kept_effort._kept and kept_effort.digest(asked, [0], b"") not in kept_effort._kept
    kept_effort.fetched("SELECT repeat('x', 200000)", [], at="now")
    assert len(kept_effort._kept) > 2, "too large an answer is not kept, and drives out no other"


def test_small_answers_are_not_kept_without_end_either(db, monkeypatch):
    monkeypatch.setattr(kept_effort, "MOST_BYTES", 100_000)
    for n in range(150):
        kept_effort.fetched("SELECT 1 WHERE %s < 0", [n], at="now")
    assert len(kept_effort._kept) < 100


def test_a_kept_answer_holds_little_of_its_question(db):
    kept_effort.fetched("SELECT cardinality(%s::bigint[])", [list(range(100_000))], kept_effort.digest(*((n, n - 1) for n in range(50_000))), at="now")
    assert [len(key) for key in kept_effort._kept] == [32]


def test_other_questions_have_other_digests():
    asked = [("a", [1]), ("a", ["1"]), ("a", [[1]]), ("a", [1, 2]), ("a", [[1, 2]]), ("a1", []), ("a", [None]), ("a", [Ids([1, 2])]), ("a", [Ids([1, 3])])]
    assert len({kept_effort.digest(*one) for one in asked}) == len(asked)
    assert kept_effort.digest("a", [Ids([2, 1])]) == kept_effort.digest("a", [Ids([1, 2])])
    with pytest.raises(TypeError):
        kept_effort.digest(object())
