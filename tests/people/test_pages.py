"""The pages of people, teams and access."""

import re

import pytest
from django.urls import reverse

from tandem.people.actions import teams, users
from tandem.people.models import Membership, Role, User
from tests import make


def _page(client, name, **kwargs):
    return client.get(reverse(name, kwargs=kwargs or None)).content.decode()


def test_the_list_tells_accounts_from_placeholders_and_disabled_ones(world, signed_in):
    users.placeholder(actor=world.admin, name="Noor Imported")
    users.disable(actor=world.admin, user=world.dana)
    client = signed_in(world.alma)
    for kind, name in (
        ("account", "Mei Lin"),
        ("placeholder", "Noor Imported"),
        ("disabled", "Dana Stranger"),
    ):
        text = client.get("/people/", {"kind": kind}).content.decode()
        assert [n for n in ("Mei Lin", "Noor Imported", "Dana Stranger") if f">{n}<" in text] == [name]


def test_a_person_is_found_by_pinyin(world, signed_in):
    text = signed_in(world.mei).get("/people/", {"q": "chenyue"}).content.decode()
    assert "陈悦" in text and "Boris Orlov" not in text


def test_the_link_of_a_new_person_sets_the_password_once(world, signed_in, client):
    answer = signed_in(world.admin).post(
        "/people/new/", {"name": "Noor", "email": "noor@example.org", "role": "member"}
    )
    link = re.search(r"http://[^<]+/password/[^<]+/", answer.content.decode())[0].replace(
        "http://testserver", ""
    )
    assert client.post(link, {"password": "a long way to the quay"}).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert client.get(link).status_code == 404


def test_the_form_is_refused_to_those_who_may_not(world, signed_in):
    assert signed_in(world.alma).get("/people/new/").status_code == 403
    assert signed_in(world.dana).get("/people/new/").status_code == 404
    assert "/people/new/" not in _page(signed_in(world.alma), "people")


def test_a_taken_address_is_said_at_the_field_and_nothing_is_lost(world, signed_in):
    answer = signed_in(world.admin).post(
        "/people/new/", {"name": "Second Mei", "email": "mei@example.org", "role": "member"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422 and "already has an account" in text and "Second Mei" in text


def test_a_person_shows_what_the_asker_may_see(world, signed_in):
    make.work_item(actor=world.boris, project=world.project, title="Pour the quay", assignees=[world.mei])
    for asker, sees in ((world.boris, True), (world.dana, False)):
        text = _page(signed_in(asker), "people_detail", id=world.mei.pk)
        assert ("Pour the quay" in text) is sees and ("Portal" in text) is sees
    assert "people_edit" not in text and f"/people/{world.mei.pk}/edit/" not in text


def test_only_readers_of_the_audit_see_what_happened_to_an_account(world, signed_in):
    assert "joined" in _page(signed_in(world.admin), "people_detail", id=world.mei.pk)
    assert "joined" not in _page(signed_in(world.boris), "people_detail", id=world.mei.pk)


def test_an_account_is_disabled_and_enabled_from_its_page(world, signed_in):
    client, address = signed_in(world.admin), f"/people/{world.mei.pk}"
    client.post(f"{address}/disablings/")
    assert not User.objects.get(pk=world.mei.pk).is_active
    client.post(f"{address}/enablings/")
    assert User.objects.get(pk=world.mei.pk).is_active


def test_a_stale_form_shows_both_values(world, signed_in):
    client, address = signed_in(world.admin), f"/people/{world.mei.pk}/edit/"
    version = world.mei.version
    assert (
        client.post(address, {"name": "Mei One", "email": "mei@example.org", "version": version}).status_code
        == 302
    )
    answer = client.post(address, {"name": "Mei Two", "email": "mei@example.org", "version": version})
    assert (
        answer.status_code == 409
        and "Mei One" in answer.content.decode()
        and "Mei Two" in answer.content.decode()
    )


def test_access_names_roles_given_here_and_roles_from_above(world, signed_in):
    row = f'<a href="/people/{world.alma.pk}/">'
    text = _page(signed_in(world.boris), "access", key="POR")
    assert f'<a href="/people/{world.mei.pk}/">' in text and "here" in text
    assert row not in text, "roles of spaces above are shown to those who see these"
    assert row in _page(signed_in(world.alma), "access", key="POR")


def test_access_is_given_and_taken(world, signed_in):
    client, address = signed_in(world.boris), reverse("access", kwargs={"key": "POR"})
    client.post(address, {"user": world.dana.pk, "role": "stakeholder"})
    assert Membership.objects.get(user=world.dana, space=world.project.space).role == Role.STAKEHOLDER
    client.post(address, {"user": world.dana.pk, "role": ""})
    assert not Membership.objects.filter(user=world.dana).exists()


def test_the_last_administrator_is_said_on_the_page(world, signed_in):
    answer = signed_in(world.admin).post("/spaces/ORG/access/", {"user": world.admin.pk, "role": ""})
    assert answer.status_code == 422 and "at least one administrator" in answer.content.decode()


@pytest.mark.django_db
def test_teams_count_their_members(world, signed_in):
    teams.create(actor=world.alma, space=world.root, name="Quay crew", members=[world.mei, world.boris])
    assert re.search(r"Quay crew</a></td>\s*<td class=\"n\">2</td>", _page(signed_in(world.alma), "teams"))


def test_e_mail_addresses_are_shown_to_oneself_and_to_administrators_only(world, signed_in):
    for asker, shown in ((world.alma, {"alma"}), (world.mei, {"mei"}), (world.admin, {"mei", "alma", "boris"})):
        client, addresses = signed_in(asker), {"mei", "alma", "boris"}
        pages = client.get("/people/").content.decode()
        for person in (world.mei, world.alma, world.boris):
            pages += client.get(f"/people/{person.pk}/").content.decode() + client.get(f"/people/{person.pk}/?peek=1").content.decode()
        assert {name for name in addresses if f"{name}@example.org" in pages} == shown
        listed = {row["email"] for row in client.get("/api/v1/users/").json()["items"]}
        assert {name for name in addresses if f"{name}@example.org" in listed} == shown


def test_the_list_of_people_names_only_teams_that_one_sees(world, signed_in):
    teams.create(actor=world.admin, space=world.product.space, name="Hidden crew", members=[world.mei])
    assert "Hidden crew" in _page(signed_in(world.admin), "people")
    assert "Hidden crew" not in _page(signed_in(world.boris), "people")
