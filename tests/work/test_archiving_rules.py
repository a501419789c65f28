"""Finished work is archived by a rule: only what rests, by the nearest rule, in somebody's name, and a whole night comes back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from tandem.collaboration.models import Job
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import users
from tandem.people.models import User
from tandem.portfolio.actions import portfolios
from tandem.portfolio.models import Project
from tandem.work.actions import archiving_rules, columns, sprints, wip_limits, work_items
from tandem.work.models import Archiving, ArchivingRule, WorkItem
from tests import make

JSON = {"Accept": "application/json"}


def finished(world, days, project=None, **values):
    with clock.held_at(clock.now() - timedelta(days=days)):
        item = make.work_item(actor=world.alma, project=project or world.project, **values)
        return work_items.move(actor=world.alma, item=item, version=None, state=make.state_of(project or world.project, "done"))


def rule(world, days=30, space=None, actor=None):
    return archiving_rules.create(actor=actor or world.boris, space=space or world.project.space, days=days)


def put_away():
    archiving_rules.put_away_all()
    return set(WorkItem.objects.filter(archived_at__isnull=False).values_list("title", flat=True))


def test_only_what_rests_is_put_away(world):
    finished(world, 40, title="Old")
    finished(world, 20, title="Young")
    touched = finished(world, 40, title="Touched")
    work_items.change(actor=world.mei, item=touched, version=None, priority=1)
    whole = finished(world, 40, title="Whole")
    make.work_item(actor=world.mei, project=world.project, title="Open part", parent=whole)
    with clock.held_at(clock.now() - timedelta(days=40)):
        make.work_item(actor=world.mei, project=world.project, title="Open")
    running = make.sprint(actor=world.boris, project=world.project, items=[finished(world, 40, title="In a sprint")])
    WorkItem.objects.filter(title="In a sprint").update(updated_at=clock.now() - timedelta(days=40))
    sprints.start(actor=world.boris, sprint=running, version=None)
    undated = finished(world, 40, title="Undated")
    WorkItem.objects.filter(pk=undated.pk).update(actual_finish=None)
    assert put_away() == set(), "no rule, nothing happens"
    rule(world)
    assert put_away() == {"Old"}
    assert put_away() == {"Old"} and Archiving.objects.get().count == 1
    event = Event.objects.get(verb="work_item.archived")
    assert (event.actor, event.run) == (world.boris, Archiving.objects.get().run)


def test_a_night_comes_back_and_stays(world):
    item = finished(world, 40, title="Old")
    other = finished(world, 40, title="Again")
    rule(world)
    put_away()
    done = Archiving.objects.get()
    work_items_back = WorkItem.objects.get(pk=other.pk)
    WorkItem.objects.filter(pk=other.pk).update(archived_at=clock.now() + timedelta(hours=1))  # put away anew by hand since
    with pytest.raises(Denied):
        archiving_rules.undo(actor=world.mei, archiving=done)
    archiving_rules.undo(actor=world.boris, archiving=done, version=done.version)
    assert WorkItem.objects.get(pk=item.pk).archived_at is None and WorkItem.objects.get(pk=work_items_back.pk).archived_at
    with pytest.raises(Refused) as problem:
        archiving_rules.undo(actor=world.boris, archiving=Archiving.objects.get())
    assert problem.value.code == "archiving_undone"
    assert put_away() == {"Again"}, "what came back stays for as long as the rule says"


def test_the_nearest_rule_holds(world):
    portfolio = portfolios.create(actor=world.alma, parent=world.root, name="Digital").space
    inside, ended = (make.project(actor=world.alma, name=name, parent=portfolio) for name in ("Inside", "Ended"))
    Project.objects.filter(pk=ended.pk).update(as_of=clock.today())
    for project in (inside, ended, world.project):
        finished(world, 40, project, title=project.name)
    above = rule(world, space=portfolio, actor=world.alma)
    own = rule(world, None, inside.space, world.alma)
    assert put_away() == set(), "its own rule says never, and an imported history needs one of its own"
    archiving_rules.remove(actor=world.alma, rule=own)
    assert archiving_rules.in_force(inside.space_id) == above and put_away() == {"Inside"}
    rule(world, space=ended.space, actor=world.alma)
    assert put_away() == {"Inside", "Ended"}


def test_it_rests_while_its_owner_may_not(world):
    finished(world, 40, title="Old")
    helper = make.user(actor=world.admin, name="Pia", role="project_manager", space=world.project.space)
    row = rule(world, actor=helper)
    users.disable(actor=world.admin, user=User.objects.get(pk=helper.pk))
    assert put_away() == set()
    archiving_rules.change(actor=world.boris, rule=ArchivingRule.objects.get(pk=row.pk), version=row.version, days=30)
    assert put_away() == {"Old"}


def test_who_may_set_it(world):
    for person, problem in ((world.mei, Denied), (world.dana, Hidden)):
        with pytest.raises(problem):
            rule(world, actor=person)
    row = rule(world)
    assert rule(world).pk == row.pk, "one for a space; the same again is the same"
    with pytest.raises(Stale):
        rule(world, 40, actor=world.alma)  # she saw no rule yet
    archiving_rules.change(actor=world.boris, rule=ArchivingRule.objects.get(), version=row.version, days=40)
    with pytest.raises(Stale):
        archiving_rules.change(actor=world.alma, rule=ArchivingRule.objects.get(), version=row.version, days=50)
    assert ArchivingRule.objects.get().days == 40


def test_two_people_on_the_page_do_not_overwrite_each_other(world, signed_in):
    page = reverse("archiving_settings", kwargs={"key": "POR"})
    assert signed_in(world.boris).post(page, {"do": "set", "days": "30"}, headers=JSON).status_code == 200
    late = signed_in(world.alma).post(page, {"do": "set", "days": "60", "version": ""}, headers=JSON)  # her form was made before there was a rule
    assert late.status_code == 409 and ArchivingRule.objects.get().days == 30


def test_a_long_first_night_goes_in_parts(world, monkeypatch):
    monkeypatch.setattr(archiving_rules, "_BATCH", 2)
    for n in range(5):
        finished(world, 40, title=f"Old {n}")
    rule(world)
    sizes, one = [], archiving_rules._archived

    def seen(ids, *rest):
        sizes.append((len(ids), len(connection.savepoint_ids)))
        return one(ids, *rest)

    monkeypatch.setattr(archiving_rules, "_archived", seen)
    assert len(put_away()) == 5 and [size for size, _depth in sizes] == [2, 2, 1]
    done = Archiving.objects.get()
    assert done.count == 5, "one night is one line, and comes back as one"
    assert [e.changes["count"] for e in Event.objects.filter(verb="archiving.done").order_by("pk")] == [[None, 2], [2, 4], [4, 5]]
    archiving_rules.undo(actor=world.boris, archiving=done)
    assert not WorkItem.objects.filter(archived_at__isnull=False).exists()


@pytest.fixture
def long_night(world, monkeypatch):
    """Five items, put away two at a time."""
    monkeypatch.setattr(archiving_rules, "_BATCH", 2)
    for n in range(5):
        finished(world, 40, title=f"Old {n}")
    rule(world)
    put_away()
    return Archiving.objects.get()


def undoings():
    return [event.changes["count"] for event in Event.objects.filter(verb="archiving.undone")]


def test_taking_a_long_night_back_goes_in_parts_too_and_goes_on_where_it_broke_off(world, long_night, signed_in, monkeypatch):
    one, turns = archiving_rules.record_many, []

    def breaks(*given, **more):
        turns.append(len(given[1]))
        if len(turns) == 2:
            raise RuntimeError("the power went")
        return one(*given, **more)

    monkeypatch.setattr(archiving_rules, "record_many", breaks)
    with pytest.raises(RuntimeError):
        archiving_rules.undo(actor=world.boris, archiving=long_night)
    away = WorkItem.objects.filter(archived_at__isnull=False)
    assert away.count() == 3 and undoings() == []
    assert Archiving.objects.get().undone_at is None, "what is still away can be asked for"
    page, client = reverse("archiving_settings", args=[world.project.space.key]), signed_in(world.boris)
    assert 'value="undo"' in client.get(page).content.decode()
    assert client.post(page, {"do": "undo", "archiving": long_night.pk}, headers=JSON).status_code == 200
    assert not away.exists() and turns == [2, 2, 2, 1]
    assert undoings() == [[5, 0]], "told once, of all"
    assert 'value="undo"' not in client.get(page).content.decode()


def test_two_people_who_take_a_night_back_at_once_share_the_parts(world, long_night, monkeypatch):
    one, parts = archiving_rules._part_back, []

    def other_comes(actor, *given, **more):
        found = one(actor, *given, **more)
        parts.append(actor.name)
        if len(parts) == 1:
            archiving_rules.undo(actor=world.alma, archiving=Archiving.objects.get())
        return found

    monkeypatch.setattr(archiving_rules, "_part_back", other_comes)
    back = archiving_rules.undo(actor=world.boris, archiving=long_night, version=long_night.version)
    assert parts == [world.boris.name, world.alma.name, world.alma.name, world.boris.name]
    assert back.undone_at == Archiving.objects.get().undone_at and undoings() == [[5, 0]]
    assert not WorkItem.objects.filter(archived_at__isnull=False).exists()


def test_a_night_that_changed_since_it_was_read_is_not_taken_back(world, long_night):
    with pytest.raises(Stale):
        archiving_rules.undo(actor=world.boris, archiving=long_night, version=long_night.version - 1)
    assert WorkItem.objects.filter(archived_at__isnull=False).count() == 5


def test_what_is_taken_back_while_it_goes_on_ends_it(world, monkeypatch):
    monkeypatch.setattr(archiving_rules, "_BATCH", 2)
    for n in range(6):
        finished(world, 40, title=f"Old {n}")
    rule(world)
    steps = []

    def step(first, total):
        steps.append(first)
        if first == 2:
            archiving_rules.undo(actor=world.boris, archiving=Archiving.objects.get())

    count = archiving_rules._put_away(ArchivingRule.objects.get(), world.project.space, world.boris, step)
    assert steps == [0, 2] and count == 2 and not WorkItem.objects.filter(archived_at__isnull=False).exists()


def test_the_page_shows_before_it_sets_and_does_it_at_once(world, signed_in):
    finished(world, 40, title="Old berth")
    client, page = signed_in(world.boris), reverse("archiving_settings", kwargs={"key": "POR"})
    assert "Old berth" not in client.get(page).content.decode()
    assert "Old berth" in client.get(page, {"days": "30"}).content.decode() and not ArchivingRule.objects.exists()
    assert client.post(page, {"do": "now"}, headers=JSON).status_code == 422
    assert client.post(page, {"do": "set", "days": "0"}, headers=JSON).status_code == 422
    assert client.post(page, {"do": "set", "days": "30"}, headers=JSON).status_code == 200
    assert signed_in(world.mei).post(page, {"do": "set", "days": "5", "version": "1"}, headers=JSON).status_code == 403
    assert client.post(page, {"do": "now"}, headers=JSON).status_code == 200
    job = Job.objects.get()

    class Progress:
        def step(self, *_said): ...

    assert archiving_rules.carry_out(job, Progress()) == page
    assert WorkItem.objects.get(title="Old berth").archived_at
    done = Archiving.objects.get()
    assert "Bring them back" in client.get(page).content.decode()
    assert client.post(page, {"do": "undo", "archiving": done.pk}, headers=JSON).status_code == 200
    assert WorkItem.objects.get(title="Old berth").archived_at is None


def test_what_comes_back_keeps_the_limits_that_stop(world):
    finished(world, 40, title="First")
    finished(world, 40, title="Second")
    rule(world)
    assert put_away() == {"First", "Second"}
    done = make.state_of(world.project, "done")
    columns.lay_out(actor=world.boris, space=world.project.space)
    done.refresh_from_db()
    wip_limits.create(actor=world.boris, space=world.project.space, most=1, stops=True, column=done.column)
    archiving_rules.undo(actor=world.boris, archiving=Archiving.objects.get())
    assert list(WorkItem.objects.filter(archived_at=None).values_list("title", flat=True)) == ["First"]
    told = Event.objects.get(verb="archiving.undone")
    assert told.changes["count"] == [2, 1] and Archiving.objects.get().undone_at is not None, "it says how many stay"


def test_limits_under_which_nothing_of_it_falls_cost_a_night_on_its_way_back_nothing_more_by_item(world, django_assert_max_num_queries):
    for n in range(12):
        finished(world, 40, title=f"Old {n}")
    rule(world)
    put_away()
    wip_limits.create(actor=world.boris, space=world.project.space, most=1, stops=True)
    with django_assert_max_num_queries(30):
        archiving_rules.undo(actor=world.boris, archiving=Archiving.objects.get())
    assert not WorkItem.objects.filter(archived_at__isnull=False).exists()


def test_only_what_comes_under_a_full_limit_stays_away(world):
    finished(world, 40, title="Urgent", priority=1)
    finished(world, 40, title="Urgent too", priority=1)
    for n in range(3):
        finished(world, 40, title=f"Plain {n}")
    rule(world)
    put_away()
    done = make.state_of(world.project, "done")
    columns.lay_out(actor=world.boris, space=world.project.space)
    done.refresh_from_db()
    wip_limits.create(actor=world.boris, space=world.project.space, most=1, stops=True, column=done.column, lane="priority:1")
    wip_limits.create(actor=world.boris, space=world.project.space, most=9, stops=True, column=done.column)
    archiving_rules.undo(actor=world.boris, archiving=Archiving.objects.get())
    assert set(WorkItem.objects.filter(archived_at=None).values_list("title", flat=True)) == {"Urgent", "Plain 0", "Plain 1", "Plain 2"}
    back = WorkItem.objects.get(title="Plain 0")
    assert Event.objects.filter(verb="work_item.unarchived").count() == 4 and back.version == Event.objects.of(back).count()
