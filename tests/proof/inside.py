"""What a proof does behind the doors, in a process of its own: `python -m tests.proof.inside DATA WHAT…`."""

import json
import sys
from pathlib import Path
from typing import Any

from tandem.config.cli import django_ready


def prepare() -> dict[str, Any]:
    """The organisation, a token that may write, a project to write into."""
    from tandem.people.actions import users
    from tandem.people.models import Space
    from tandem.work.actions.projects import open_project

    admin = users.bootstrap(organisation="Proof", name="Ada", email="ada@example.org")
    _, secret = users.create_token(actor=admin, name="proof", scope="write")
    project = open_project(actor=admin, parent=Space.objects.get(parent=None), name="Written", key="WRI")
    return {"token": secret, "space": project.space_id}


def start_imports(*files: str) -> list[dict[str, Any]]:
    """Each file as the wizard takes it, up to the job that the worker works off."""
    from tandem.exchange.actions import imports
    from tandem.people.models import Space, User

    admin, root = User.objects.get(email="ada@example.org"), Space.objects.get(parent=None)
    ready = []
    for file in map(Path, files):
        one = imports.receive(actor=admin, space=root, files=[(file.name, [file.read_bytes()])])
        one = imports.examine(actor=admin, imported=one)
        if one.questions:
            one = imports.answer(actor=admin, imported=one, timezone="UTC")
        ready.append(imports.preview(actor=admin, imported=one))
    return [{"import": one.pk, "job": imports.start(actor=admin, imported=one).pk} for one in ready]


def verify() -> dict[str, Any]:
    """The audit chain, walked from its first seal."""
    from tandem.history import seal
    from tandem.history.models import Event, Seal, Unsealed

    counts = {"events": Event.objects.count(), "seals": Seal.objects.count(), "unsealed": Unsealed.objects.count()}
    return {"faults": seal.verify(), **counts}


if __name__ == "__main__":
    data, what, *rest = sys.argv[1:]
    with django_ready(Path(data)):
        print(json.dumps(globals()[what](*rest)))
