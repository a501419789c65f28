"""What tests of the API ask for: two areas, and a client that speaks JSON."""

import copy
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from tandem.people.models import User
from tests import areas
from tests import world as worlds
from tests.api.routes import encoded


class Caller:
    """Sends JSON as one person; remembers nothing."""

    def __init__(self, user: User | None = None, token: str = "") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        if user is not None:
            self.client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        data, kind = encoded(body if body is not None else {})
        named = {name.replace("_", "-"): value for name, value in headers.items()} | self.headers
        sent = "" if method in ("GET", "DELETE") else data
        return self.client.generic(method, path, sent, content_type=kind, headers=named)


@pytest.fixture(scope="module")
def kept(django_db_setup, django_db_blocker) -> Iterator[SimpleNamespace]:
    """World and areas, made once for a module; each test undoes what it did, the module undoes the rest."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = worlds.build()
        ours = areas.build(world.admin, "Ours", "OUR")
        theirs = areas.build(world.admin, "Theirs", "THE")
        session = Caller(world.admin).client.cookies
        connection.check_constraints()  # or each test would look again at every row of it
        yield SimpleNamespace(world=world, ours=ours, theirs=theirs, session=session)
        transaction.set_rollback(True)


@pytest.fixture
def pair(kept, db) -> SimpleNamespace:
    return kept


@pytest.fixture
def ours(pair) -> areas.Area:
    return pair.ours


@pytest.fixture
def as_admin(pair) -> Caller:
    """Who was signed in when the areas were made, with cookies of their own."""
    caller = Caller()
    caller.client.cookies = copy.deepcopy(pair.session)
    return caller
