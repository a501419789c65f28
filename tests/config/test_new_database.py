"""A new database is made at once; one that was brought along step by step must not differ from it.

Both ways follow from the migrations, from how it is made at once and from the libraries. Bringing it along takes longer than all
that the quick proof has for this: what was compared last is written down, and whoever changes it compares again."""

import hashlib
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import tandem

# made by Django's own command, one migration after the other, as a database that is upgraded was
STEPS = "import django; django.setup(); from django.core.management import call_command; call_command('migrate', interactive=False, verbosity=0)"
AT_ONCE = "import django; django.setup(); from tandem.config import migrating; migrating.apply()"
SCHEMA = {
    "tables": "SELECT relname, relkind::text, relpersistence::text, relrowsecurity FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')",
    "columns": """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text, a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraints": "SELECT conrelid::regclass::text, pg_get_constraintdef(oid), condeferrable, condeferred FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT tablename, regexp_replace(indexdef, 'INDEX \\S+ ON', 'INDEX ON') FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid), tgenabled::text FROM pg_trigger WHERE NOT tgisinternal",
    "functions": """SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
    "views": "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'",
    "types": "SELECT t.typname, e.enumlabel FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.typnamespace = 'public'::regnamespace",
    "extensions": "SELECT extname FROM pg_extension",
    "applied": "SELECT app, name FROM django_migrations",
    "kinds": "SELECT app_label, model FROM django_content_type",
}


@pytest.fixture
def empty() -> Iterator[str]:
    """A database on the tests' own server, beside the one of Django's tests, with nothing in it."""
    address, name = os.environ["TANDEM_RUNTIME_DATABASE_URL"], f"new_{os.getpid()}_{secrets.token_hex(3)}"
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield re.sub(r"(//[^/]*/)[^?]*", rf"\g<1>{name}", address)
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


COMPARED = Path(__file__).with_name("compared_migrations.txt")


def given() -> str:
    """A name for all that both ways follow from."""
    source = Path(tandem.__file__).parent
    files = [*sorted(source.glob("*/migrations/*.py")), source / "config" / "new_database.py", Path(__file__).parents[2] / "requirements.lock"]
    assert len(files) > 100
    return hashlib.sha256(b"".join(one.name.encode() + one.read_bytes() for one in files)).hexdigest()


def test_what_a_new_database_follows_from_was_compared() -> None:
    """After a change: `pytest -m slow tests/config/test_new_database.py`, which writes it down when both ways lead to the same."""
    assert COMPARED.read_text().strip() == given(), "run pytest -m slow tests/config/test_new_database.py"


@pytest.mark.slow
def test_a_new_database_is_what_all_migrations_one_by_one_make_of_an_empty_one(empty: str) -> None:
    run(AT_ONCE, empty)
    at_once = schema(empty)
    with psycopg.connect(empty, autocommit=True) as db:
        db.execute("DROP SCHEMA public CASCADE")
        db.execute("CREATE SCHEMA public")
    run(STEPS, empty)
    by_steps = schema(empty)
    for name, found in by_steps.items():
        assert set(at_once[name]) == set(found), (name, sorted(map(str, set(at_once[name]) ^ set(found)))[:20])
        assert len(at_once[name]) == len(found), name
    assert len(by_steps["tables"]) > 150
    assert by_steps["triggers"]
    COMPARED.write_text(given() + "\n")


def run(program: str, address: str) -> None:
    environment = os.environ | {"TANDEM_RUNTIME_DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tandem.config.settings"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def schema(address: str) -> dict[str, list[tuple[object, ...]]]:
    """Everything of it but names that Django draws by itself for constraints and indexes, and the order of columns."""
    with psycopg.connect(address) as db:
        return {name: db.execute(sql).fetchall() for name, sql in SCHEMA.items()}
