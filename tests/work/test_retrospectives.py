"""Retrospectives: notes are their writer's until shown, three votes each, actions become work items."""

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import spaces
from tandem.people.models import Role
from tandem.work.actions import retrospectives, sprints, work_items
from tandem.work.models import Retrospective, RetrospectiveNote, RetrospectiveVote
from tests import make


@pytest.fixture
def running(world):
    item = make.work_item(actor=world.boris, project=world.project)
    return sprints.start(
        actor=world.mei, sprint=make.sprint(actor=world.mei, project=world.project, items=[item]), version=None
    )


@pytest.fixture
def retro(world, running):
    return retrospectives.open_one(actor=world.mei, sprint=running, format="start_stop")


def say(retro, who, text="More pairs", column="start"):
    return retrospectives.write(actor=who, retrospective=retro, column=column, text=text)


def code_of(call):
    with pytest.raises(Refused) as found:
        call()
    return found.value.code


def address(retro):
    return f"/sprints/{retro.sprint_id}/retrospective/"


def test_notes_are_their_writers_until_all_are_shown(world, signed_in, retro):
    say(retro, world.mei, "Deploys on Friday hurt", "stop")
    boris = signed_in(world.boris)
    text = boris.get(address(retro)).content.decode()
    assert "Deploys on Friday" not in text and "One note of somebody else" in text
    note = RetrospectiveNote.objects.get()
    assert boris.post(address(retro), {"do": "withdraw", "note": note.pk}).status_code == 404
    assert "Friday" not in str(list(Event.objects.values_list("changes", "text__changes"))), "the history does not tell either"
    boris.post(address(retro), {"do": "show", "version": retro.version})
    text = boris.get(address(retro)).content.decode()
    assert "Deploys on Friday hurt" in text and 'title="Mei Lin"' not in text.split('id="retro"')[1], "shown without names"


def test_three_votes_each_and_groups_keep_them(world, retro):
    notes = [say(retro, world.mei, f"Note {n}") for n in range(5)]
    retrospectives.show(actor=world.mei, retrospective=retro, version=retro.version)
    for note in notes[:3]:
        retrospectives.vote(actor=world.boris, note=note, is_for=True)
        retrospectives.vote(actor=world.boris, note=note, is_for=True)
    assert RetrospectiveVote.objects.count() == 3, "twice for one note is one vote"
    assert code_of(lambda: retrospectives.vote(actor=world.boris, note=notes[3], is_for=True)) == "votes_spent"
    retrospectives.vote(actor=world.boris, note=notes[0], is_for=False)
    retrospectives.vote(actor=world.boris, note=notes[3], is_for=True)
    retrospectives.group(actor=world.boris, note=notes[4], into=notes[3])
    notes[3].refresh_from_db()
    retrospectives.group(actor=world.boris, note=notes[3], into=notes[1])
    assert set(notes[1].alike.all()) == {notes[3], notes[4]} and notes[1].votes.count() == 1
    assert code_of(lambda: retrospectives.group(actor=world.boris, note=notes[1], into=notes[1])) == "choice_unknown"


def test_actions_are_work_items_and_are_asked_for_next_time(world, signed_in, retro):
    retrospectives.show(actor=world.mei, retrospective=retro, version=retro.version)
    item = retrospectives.agree(actor=world.mei, retrospective=retro, title="Review within a day")
    retrospectives.close(actor=world.mei, retrospective=retro, version=retro.version)
    work_items.change(actor=world.mei, item=item, version=None, state=make.state_of(world.project, "done"))
    later = make.sprint(actor=world.mei, project=world.project, name="Sprint 2", begins=14, items=[make.work_item(actor=world.mei, project=world.project)])
    sprints.start(actor=world.mei, sprint=later, version=None)
    following = retrospectives.open_one(actor=world.mei, sprint=later, format="four_ls")
    text = signed_in(world.boris).get(address(following)).content.decode()
    assert "What became of last time" in text and "Review within a day" in text


def test_what_may_not_be_is_refused(world, running, retro):
    assert code_of(lambda: retrospectives.open_one(actor=world.mei, sprint=running, format="start_stop")) == "retrospective_exists"
    planned = make.sprint(actor=world.mei, project=world.project, name="Sprint 2")
    assert code_of(lambda: retrospectives.open_one(actor=world.mei, sprint=planned, format="start_stop")) == "sprint_not_running"
    assert code_of(lambda: say(retro, world.mei, column="glad")) == "choice_unknown"
    for text in ("  ", "x" * 1001):
        assert code_of(lambda: say(retro, world.mei, text)) == "note_length"
    note = say(retro, world.mei)
    with pytest.raises(Denied):
        retrospectives.withdraw(actor=world.boris, note=note)
    assert code_of(lambda: retrospectives.vote(actor=world.mei, note=note, is_for=True)) == "retrospective_state"
    old = Retrospective.objects.get(pk=retro.pk)
    retrospectives.show(actor=world.mei, retrospective=retro, version=retro.version)
    assert code_of(lambda: retrospectives.show(actor=world.mei, retrospective=old, version=old.version)) == "retrospective_state"
    assert code_of(lambda: say(retro, world.boris)) == "retrospective_state"
    with pytest.raises(Stale):
        retrospectives.close(actor=world.mei, retrospective=old, version=1)


def test_who_does_not_work_there_takes_no_part(world, signed_in, retro):
    note = say(retro, world.mei)
    spaces.grant(actor=world.admin, space=world.project.space, user=world.dana, role=Role.STAKEHOLDER)
    stranger = make.user(actor=world.admin, name="Somebody Else")
    world.dana.refresh_from_db()
    for who, kind, code in ((world.dana, Denied, 403), (stranger, Hidden, 404)):
        for call in (
            lambda: say(retro, who),
            lambda: retrospectives.show(actor=who, retrospective=retro, version=None),
            lambda: retrospectives.withdraw(actor=who, note=note),
        ):
            with pytest.raises(kind):
                call()
        assert signed_in(who).get(address(retro)).status_code == code


def test_the_page_takes_every_step_and_escapes_what_is_written(world, signed_in, retro):
    client = signed_in(world.mei)
    client.post(address(retro), {"do": "write", "column": "start", "text": "<img src=x onerror=alert(1)>"})
    assert client.post(address(retro), {"do": "nothing"}).status_code == 422
    client.post(address(retro), {"do": "show", "version": retro.version})
    note = RetrospectiveNote.objects.get()
    client.post(address(retro), {"do": "vote", "note": note.pk, "vote": "1"})
    client.post(address(retro), {"do": "agree", "title": "Mend it"})
    text = client.get(address(retro)).content.decode()
    assert "<img src=x" not in text and "&lt;img src=x" in text and "Mend it" in text and "You have 2 votes left." in text
    other = make.project(actor=world.alma, name="Depot", key="DEP")
    theirs = make.sprint(actor=world.alma, project=other, items=[make.work_item(actor=world.alma, project=other)])
    sprints.start(actor=world.alma, sprint=theirs, version=None)
    there = retrospectives.open_one(actor=world.alma, sprint=theirs, format="start_stop")
    foreign = say(there, world.alma)
    assert client.post(address(retro), {"do": "vote", "note": foreign.pk, "vote": "1"}).status_code == 404
