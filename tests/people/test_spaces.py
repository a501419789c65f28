"""Roles in spaces: who may give and take them, and what is inherited."""

import pytest
from django.db import transaction

from tandem.history.models import Event
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


def test_a_role_that_is_rolled_back_was_never_held_and_one_that_is_kept_holds_on(world):
    def sees() -> bool:
        return may(world.dana, Permission.VIEW, world.project.space_id)

    assert not sees()
    with pytest.raises(RuntimeError), transaction.atomic():
        spaces.grant(actor=world.alma, space=world.project.space, user=world.dana, role=Role.STAKEHOLDER)
        with transaction.atomic():
            assert sees(), "also deeper down, where no access was changed"
        raise RuntimeError
    with transaction.atomic():
        assert not sees(), "nor first deeper down, where savepoints may have the old names"
    with transaction.atomic():
        spaces.grant(actor=world.alma, space=world.project.space, user=world.dana, role=Role.STAKEHOLDER)
        with pytest.raises(RuntimeError), transaction.atomic():
            spaces.revoke(actor=world.alma, space=world.project.space, user=world.dana)
            assert not sees()
            raise RuntimeError
        assert sees()
    assert sees()


def test_who_opens_a_confidential_space_gets_their_strongest_role_on_record(world):
    portfolio = spaces.open_space(actor=world.alma, parent=world.root, kind="portfolio", name="Port")
    spaces.grant(actor=world.admin, space=world.root, user=world.mei, role=Role.EXECUTIVE)
    spaces.grant(actor=world.admin, space=portfolio, user=world.mei, role=Role.PORTFOLIO_MANAGER)
    world.mei.refresh_from_db()
    closed = spaces.open_space(
        actor=world.mei, parent=portfolio, kind="project", name="Closed", is_confidential=True
    )
    assert closed.memberships.get().role == Role.PORTFOLIO_MANAGER
    event = Event.objects.of(closed).get(verb="membership.granted")
    assert event.changes == {f"user:{world.mei.pk}": [None, Role.PORTFOLIO_MANAGER]}


@pytest.mark.parametrize("role", [Role.PMO_LEAD, Role.PORTFOLIO_MANAGER, Role.PRODUCT_MANAGER, Role.EXECUTIVE, Role.AUDITOR])
def test_nobody_gives_a_role_that_holds_more_than_their_own_not_even_to_themselves(role, world):
    for person in (world.boris, world.dana):
        with pytest.raises(Denied):
            spaces.grant(actor=world.boris, space=world.project.space, user=person, role=role)
    spaces.grant(actor=world.boris, space=world.project.space, user=world.dana, role=Role.PROJECT_MANAGER)


def test_nobody_changes_or_takes_away_a_role_that_holds_more_than_their_own(world):
    spaces.grant(actor=world.admin, space=world.project.space, user=world.dana, role=Role.PMO_LEAD)
    with pytest.raises(Denied):
        spaces.grant(actor=world.boris, space=world.project.space, user=world.dana, role=Role.STAKEHOLDER)
    with pytest.raises(Denied):
        spaces.revoke(actor=world.boris, space=world.project.space, user=world.dana)


def test_the_access_page_offers_only_roles_that_one_may_give(world, signed_in):
    spaces.grant(actor=world.admin, space=world.project.space, user=world.dana, role=Role.PMO_LEAD)
    page = signed_in(world.boris).get(f"/spaces/{world.project.space.key}/access/").content.decode()
    offered = {role for role in Role.values if f'<option value="{role}"' in page}
    assert offered == {Role.PROJECT_MANAGER, Role.MEMBER, Role.STAKEHOLDER}
    assert "Take away: Mei Lin" in page and "Take away: Dana Stranger" not in page
