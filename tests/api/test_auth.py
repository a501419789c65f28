"""Who gets in: tokens with their scope, sessions with their CSRF check, and nobody else."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from tandem.collaboration.models import IdempotentRequest
from tandem.kit import clock
from tandem.people.actions import users
from tandem.people.models import ApiToken
from tests import make
from tests.api.conftest import Caller


@pytest.fixture
def token_of():
    def make_one(user, scope: str = "read") -> Caller:
        return Caller(token=users.create_token(actor=user, name="test", scope=scope)[1])

    return make_one


def test_nobody_is_let_in_without_a_token_or_session(world):
    answer = Caller()("GET", "/api/v1/work-items/")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_a_token_acts_as_its_owner(world, token_of):
    item = make.work_item(actor=world.boris, project=world.project)
    assert token_of(world.boris)("GET", f"/api/v1/work-items/{item.pk}/").status_code == 200
    assert token_of(world.dana)("GET", f"/api/v1/work-items/{item.pk}/").status_code == 404


def test_a_reading_token_changes_nothing(world, token_of):
    item = make.work_item(actor=world.boris, project=world.project)
    path, change = f"/api/v1/work-items/{item.pk}/", {"title": "Mine"}
    assert token_of(world.boris)("PATCH", path, change, If_Match='"1"').status_code == 403
    assert token_of(world.boris, "write")("PATCH", path, change, If_Match='"1"').status_code == 200


@pytest.mark.parametrize("spoil", ["revoked", "expired", "owner disabled", "password changed"])
def test_a_spoilt_token_is_refused_at_once(spoil, world, token_of):
    caller = token_of(world.boris, "write")
    assert caller("GET", "/api/v1/users/me/").status_code == 200
    row = ApiToken.objects.get(user=world.boris)
    if spoil == "revoked":
        users.revoke_token(actor=world.boris, row=row)
    elif spoil == "expired":
        ApiToken.objects.filter(pk=row.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    elif spoil == "owner disabled":
        users.disable(actor=world.admin, user=world.boris)
    else:
        users.set_password(actor=world.boris, user=world.boris, password="another fine phrase")
    assert caller("GET", "/api/v1/users/me/").status_code == 401


def test_a_wrong_token_is_not_made_good_by_a_session(world, signed_in):
    client = signed_in(world.boris)
    assert client.get("/api/v1/users/me/").status_code == 200
    assert client.get("/api/v1/users/me/", headers={"Authorization": "Bearer tdm_wrong"}).status_code == 401


def test_a_session_writes_only_with_the_csrf_token(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.boris, backend="allauth.account.auth_backends.AuthenticationBackend")
    body = json.dumps({"space_id": world.project.space_id, "title": "Sand the hull"})
    answer = client.post("/api/v1/work-items/", body, content_type="application/json")
    assert answer.status_code == 403
    client.cookies["tandem_csrf"] = "a" * 32
    headers = {"X-CSRFToken": "a" * 32}
    answer = client.post("/api/v1/work-items/", body, content_type="application/json", headers=headers)
    assert answer.status_code == 201


def test_tokens_are_made_and_taken_back_by_the_person_only(world, token_of):
    boris = Caller(world.boris)
    made = boris("POST", "/api/v1/tokens/", {"name": "ci", "scope": "write"})
    assert made.status_code == 201
    secret, path = made.json()["secret"], f"/api/v1/tokens/{made.json()['id']}/"
    program = Caller(token=secret)
    assert program("POST", "/api/v1/tokens/", {"name": "more"}).status_code == 403
    assert program("DELETE", path).status_code == 403
    assert Caller(world.admin)("DELETE", path).status_code == 404
    assert boris("DELETE", path).status_code == 204
    assert program("GET", "/api/v1/users/me/").status_code == 401


def test_a_secret_is_kept_nowhere(world):
    boris = Caller(world.boris)
    secret = boris("POST", "/api/v1/tokens/", {"name": "ci"}, Idempotency_Key="once").json()["secret"]
    again = boris("POST", "/api/v1/tokens/", {"name": "ci"}, Idempotency_Key="once")
    assert again.json()["secret"] is None
    assert ApiToken.objects.filter(user=world.boris).count() == 1
    assert not IdempotentRequest.objects.filter(answer__contains=secret).exists()


def test_one_persons_key_says_nothing_about_anothers(world):
    body = {"space_id": world.project.space_id, "title": "Sand the hull"}
    first = Caller(world.boris)("POST", "/api/v1/work-items/", body, Idempotency_Key="same")
    second = Caller(world.mei)("POST", "/api/v1/work-items/", body, Idempotency_Key="same")
    assert first.json()["id"] != second.json()["id"]


def test_a_refused_request_may_be_sent_again_under_its_key(world):
    boris = Caller(world.boris)
    late = {"space_id": world.project.space_id, "title": " "}
    assert boris("POST", "/api/v1/work-items/", late, Idempotency_Key="k").status_code == 422
    assert (
        boris("POST", "/api/v1/work-items/", late | {"title": "Sand"}, Idempotency_Key="k").status_code == 201
    )


def test_after_a_day_a_key_is_forgotten(world):
    boris = Caller(world.boris)
    body = {"space_id": world.project.space_id, "title": "Sand the hull"}
    first = boris("POST", "/api/v1/work-items/", body, Idempotency_Key="k").json()["id"]
    IdempotentRequest.objects.update(created_at=clock.now() - timedelta(hours=25))
    assert boris("POST", "/api/v1/work-items/", body, Idempotency_Key="k").json()["id"] != first


def test_mail_addresses_are_shown_to_oneself_and_to_administrators(world):
    shown = {row["id"]: row["email"] for row in Caller(world.boris)("GET", "/api/v1/users/").json()["items"]}
    assert shown[world.boris.pk] == "boris@example.org"
    assert shown[world.mei.pk] is None
    everyone = Caller(world.admin)("GET", "/api/v1/users/").json()["items"]
    assert all(row["email"] for row in everyone)
