"""What every test may ask for: the named world, a signed-in client, a clean cache of roles."""

import os
from pathlib import Path

import hypothesis
import psycopg
import pytest
from django.db import connection
from django.test import Client

from tandem.people import scoping
from tandem.web.work import same_picture
from tests import migrated, server
from tests import world as worlds

#: exports of real programs, which are not ours to hand on: tests on them are skipped where the folder is missing
DATA = Path(os.environ.get("TANDEM_TEST_FILES") or Path(__file__).resolve().parents[2] / "shared" / "data")

# the quick proof tries the same cases each time, so that it says the same of the same code; the long one looks for new ones
hypothesis.settings.register_profile("same cases", derandomize=True, deadline=None)
if os.environ.get("TANDEM_TEST_CASES") != "new":
    hypothesis.settings.load_profile("same cases")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    connection.settings_dict["TEST"]["TEMPLATE"] = server.template


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The append-only triggers hold in tests too; only emptying the tables between tests is let through."""
    if not server.given and not server.template:
        migrated.keep(
            psycopg.conninfo.make_conninfo(os.environ["TANDEM_RUNTIME_DATABASE_URL"], dbname=connection.settings_dict["NAME"])
        )
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("event", "seal"):
            cursor.execute(f"ALTER TABLE history_{table} DISABLE TRIGGER history_{table}_no_truncate")


@pytest.fixture(autouse=True)
def _no_remembered_roles():
    scoping.forget_roles()
    same_picture.forget()
    yield
    scoping.forget_roles()


@pytest.fixture
def world(db) -> worlds.World:
    return worlds.build()


@pytest.fixture
def signed_in():
    """A client that is signed in as the given person."""

    def sign_in(user) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture(scope="session")
def data_dir() -> Path:
    if not DATA.is_dir():
        pytest.skip("no real files on this machine (TANDEM_TEST_FILES names their folder)")
    return DATA


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords():
    """Argon2 takes 0.1 s on purpose; tests make many people."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
