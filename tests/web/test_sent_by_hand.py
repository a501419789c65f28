"""What no form of ours sends, but a person or a program may: it is refused in words, never called a mistake of ours."""

import base64
import json
from datetime import date

import pytest
from django.urls import reverse

from tandem.collaboration.models import SavedView
from tandem.kit import clock
from tandem.kit.text import whole_number
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of(signed_in):
    def sign_in(person):
        client = signed_in(person)
        client.raise_request_exception = False
        return client

    return sign_in


def cursor(*said) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


@pytest.mark.parametrize("text", ["²", "①", "١", "-1", "1.0", " 1", "", "1" * 19, "1e3", "x"])
def test_what_is_no_number_is_none(text):
    assert whole_number(text) is None


def test_a_number_is_itself_up_to_so_many_digits():
    assert (whole_number("0012"), whole_number("1" * 18), whole_number("12345", 4)) == (12, int("1" * 18), None)


@pytest.mark.parametrize("number", ["²", "9" * 40, "٣", "-1", ""])
def test_a_number_that_is_none_breaks_no_page(number, world, client_of):
    item = make.work_item(actor=world.boris, project=world.project)
    client = client_of(world.alma)
    key, project = item.key, world.project.space.key
    calls = [
        client.get("/work-items/", {"space": number}),
        client.get("/work-items/new/", {"space": number}),
        client.get("/roadmap/", {"product": number, "team": number}),
        client.get("/promises/new/", {"feature": number}),
        client.get(f"/plans/{project}/data.json", {"baseline": number}),
        client.get(f"/boards/{project}/", {"more": f"{item.state_id}:{number}"}),
        client.post(f"/work-items/{key}/comments/", {"do": "remove", "comment": number}),
        client.post(f"/work-items/{key}/links/", {"do": "remove", "link": number}),
        client.post("/work-items/bulk/", {"ids": [number], "do": f"assignee:{number}"}),
        client.post("/work-items/bulk/", {"ids": [item.pk], "do": f"priority:{number}"}),
        client.post("/work-items/views/", {"do": "default", "view": number}),
        client.post(f"/spaces/{project}/access/", {"user": number, "role": "member"}),
        client.post("/imports/new/", {"into": number}),
    ]
    assert [answer.status_code for answer in calls if answer.status_code >= 500] == []


@pytest.mark.parametrize("value", ["not a day", 7, True, "2026-13-40", "\x00", 10**30, 1e300])
@pytest.mark.parametrize("way", ["f", "b"])
def test_a_cursor_of_another_type_is_refused(value, way, world, client_of):
    make.objective(actor=world.alma, title="Reach the quay")
    answer = client_of(world.alma).get("/objectives/", {"sort": "starts_on", "cursor": cursor(way, value, 1)})
    assert answer.status_code == 422
    assert "This page address is damaged" in answer.content.decode()


def test_a_view_for_an_unknown_audience_is_refused(world, client_of):
    answer = client_of(world.boris).post(reverse("work_items_views"), {"name": "Mine", "audience": "everybody"})
    assert answer.status_code == 422 and not SavedView.objects.exists()


def test_a_promise_is_not_withdrawn_with_more_words_than_fit(world, client_of):
    feature = make.feature(actor=world.chen, product=world.product)
    promise = make.promise(actor=world.chen, subject=feature, date=date(clock.today().year + 1, 1, 1))
    client = client_of(world.chen)
    assert client.post(f"/promises/{promise.pk}/withdrawals/", {"reason": "x" * 501}).status_code == 422
    assert client.post(f"/promises/{promise.pk}/withdrawals/", {"reason": "a\x00b"}).status_code == 422
    promise.refresh_from_db()
    assert promise.withdrawn_on is None


def test_what_the_database_or_a_field_refuses_is_the_senders_not_a_mistake_of_ours(world, client_of, monkeypatch):
    from django.core.exceptions import ValidationError
    from django.db import DataError

    from tandem.collaboration.actions import comments

    item = make.work_item(actor=world.boris, project=world.project)
    for problem in (ValidationError("No."), DataError("value too long")):

        def refuses(problem=problem, **_: object) -> None:
            raise problem

        monkeypatch.setattr(comments, "add", refuses)
        assert client_of(world.boris).post(f"/work-items/{item.key}/comments/", {"body": "Seen."}).status_code == 422
