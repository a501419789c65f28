"""Roles in spaces: who may give and take them, and what is inherited."""

import pytest

from tandem.kit.errors import Denied, Refused
from tandem.people.access import Permission, may
from tandem.people.actions import spaces
from tandem.people.models import Role
from tests import make


def test_a_role_holds_below_but_not_in_a_confidential_space(world):
    open_one = make.project(actor=world.alma, name="Open")
    closed = spaces.open_space(
        actor=world.alma, parent=world.root, kind="project", name="Closed", is_confidential=True
    )
    spaces.grant(actor=world.admin, space=world.root, user=world.dana, role=Role.STAKEHOLDER)
    world.dana.refresh_from_db()
    assert may(world.dana, Permission.VIEW, open_one.space_id)
    assert not may(world.dana, Permission.VIEW, closed.pk)


def test_nobody_but_administrators_makes_an_administrator(world):
    with pytest.raises(Denied):
        spaces.grant(actor=world.alma, space=world.root, user=world.dana, role=Role.ADMINISTRATOR)


def test_the_last_administrator_stays(world):
    with pytest.raises(Refused, match="last_administrator"):
        spaces.revoke(actor=world.admin, space=world.root, user=world.admin)


def test_a_role_taken_away_ends_at_once(world):
    spaces.revoke(actor=world.alma, space=world.project.space, user=world.mei)
    world.mei.refresh_from_db()
    assert not may(world.mei, Permission.VIEW, world.project.space_id)
