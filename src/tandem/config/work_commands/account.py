"""Which Tandem, whose token, and the project that is meant: kept in one file that only its owner reads."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click

from tandem.config.work_commands.words import _

_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass
class Account:
    address: str
    token: str
    project: str = ""


def place() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "tandem" / "work.json"


def load() -> Account:
    """From the environment, else from the file."""
    address, token = os.environ.get("TANDEM_WORK_ADDRESS"), os.environ.get("TANDEM_WORK_TOKEN")
    if address and token:
        return Account(checked(address), token, os.environ.get("TANDEM_WORK_PROJECT", ""))
    file = place()
    try:
        if file.stat().st_mode & 0o077:
            file.chmod(0o600)
        return Account(**json.loads(file.read_text()))
    except FileNotFoundError:
        raise click.ClickException(_("You are not logged in. Run: tandem work login ADDRESS")) from None
    except (OSError, ValueError, TypeError):
        raise click.ClickException(
            _("%(file)s cannot be read. Log in again: tandem work login ADDRESS") % {"file": file}
        ) from None


def save(account: Account) -> Path:
    """Nobody else reads it at any moment: it is made so, not changed afterwards."""
    file = place()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(asdict(account), out)
    fresh.replace(file)
    return file


def checked(address: str) -> str:
    """`tandem.example.org` is https; plain http only to this machine, for a token goes along."""
    full = address if "://" in address else f"{'http' if address.split(':')[0] in _LOCAL else 'https'}://{address}"
    parts = urlsplit(full)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise click.ClickException(_("“%(address)s” is not an address of a Tandem.") % {"address": address})
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        raise click.ClickException(_("Over http everybody on the way could read your token. Use https."))
    return full.rstrip("/")


@click.command(help=_("Keep the address of a Tandem and a token for it. Make the token on your account page."))
@click.argument("address")
@click.option("--token", help=_("The token; asked for when left out, so that it stays out of the shell's history."))
def login(address: str, token: str | None) -> None:
    from tandem.config.work_commands.asking import Api

    given = token or click.prompt(_("Token"), hide_input=True)
    account = Account(checked(address), given.strip())
    me = Api(account).get("users/me/")
    file = save(account)
    click.echo(_("You are logged in as %(name)s. The token is kept in %(file)s.") % {"name": me["name"], "file": file})


@click.command(help=_("Forget address and token. The token itself is revoked on your account page."))
def logout() -> None:
    place().unlink(missing_ok=True)
    click.echo(_("Address and token are forgotten."))


@click.command(help=_("Say which project is meant when none is named."))
@click.argument("project")
def use(project: str) -> None:
    from tandem.config.work_commands.asking import Api

    account = load()
    space = Api(account).space(project)
    account.project = space["key"]
    save(account)
    click.echo(_("New work items and sprints are those of %(name)s.") % {"name": space["name"]})


COMMANDS = (login, logout, use)
