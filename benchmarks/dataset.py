"""The data that pages are measured on: made once per database, then used again."""

import sys
import time
from typing import Any

from tandem.config import env


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
    import django

    django.setup()
    from tandem.config import migrating

    migrating.apply()
    return settings


def fill(items: int, projects: int, people: int) -> dict[str, Any]:
    """Generates what is missing and computes its forecasts; says how long each took."""
    from tandem.people.models import Space
    from tandem.samples.size import generate
    from tandem.work.models import WorkItem

    took: dict[str, Any] = {}
    if not Space.objects.filter(parent=None).exists():
        began = time.monotonic()
        generate(items=items, projects=projects, people=people, tell=lambda text: print(text, file=sys.stderr))
        took["generated in s"] = round(time.monotonic() - began, 1)
    from tandem.planning.models import Forecast

    if not Forecast.objects.exists():
        from tandem.planning import forecasts, schedule

        began = time.monotonic()
        schedule.compute(Space.objects.get(key="P1"))
        forecasts.compute_all()
        took["computed in s"] = round(time.monotonic() - began, 1)
    took["items"] = WorkItem.objects.count()
    return took


def reader() -> Any:
    from tandem.people.models import User
    from tandem.samples.size import READER

    return User.objects.get(email=READER)
