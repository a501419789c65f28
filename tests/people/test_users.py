"""Accounts: who makes, changes, disables them; placeholders become accounts; links and passwords."""

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import bootstrap, users
from tandem.people.models import ApiToken, Membership, Role, User
from tests import make


@pytest.fixture
def placeholder(world) -> User:
    return users.placeholder(actor=world.admin, name="Noor Imported", email="noor@example.org")


def test_an_invited_placeholder_keeps_its_row_and_can_set_a_password(world, placeholder):
    users.invite(actor=world.admin, user=placeholder, email="Noor@Harbour.example", role=Role.MEMBER)
    placeholder.refresh_from_db()
    assert (placeholder.is_placeholder, placeholder.email) == (False, "noor@harbour.example")
    assert Membership.objects.get(user=placeholder).role == Role.MEMBER
    assert users.make_link(actor=world.admin, user=placeholder).startswith("/password/")
    assert Event.objects.of(placeholder).newest_first().first().verb == "user.link_made"


def test_adding_somebody_whom_an_import_named_invites_them(world, placeholder):
    added = users.add(actor=world.admin, name="Noor", email="noor@example.org", role=Role.MEMBER)
    assert added.pk == placeholder.pk and not added.is_placeholder


def test_a_placeholder_gets_no_link(world, placeholder):
    with pytest.raises(Refused, match="no_account"):
        users.make_link(actor=world.admin, user=placeholder)


def test_an_account_is_not_invited_twice(world):
    with pytest.raises(Refused, match="has_account"):
        users.invite(actor=world.admin, user=world.mei, email="mei@example.org")


def test_an_address_belongs_to_one_account(world):
    with pytest.raises(Refused, match="email_taken"):
        users.change(actor=world.admin, user=world.mei, version=None, name="Mei", email="BORIS@example.org")


def test_a_changed_name_is_found_by_its_pinyin(world):
    users.change(
        actor=world.admin, user=world.mei, version=world.mei.version, name="林梅", email="mei@example.org"
    )
    assert world.mei in User.objects.matching("linmei")


def test_the_slower_administrator_is_told(world):
    seen = world.mei.version
    users.change(actor=world.admin, user=world.mei, version=seen, name="Mei One", email="mei@example.org")
    with pytest.raises(Stale):
        users.change(actor=world.admin, user=world.mei, version=seen, name="Mei Two", email="mei@example.org")


@pytest.mark.parametrize("act", [
    lambda a, u: users.change(actor=a, user=u, version=None, name="X", email="x@example.org"),
    lambda a, u: users.make_link(actor=a, user=u),
    lambda a, u: users.disable(actor=a, user=u),
    lambda a, u: users.enable(actor=a, user=u),
])  # fmt: skip
def test_only_administrators_touch_accounts(world, act):
    with pytest.raises(Denied):
        act(world.alma, world.mei)
    with pytest.raises(Hidden):
        act(world.dana, world.mei)


def test_a_disabled_account_loses_its_tokens_and_comes_back_with_its_roles(world):
    users.create_token(actor=world.mei, name="script", scope="read")
    users.disable(actor=world.admin, user=world.mei)
    assert not ApiToken.objects.usable().filter(user=world.mei).exists()
    assert world.mei.visible_space_ids() == frozenset()
    users.enable(actor=world.admin, user=world.mei)
    world.mei.refresh_from_db()
    assert world.project.space_id in world.mei.visible_space_ids()


def test_a_token_ends_on_its_day(world, monkeypatch):
    from datetime import timedelta

    from tandem.kit import clock

    row, _secret = users.create_token(actor=world.mei, name="script", scope="read", days=30)
    assert ApiToken.objects.usable().filter(pk=row.pk).exists()
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not ApiToken.objects.usable().filter(pk=row.pk).exists()


def test_a_password_link_works_once(world):
    path = bootstrap.password_path(world.mei)
    _start, _password, key, token, _end = path.split("/")
    assert bootstrap.person_for(key, token) == world.mei
    users.set_password(actor=world.mei, user=world.mei, password=make.PASSWORD + " again")
    with pytest.raises(Hidden):
        bootstrap.person_for(key, token)


def test_the_first_administrator_is_made_once(world):
    assert bootstrap.invitation("http://localhost") == ""
    with pytest.raises(Refused, match="already_set_up"):
        users.bootstrap(organisation="Second", name="Eve", email="eve@example.org")


@pytest.mark.django_db(transaction=True)
def test_a_link_is_made_where_no_transaction_is_open():
    admin = users.bootstrap(organisation="Harbour", name="Ada", email="ada@example.org", password=make.PASSWORD)
    assert users.make_link(actor=admin, user=admin).startswith("/password/")


def _granted(user: User) -> list[str]:
    """Roles that the record says were given to the person."""
    events = Event.objects.filter(verb="membership.granted").order_by("id")
    return [e.changes[f"user:{user.pk}"][1] for e in events if f"user:{user.pk}" in e.changes]


def test_a_role_that_comes_with_the_account_is_on_record(world, placeholder):
    assert _granted(world.admin) == [Role.ADMINISTRATOR]
    added = users.add(actor=world.admin, name="Iris", email="iris@example.org", role=Role.AUDITOR)
    assert _granted(added) == [Role.AUDITOR]
    users.invite(actor=world.admin, user=placeholder, email="noor@harbour.example", role=Role.MEMBER)
    assert _granted(placeholder) == [Role.MEMBER]


def test_enabling_does_not_set_the_access_version_back(world):
    stale = User.objects.get(pk=world.mei.pk)
    users.disable(actor=world.admin, user=stale)
    counted = User.objects.get(pk=world.mei.pk).access_version
    users.enable(actor=world.admin, user=stale)  # read before it was disabled
    assert User.objects.get(pk=world.mei.pk).access_version == counted + 1


def test_another_time_zone_is_on_record_once_and_other_preferences_are_not(world):
    for values in ({"time_zone": "Asia/Shanghai"}, {"time_zone": "Asia/Shanghai", "theme": "dark"}, {"language": "en"}):
        users.prefer(actor=world.mei, **values)
    (event,) = Event.objects.of(world.mei).filter(actor=world.mei)
    assert (event.verb, event.changes, event.text.changes) == ("user.zone_changed", {}, {"time_zone": ["", "Asia/Shanghai"]})
    assert User.objects.get(pk=world.mei.pk).theme == "dark"
