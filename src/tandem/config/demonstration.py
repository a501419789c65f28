"""`tandem demo`: the sample organisation in a data directory of its own, and three people to sign in as."""

import json
import os
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import click

from tandem.config import env, migrating, processes
from tandem.config.spoken import say as _


@dataclass(frozen=True)
class SignIn:
    email: str
    role: str
    password: str


_SIGN_INS = "demo-sign-ins.json"
_NOBODY = SignIn("", "", "")
"Stands for people who were there before the demonstration."


def run(settings: env.Environment, host: str, language: str) -> int:
    """Load the sample once, print the sign-ins, serve."""
    os.environ.setdefault("TANDEM_LANGUAGE", language)

    def load(progress: processes.Progress, address: str) -> None:
        _show(_known(settings.data, progress, address) or _load(settings.data, language, progress))

    return processes.serve(settings, host, before=load)


def _known(data: Path, progress: processes.Progress, address: str) -> list[SignIn]:
    """Who was told the last time, where the organisation is already there."""
    if not migrating.has_organisation(address):
        return []
    progress(_("The organisation is already loaded"))
    path = data / _SIGN_INS
    return [SignIn(**one) for one in json.loads(path.read_text())] if path.is_file() else [_NOBODY]


def _load(data: Path, language: str, progress: processes.Progress) -> list[SignIn]:
    """The file is written in the transaction that loads. What counts is the database: a load that was killed
    is done again, with a new password."""
    import django

    django.setup()
    from django.db import connection, transaction

    from tandem.samples import load as sample

    progress(_("Loading the sample organisation"))
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    with transaction.atomic():
        people = [SignIn(email, role, password) for email, role in sample.load(language, password, progress)]
        _keep(data / _SIGN_INS, people)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner knows the tables at once, not when autovacuum comes by
    progress(_("Loaded"))
    return people


def _keep(path: Path, people: list[SignIn]) -> None:
    """The database holds the passwords hashed only; a warm start can print them because its owner may read
    this file."""
    draft = path.with_suffix(".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump([vars(one) for one in people], file, indent=2)
    draft.replace(path)


def _show(people: list[SignIn]) -> None:
    if people == [_NOBODY]:
        return
    width = max(_columns(one.role) for one in people)
    wide = max(len(one.email) for one in people)
    click.echo("\n  " + _("Sign in as"))
    for one in people:
        click.echo(f"    {one.role}{' ' * (width - _columns(one.role))}  {one.email:<{wide}}  {one.password}")
    click.echo("")


def _columns(text: str) -> int:
    """How wide a terminal writes it: Chinese characters take two columns."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
