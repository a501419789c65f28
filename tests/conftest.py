"""What every test may ask for: the named world, a signed-in client, a clean cache of roles."""

import gc
import os
from pathlib import Path

import hypothesis
import jinja2
import psycopg
import pytest
from django.db import connection
from django.template import engines
from django.test import Client, TransactionTestCase
from whitenoise.middleware import WhiteNoiseMiddleware

from tandem.people import scoping
from tandem.reports.queries import kept_effort
from tandem.web import navigation, standing
from tandem.web.work import same_picture
from tests import compiled, emptied, kept, migrated, server
from tests import world as worlds

# lxml comes with a library of the tests; workbooks are written as they are where Tandem runs, without it
os.environ["OPENPYXL_LXML"] = "False"

#: exports of real programs, which are not ours to hand on: tests on them are skipped where the folder is missing
DATA = Path(os.environ.get("TANDEM_TEST_FILES") or Path(__file__).resolve().parents[2] / "shared" / "data")

# the quick proof tries the same cases each time, so that it says the same of the same code; the long one looks for new ones
hypothesis.settings.register_profile("same cases", derandomize=True, deadline=None)
if os.environ.get("TANDEM_TEST_CASES") != "new":
    hypothesis.settings.load_profile("same cases")


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the collector of garbage need not walk through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    gc.set_threshold(25_000, 20, 50)  # a page makes thousands of rows and words, and few of them hang together in a circle
    gc.enable()  # tests/server.py turned it off


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
    kept.standing.unblock = django_db_blocker.unblock
    emptied.put_into(TransactionTestCase)
    yield
    kept.standing.unblock = None
    with django_db_blocker.unblock():
        kept.standing.end()


@pytest.hookimpl(tryfirst=True)  # before the test's own transaction begins
def pytest_runtest_setup(item: pytest.Item) -> None:
    kept.standing.prepare(item)


@pytest.fixture(autouse=True)
def _no_remembered_roles():
    scoping.forget_roles()
    same_picture.forget()
    standing.forget()
    kept_effort.forget()
    navigation.forget()
    yield
    scoping.forget_roles()


@pytest.fixture
def world(db) -> worlds.World:
    return kept.standing.copy() or worlds.build()


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


@pytest.fixture(autouse=True, scope="session")
def _templates_compiled_once():
    """What one process of the tests makes of a template, the others find, and the next run."""
    folder = compiled.HERE.with_name("templates")
    folder.mkdir(parents=True, exist_ok=True)
    engines["jinja2"].env.bytecode_cache = jinja2.FileSystemBytecodeCache(str(folder))


@pytest.fixture(autouse=True, scope="session")
def _static_files_listed_once():
    """Each test's client makes the middleware anew, and WhiteNoise then looks at every static file: once is enough."""
    found, look = {}, WhiteNoiseMiddleware.add_files_from_finders

    def remembered(self):
        if not found:
            look(self)
            found.update(self.files)
        self.files = found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", remembered)
        yield
