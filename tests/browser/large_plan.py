"""Fills an empty database with one project of many rows and its computed dates: `python -m tests.browser.large_plan ROWS`.

Prints who may plan it, as `tests.browser.stage` does."""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tandem.config.settings")


def build(rows: int) -> dict[str, object]:
    from django.conf import settings
    from django.test import Client

    from tandem.people.models import User
    from tandem.samples.size import compute, generate

    generate(items=rows, projects=1, people=20, comments_each=0)
    compute()
    admin, client = User.objects.get(email="admin@size.example"), Client()
    client.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {
        "people": {"ada": {"id": admin.pk, "cookie": cookie}},
        "projects": {},
        "paths": {},
        "password": "",
        "cookie_name": settings.SESSION_COOKIE_NAME,
    }


if __name__ == "__main__":
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    print(json.dumps(build(int(sys.argv[1]))))
