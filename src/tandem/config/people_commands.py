"""`tandem user` and `tandem token`: for whoever is on the server and cannot come in by the browser."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tandem.people.models import User

_data = click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Data directory [TANDEM_DATA]."
)
_ROLES = [
    "administrator", "pmo_lead", "portfolio_manager", "project_manager", "product_manager", "member",
    "executive", "stakeholder", "auditor",
]  # fmt: skip


@click.group()
def user() -> None:
    """People who sign in: add, list, password, disable."""


@user.command("add")
@click.argument("email")
@click.option("--name", help="The name shown; default: the part before the @.")
@click.option(
    "--role", type=click.Choice(_ROLES), default="member", show_default=True, help="Role everywhere."
)
@click.option(
    "--organisation", default="Organisation", show_default=True, help="Its name, for the first person."
)
@click.option("--password", "ask", is_flag=True, help="Ask for a password now, instead of printing a link.")
@_data
def add(email: str, name: str | None, role: str, organisation: str, ask: bool, data: Path | None) -> None:
    """Add a person. The first one becomes the administrator."""
    from tandem.config.cli import django_ready

    password = _ask_password() if ask else None
    with django_ready(data) as settings:
        from tandem.people.actions import users
        from tandem.people.models import Space

        shown = name or email.partition("@")[0]
        if Space.objects.filter(parent=None).exists():
            made = users.add(actor=_administrator(), name=shown, email=email, password=password, role=role)
        else:
            made = users.bootstrap(organisation=organisation, name=shown, email=email, password=password)
        click.echo(f"{made.email} was added.")
        if not ask:
            click.echo(f"This link sets the password, once: {_link(made, settings.origin)}")


@user.command("list")
@_data
def list_people(data: Path | None) -> None:
    """List the people who have an account."""
    from tandem.config.cli import django_ready

    with django_ready(data):
        from tandem.people.models import User

        for one in User.objects.filter(is_placeholder=False).order_by("email"):
            click.echo(f"{one.email:<40} {one.name:<30} {'' if one.is_active else 'disabled'}".rstrip())


@user.command("password")
@click.argument("email")
@click.option("--password", "ask", is_flag=True, help="Ask for the password now, instead of printing a link.")
@_data
def password(email: str, ask: bool, data: Path | None) -> None:
    """Print a link that sets a new password, once; or set it now."""
    from tandem.config.cli import django_ready

    given = _ask_password() if ask else None
    with django_ready(data) as settings:
        found = _person(email)
        if given:
            from tandem.people.actions import users

            users.set_password(actor=_administrator(), user=found, password=given)
            click.echo(f"The password of {found.email} was changed; all sessions ended.")
        else:
            click.echo(f"This link sets the password, once: {_link(found, settings.origin)}")


@user.command("disable")
@click.argument("email")
@_data
def disable(email: str, data: Path | None) -> None:
    """Close a person's account: sessions and tokens end at once, what they did stays."""
    from tandem.config.cli import django_ready

    with django_ready(data):
        from tandem.people.actions import users

        found = _person(email)
        users.disable(actor=_administrator(), user=found)
        click.echo(f"{found.email} was disabled.")


@click.command()
@click.argument("email")
@click.option("--name", default="command line", show_default=True, help="What the token is for.")
@click.option("--write", is_flag=True, help="May change things, not only read.")
@_data
def token(email: str, name: str, write: bool, data: Path | None) -> None:
    """Make an API token for a person; it is shown once."""
    from tandem.config.cli import django_ready

    with django_ready(data):
        from tandem.people.actions import users

        _, secret = users.create_token(actor=_person(email), name=name, scope="write" if write else "read")
        click.echo(secret)


def _person(email: str) -> "User":
    from tandem.people.models import User

    found: User | None = User.objects.filter(email__iexact=email, is_placeholder=False).first()
    if found is None:
        raise click.ClickException(f"Nobody has the e-mail {email}. 'tandem user list' shows who is there.")
    return found


def _administrator() -> "User":
    """In whose name the command line acts: the longest-serving administrator."""
    from tandem.people.models import Role, User

    found = User.objects.filter(
        memberships__role=Role.ADMINISTRATOR, memberships__space__parent=None, is_active=True
    ).order_by("date_joined", "pk")
    if not found:
        raise click.ClickException(
            "There is no administrator yet: 'tandem user add EMAIL' makes the first one."
        )
    first: User = found[0]
    return first


def _ask_password() -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from tandem.config.cli import settle

    settle()
    given: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        validate_password(given)
    except ValidationError as problem:
        raise click.ClickException(" ".join(problem.messages)) from None
    return given


def _link(person: "User", origin: str) -> str:
    from tandem.people.actions import bootstrap

    return origin + bootstrap.password_path(person)
