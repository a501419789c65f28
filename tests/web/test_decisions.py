"""Pages of decisions: asked, decided, decided otherwise; what comes due."""

from datetime import timedelta

import pytest

from tandem.governance.actions import decisions
from tandem.governance.models import Decision
from tandem.kit import clock
from tests import make

pytestmark = pytest.mark.django_db


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_stands_empty_and_full(world, signed_in, language):
    world.alma.language = language
    world.alma.save(update_fields=["language"])
    client = signed_in(world.alma)
    for path in ("/decisions/", "/decisions/new/"):
        read(client, path)
    row = decisions.create(actor=world.boris, space=world.project.space, question="Which crane?", options=["Dutch", "German"], evidence="[Offer](https://example.org)")
    read(client, f"/decisions/{row.pk}/")
    decisions.decide(actor=world.boris, decision=row, version=None, chosen="Dutch", why="Sooner", effect="May")
    decisions.replace(actor=world.boris, decision=row, version=None, chosen="German", why="Sold")
    for one in Decision.objects.all():
        for path in (f"/decisions/{one.pk}/", f"/decisions/{one.pk}/?peek=1"):
            assert "StrictUndefined" not in read(client, path)


def test_from_the_question_to_another_answer(world, signed_in):
    client = signed_in(world.boris)
    sent = {"home": world.project.space_id, "question": "Which crane?", "options": "Dutch\nGerman\n", "owner": world.boris.pk, "due_on": clock.today().isoformat()}
    assert client.post("/decisions/new/", sent).status_code == 302
    row = Decision.objects.get()
    assert row.options == ["Dutch", "German"]
    assert client.post(f"/decisions/{row.pk}/verdicts/", {"version": row.version, "chosen": "Polish", "why": "So"}).status_code == 422
    client.post(f"/decisions/{row.pk}/verdicts/", {"version": row.version, "chosen": "Dutch", "why": "It stands sooner", "revisit_on": (clock.today() + timedelta(days=9)).isoformat()})
    row.refresh_from_db()
    assert "It stands sooner" in read(client, f"/decisions/{row.pk}/")
    client.post(f"/decisions/{row.pk}/revisits/", {"version": row.version, "note": "Still so"})
    row.refresh_from_db()
    client.post(f"/decisions/{row.pk}/verdicts/", {"do": "replace", "version": row.version, "chosen": "German", "why": "The Dutch one is sold"})
    page = read(client, f"/decisions/{row.pk}/")
    assert "Another decision has taken its place" in page


def test_what_comes_due_is_told_in_the_log_and_at_home(world, signed_in):
    late = decisions.create(actor=world.boris, space=world.project.space, question="Which crane?", due_on=clock.today() - timedelta(days=1))
    page = read(signed_in(world.boris), "/decisions/?which=due")
    assert late.question in page
    assert "1 decision is open; 1 of them is late." in page
    assert late.question in read(signed_in(world.boris), "/")
    assert late.question not in read(signed_in(world.mei), "/")
    assert late.question not in read(signed_in(world.dana), "/decisions/")


def test_a_change_leads_to_its_decision_and_back(world, signed_in):
    row = make.change_request(actor=world.mei, space=world.project.space, submitted=False)
    made = decisions.of_change(actor=world.boris, request=row, is_accepted=True)
    assert f"/changes/{row.pk}/" in read(signed_in(world.boris), f"/decisions/{made.pk}/")
    assert f"/decisions/{made.pk}/" in read(signed_in(world.boris), f"/changes/{row.pk}/")
