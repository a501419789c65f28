"""A page that stands is made once for all who see the same, is never an old one, and carries nobody else's token."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tandem.people import scoping
from tandem.people.actions import spaces, users
from tandem.people.models import Role
from tandem.strategy.actions import objectives
from tandem.web import standing
from tests import make

ADDRESS = "/objectives/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture
def two(world):
    """Two who hold the same role in the same place, and one who holds another."""
    found = []
    for name, role in (("Ida", Role.PMO_LEAD), ("Jon", Role.PMO_LEAD), ("Kim", Role.AUDITOR)):
        person = users.add(actor=world.admin, name=name, email=f"{name.lower()}@example.org")
        spaces.grant(actor=world.admin, space=world.root, user=person, role=role)
        found.append(person)
    scoping.forget_roles()
    return found


def asked(client, address=ADDRESS):
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
        count = len(queries)
    assert answer.status_code == 200
    return answer.content.decode(), count


def main_of(page):
    return TOKEN.sub("", page[page.index("<main") : page.index("</main>")])


def test_the_second_who_asks_gets_the_page_of_the_first_in_a_shell_of_their_own(world, signed_in, two):
    make.objective(actor=world.alma, space=world.root, title="Win back trust")
    ida, jon, kim = map(signed_in, two)
    for client in (ida, jon, kim):
        client.get("/jobs/")
    first, many = asked(ida)
    second, few = asked(jon)
    assert main_of(first) == main_of(second) and "Win back trust" in first
    assert few <= 5 < many
    assert "Ida" in first and "Ida" not in second and "Jon" in second
    looking, _count = asked(kim)  # who may write nothing is offered nothing
    assert "/objectives/new/" in first and "/objectives/new/" not in looking


def test_the_menus_that_a_page_puts_above_itself_stand_with_it(world, signed_in, two):
    ida, jon, _kim = map(signed_in, two)
    menus = [page[page.index("<!--scope-->") : page.index("<!--/scope-->")] for page in (asked(one, "/roadmap/")[0] for one in (ida, jon, jon))]
    assert len(set(menus)) == 1
    assert world.product.name in menus[0]


def test_a_change_is_on_the_next_page(world, signed_in, two):
    one = make.objective(actor=world.alma, space=world.root, title="Win back trust")
    ida, jon, _kim = map(signed_in, two)
    asked(ida)
    objectives.change(actor=world.alma, objective=one, version=one.version, title="Keep trust")
    assert "Keep trust" in asked(jon)[0] and "Win back trust" not in asked(ida)[0]


def test_who_sees_less_gets_another_page_and_a_stranger_nothing_of_it(world, signed_in, two):
    make.objective(actor=world.alma, space=world.root, title="Win back trust")
    asked(signed_in(two[0]))
    assert "Win back trust" not in signed_in(world.dana).get(ADDRESS).content.decode()
    spaces.revoke(actor=world.admin, space=world.root, user=two[1])
    scoping.forget_roles()
    asked(signed_in(two[0]))
    assert "Win back trust" not in signed_in(two[1]).get(ADDRESS).content.decode()


def test_each_reads_it_in_their_own_language(world, signed_in, two):
    make.objective(actor=world.alma, space=world.root, title="Win back trust")
    two[1].language = "zh-hans"
    two[1].save()
    ida, jon, _kim = map(signed_in, two)
    assert "What we want to have reached" in main_of(asked(ida)[0])
    assert "What we want to have reached" not in main_of(asked(jon)[0])


def test_a_form_on_a_page_that_stands_carries_the_token_of_its_reader(world):
    """Of the page as it was made, and of the page as it stands."""
    feature = make.feature(actor=world.chen, product=world.product, title="Night mode")
    scoping.forget_roles()
    address = f"/features/{feature.pk}/"
    one = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    one.force_login(world.chen, backend="allauth.account.auth_backends.AuthenticationBackend")
    found = [TOKEN.findall(asked(one, address)[0]) for _turn in range(2)]
    assert found[1] and set(found[0]) != set(found[1]), "not the token of the first answer"
    for number, tokens in enumerate(found):
        sent = {"body": f"Word {number}", "csrfmiddlewaretoken": tokens[0]}
        assert one.post(f"{address}comments/", sent).status_code == 302
    assert one.post(f"{address}comments/", {"body": "Strange", "csrfmiddlewaretoken": "x" * 64}).status_code == 403


def test_what_a_page_says_of_its_reader_alone_is_for_them_alone(world, signed_in, two):
    """A feature's page says whether its reader watches it."""
    feature = make.feature(actor=world.chen, product=world.product, title="Night mode")
    address = f"/features/{feature.pk}/"
    ida, jon, _kim = map(signed_in, two)
    asked(ida, address)
    assert asked(jon, address)[1] > 5, "made for the second as well"


def test_after_some_seconds_it_is_made_anew_and_a_part_is_never_kept(world, signed_in, two, monkeypatch):
    make.objective(actor=world.alma, space=world.root, title="Win back trust")
    ida, jon, _kim = map(signed_in, two)
    many = asked(ida)[1]
    monkeypatch.setattr(standing, "LONGEST", 0.0)
    assert asked(jon)[1] > many / 2
    monkeypatch.undo()
    standing.forget()
    ida.get(ADDRESS, headers={"HX-Request": "true"})
    assert not standing._kept


def test_so_much_is_kept_and_not_more(world, signed_in, two, monkeypatch):
    ida = signed_in(two[0])
    monkeypatch.setattr(standing, "MOST_SIGNS", 20_000)
    for period in ("3m", "6m", "12m", "all"):
        asked(ida, f"/alignment/?period={period}")
    assert sum(one.size for one in standing._kept.values()) <= 20_000


def test_of_the_load_those_who_see_others_share_a_page_and_those_who_do_not_have_their_own(world, signed_in, two):
    lee, max_ = (users.add(actor=world.admin, name=name, email=f"{name.lower()}@example.org") for name in ("Lee", "Max"))
    for person in (lee, max_):
        spaces.grant(actor=world.admin, space=world.root, user=person, role=Role.STAKEHOLDER)
    scoping.forget_roles()
    ida, jon, _kim = map(signed_in, two)
    for client in (ida, jon):
        client.get("/jobs/")
    first, many = asked(ida, "/load/")
    second, few = asked(jon, "/load/")
    assert main_of(first) == main_of(second) and few <= 5 < many
    assert second.count('class="tabs-r') == 1
    of_lee, of_max = (main_of(asked(signed_in(person), "/load/")[0]) for person in (lee, max_))
    assert "Lee" in of_lee and "Max" not in of_lee
    assert "Max" in of_max and "Lee" not in of_max
