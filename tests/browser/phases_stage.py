"""Lays a project that follows a method beside the small organisation: `python -m tests.browser.phases_stage NAME`.

Five phases, a gate behind the second. Boris leads the project."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tandem.config.settings")
PHASES = (("dream", "concept"), ("draw", "plan"), ("dig", "build"), ("open", "launch"), ("thank", "close"))


def build(name: str) -> None:
    from tandem.governance.actions import methods
    from tandem.people.actions import spaces
    from tandem.people.models import Role, Space, User
    from tests import make

    people = {user.name.split()[0].lower(): user for user in User.objects.filter(is_active=True)}
    admin = User.objects.filter(memberships__role=Role.ADMINISTRATOR).order_by("id")[0]
    phases = [{"key": key, "name": key.title(), "stage": stage, "days": 5} for key, stage in PHASES]
    gates = [
        {"key": "worth", "name": "Worth it", "phase": "draw", "money": 0, "reviewers": [], "criteria": []}
    ]
    method = methods.create(
        actor=admin,
        space=Space.objects.get(parent=None),
        name=f"Way of {name}",
        content={"phases": phases, "gates": gates},
    )
    methods.publish(actor=admin, method_version=method.versions.get(), version=None)
    project = make.project_of(actor=admin, method=method, name=name)
    spaces.grant(actor=admin, space=project.space, user=people["boris"], role=Role.PROJECT_MANAGER)


if __name__ == "__main__":
    import django

    django.setup()
    from django.db import transaction

    with transaction.atomic():
        build(sys.argv[1])
