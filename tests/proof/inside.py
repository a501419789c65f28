"""What a proof does behind the doors, in a process of its own: `python -m tests.proof.inside DATA WHAT…`."""

import json
import sys
from pathlib import Path
from typing import Any

from tandem.config.cli import django_ready


def prepare() -> dict[str, Any]:
    """The organisation, a token that may write, a browser's session, a project to write into."""
    from django.test import Client

    from tandem.people.actions import users
    from tandem.people.models import Space
    from tandem.work.actions.projects import open_project

    admin = users.bootstrap(organisation="Proof", name="Ada", email="ada@example.org")
    _, secret = users.create_token(actor=admin, name="proof", scope="write")
    project = open_project(actor=admin, parent=Space.objects.get(parent=None), name="Written", key="WRI")
    client = Client()
    client.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {"token": secret, "session": client.cookies["tandem"].value, "space": project.space_id}


def verify() -> dict[str, Any]:
    """The audit chain, walked from its first seal. The counts are of one moment: jobs still leave events."""
    from django.db import connection, transaction

    from tandem.history import seal
    from tandem.history.models import Event, Seal, Unsealed

    with transaction.atomic():
        connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        counts = {"events": Event.objects.count(), "seals": Seal.objects.count(), "unsealed": Unsealed.objects.count()}
    return {"faults": seal.verify(), **counts}


if __name__ == "__main__":
    data, what, *rest = sys.argv[1:]
    with django_ready(Path(data)):
        print(json.dumps(globals()[what](*rest)))
