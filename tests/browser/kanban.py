"""Lays a kanban board of many cards beside the small organisation: `python -m tests.browser.kanban KEY CARDS`.

Boris leads it, Mei works on it. The column Test takes no more than stands in it."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tandem.config.settings")


def build(key: str, count: int) -> None:
    from benchmarks import board
    from tandem.people.actions import spaces
    from tandem.people.models import Role, User
    from tandem.work.actions import wip_limits
    from tandem.work.models import Column, WorkItem

    people = {user.name.split()[0].lower(): user for user in User.objects.filter(is_active=True)}
    admin = User.objects.filter(memberships__role=Role.ADMINISTRATOR).order_by("id")[0]
    space = board.lay(admin, f"Kanban {key}", key, count)
    for name, role in (("boris", Role.PROJECT_MANAGER), ("mei", Role.MEMBER)):
        spaces.grant(actor=admin, space=space, user=people[name], role=role)
    inside = WorkItem.objects.filter(space=space, state__name="Test").count()
    wip_limits.create(actor=admin, space=space, most=inside, stops=True, column=Column.objects.get(space=space, name="Test"))


if __name__ == "__main__":
    import django

    django.setup()
    from django.db import transaction

    with transaction.atomic():
        build(sys.argv[1], int(sys.argv[2]))
