"""Pages of stakeholders: the picture, what was said, promises to them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.collaboration.actions import stakeholders
from tandem.collaboration.models import Stakeholder
from tandem.kit import clock
from tests import make

pytestmark = pytest.mark.django_db


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_stands_empty_and_full(world, signed_in, language):
    world.boris.language = language
    world.boris.save(update_fields=["language"])
    client = signed_in(world.boris)
    for path in ("/stakeholders/", "/stakeholders/new/"):
        read(client, path)
    row = stakeholders.create(actor=world.boris, space=world.project.space, name="Port authority", interest=5, influence=4, every_days=7)
    stakeholders.tell(actor=world.boris, stakeholder=row, what="It comes in **May**")
    for path in ("/stakeholders/", "/stakeholders/?which=due", f"/stakeholders/{row.pk}/", f"/stakeholders/{row.pk}/?peek=1", f"/stakeholders/{row.pk}/edit/"):
        read(client, path)


def test_each_mark_of_the_picture_leads_to_its_record_and_says_who_is_to_be_told(world, signed_in):
    port = stakeholders.create(actor=world.boris, space=world.project.space, name="Port authority", interest=5, influence=4, every_days=7)
    stakeholders.create(actor=world.boris, space=world.project.space, name="Anglers", interest=2, influence=1)
    Stakeholder.objects.filter(pk=port.pk).update(next_on=clock.today() - timedelta(days=1))
    shown = read(signed_in(world.boris), "/stakeholders/")
    picture = shown[shown.index('class="s-grid"') : shown.index("</table>")]
    assert picture.count('class="chip ref"') == 2 and f'href="/stakeholders/{port.pk}/"' in picture
    close = picture.split('<td class="z-close">')
    assert sum("Port authority" in cell.split("</td>")[0] for cell in close[1:]) == 1
    assert "1 is to be told something" in shown
    assert "Anglers" not in read(signed_in(world.boris), "/stakeholders/?which=due")
    assert "Port authority" not in read(signed_in(world.dana), "/stakeholders/")


def test_a_promise_to_a_receiver_of_the_name_stands_on_the_page_for_who_sees_it(world, signed_in):
    feature = make.feature(actor=world.alma, product=world.product, title="Berth for large ships")
    make.promise(actor=world.alma, subject=feature, to_whom="port AUTHORITY", date=clock.today() + timedelta(days=9))
    row = stakeholders.create(actor=world.boris, space=world.project.space, name="Port authority")
    assert "Berth for large ships" in read(signed_in(world.alma), f"/stakeholders/{row.pk}/")
    assert "Berth for large ships" not in read(signed_in(world.mei), f"/stakeholders/{row.pk}/")


def test_what_was_said_is_written_down_on_the_page(world, signed_in):
    row = stakeholders.create(actor=world.boris, space=world.project.space, name="Port authority")
    client = signed_in(world.boris)
    assert client.post(f"/stakeholders/{row.pk}/notes/", {"what": "It comes in May", "on": clock.today().isoformat(), "from": "us"}).status_code == 302
    assert client.post(f"/stakeholders/{row.pk}/notes/", {"what": "Why not April?", "from": "them"}).status_code == 302
    shown = read(client, f"/stakeholders/{row.pk}/")
    assert "It comes in May" in shown and "they said, to Boris Orlov" in shown
    assert signed_in(world.dana).post(f"/stakeholders/{row.pk}/notes/", {"what": "x"}).status_code == 404


def test_many_stakeholders_cost_no_more_queries_than_one(world, signed_in):
    client = signed_in(world.boris)

    def count():
        read(client, "/stakeholders/")
        with CaptureQueriesContext(connection) as asked:
            read(client, "/stakeholders/")
        return len(asked)

    stakeholders.create(actor=world.boris, space=world.project.space, name="One")
    few = count()
    for n in range(30):
        stakeholders.create(actor=world.boris, space=world.project.space, name=f"Number {n}", interest=1 + n % 5, influence=1 + n % 4)
    assert count() == few
