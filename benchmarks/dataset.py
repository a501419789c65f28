"""The data that pages are measured on: made once per database, then used again."""

import atexit
import sys
import time
from typing import Any

from benchmarks import everyday
from tandem.config import env

ITEMS, PROJECTS, PEOPLE = 100_000, 188, 500
"""With the products, the portfolio and the organisation these are 200 spaces."""


def connect(data: str) -> env.Environment:
    """A database that answers (embedded in `data`, or `TANDEM_DATABASE_URL`), migrated, and Django ready."""
    import os

    os.environ["TANDEM_DATA"] = data
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tandem.config.settings")
    os.environ.setdefault("TANDEM_LOG", "warning")
    os.environ.setdefault("NUMBA_CACHE_DIR", f"{data}/cache/numba")
    settings = env.read()
    from tandem.config import database

    os.environ[env.RUNTIME_DATABASE_URL] = database.ensure_running(settings.data, settings.database_url)
    if not settings.database_url:
        atexit.register(database.release, settings.data)
    import django

    django.setup()
    from tandem.config import migrating

    migrating.apply()
    return settings


def fill(items: int = ITEMS, projects: int = PROJECTS, people: int = PEOPLE) -> dict[str, Any]:
    """Generates what is missing and computes its forecasts; says how long each took. One that was killed goes on where it was."""
    from tandem.people.models import Space, User
    from tandem.samples.size import compute, generate, uncomputed
    from tandem.work.models import WorkItem

    took: dict[str, Any] = {}
    if not Space.objects.filter(parent=None).exists():
        began = time.monotonic()
        generate(items=items, projects=projects, people=people, tell=lambda text: print(text, file=sys.stderr))
        took["generated in s"] = round(time.monotonic() - began, 1)
    began = time.monotonic()
    if uncomputed():
        compute(tell=lambda text: print(text, file=sys.stderr))
        took["computed in s"] = round(time.monotonic() - began, 1)
    _jobs_and_imports()
    everyday.add(reader())
    took |= {"items": WorkItem.objects.count(), "spaces": Space.objects.count(), "people": User.objects.count()}
    return took


def _jobs_and_imports(count: int = 60) -> None:
    """More than a page of each; the generator makes none, for nothing was imported and nothing ran."""
    from tandem.collaboration.models import Job
    from tandem.exchange.models import Import
    from tandem.people.models import Space

    if Import.objects.exists():
        return
    space, owner = Space.objects.get(key="P1"), reader()
    state = {"space": space, "owner": owner}
    jobs = Job.objects.bulk_create(
        Job(kind="import", title=f"Import of tracker-{n}.csv", state="done", done=n, total=n, **state) for n in range(count)
    )
    Import.objects.bulk_create(
        Import(file_name=f"tracker-{n}.csv", format="csv", state="applied", into=space, job=job, **state) for n, job in enumerate(jobs)
    )


def reader() -> Any:
    from tandem.people.models import User
    from tandem.samples.size import READER

    return User.objects.get(email=READER)
