"""Teams: who is in them is on record, and the slower of two editors is told."""

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Stale
from tandem.people.actions import teams


@pytest.fixture
def team(world):
    return teams.create(actor=world.alma, space=world.root, name="Portal team", members=[world.mei])


def test_a_new_team_has_its_members_on_record(world, team):
    event = Event.objects.of(team).get()
    assert event.verb == "team.created"
    assert event.changes == {"name": [None, "Portal team"], "members": [[], [world.mei.pk]]}


def test_the_slower_editor_of_members_is_told(world, team):
    seen = team.version
    teams.change(actor=world.alma, team=team, version=seen, members=[world.mei, world.boris])
    with pytest.raises(Stale):
        teams.change(actor=world.alma, team=team, version=seen, members=[world.mei])
    assert set(team.members.all()) == {world.mei, world.boris}


def test_name_and_members_change_together(world, team):
    teams.change(actor=world.alma, team=team, version=team.version, name="Portal", members=[])
    team.refresh_from_db()
    assert (team.name, team.members.count()) == ("Portal", 0)
    assert Event.objects.of(team).newest_first().first().changes == {"members": [[world.mei.pk], []]}
