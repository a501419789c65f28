"""The small organisation that the browser sees: `python -m tests.browser.stage` fills an empty database with it.

It prints one line of JSON: how each person is signed in, the address of every page, and what the tests may change:
project BRD for boards, PLN for plans, ITM for work items, each with twelve items of its own."""

import itertools
import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tandem.config.settings")


def build() -> dict[str, Any]:
    from django.conf import settings

    from tests import areas, make
    from tests import world as worlds
    from tests.house import pages, policies

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    world = worlds.build()
    area = areas.build(world.admin, "Harbour", "HAR")
    projects = {
        key: _project(make, world, name, key)
        for key, name in (("BRD", "Berth board"), ("PLN", "Crane renewal"), ("ITM", "Booking desk"))
    }
    people = {name: signed_in(getattr(world, name)) for name in ("admin", "alma", "boris", "chen", "mei", "dana")}
    routes = pages.routes()
    paths = {name: routes[name].path(area) for name, page in policies.WEB.items()
             if page.get is not None and name in routes}  # fmt: skip
    return {"people": people, "projects": projects, "paths": paths, "password": make.PASSWORD,
            "cookie_name": settings.SESSION_COOKIE_NAME}  # fmt: skip


def signed_in(person: Any) -> dict[str, Any]:
    """The person with the cookie that a browser brings along."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {"id": person.pk, "name": person.name, "email": person.email, "cookie": client.cookies[settings.SESSION_COOKIE_NAME].value}


def _project(make: Any, world: Any, name: str, key: str) -> dict[str, Any]:
    """Twelve items, four in each category, each linked to the next; Boris leads it, Mei is on the team."""
    from tandem.kit import clock
    from tandem.people.models import Role

    project = make.project(actor=world.alma, name=name, key=key)
    for person, role in ((world.boris, Role.PROJECT_MANAGER), (world.mei, Role.MEMBER), (world.chen, Role.PRODUCT_MANAGER)):
        make.spaces.grant(actor=world.admin, space=project.space, user=person, role=role)
    today, items = clock.today(), []
    morning = clock.now().replace(hour=8, minute=0, second=0, microsecond=0)
    for n, state in enumerate(["done"] * 4 + ["in_progress"] * 4 + ["to_do"] * 4):
        items.append(
            make.work_item(
                actor=world.alma, project=project, title=f"{name} step {n + 1}", state=state,
                assignees=[world.mei] if n % 2 else [], estimate_minutes=480 * (1 + n % 3),
                due_on=today + timedelta(days=n * 3 - 12), duration_minutes=480 * (1 + n % 3),
                planned_start=morning + timedelta(days=n * 3 - 15), planned_finish=morning + timedelta(days=n * 3 - 12),
            )
        )  # fmt: skip
    for one, next_one in itertools.pairwise(items):
        make.link(actor=world.alma, source=one, target=next_one)
    return {"space": project.space_id, "name": name, "items": [{"id": i.pk, "key": i.key, "title": i.title} for i in items]}


def fill(built: Callable[[], dict[str, Any]]) -> None:
    """An empty database, all of it or nothing; what was built as the last line."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", interactive=False, verbosity=0)
    with transaction.atomic():
        made = built()
    print(json.dumps(made))


if __name__ == "__main__":
    fill(build)
