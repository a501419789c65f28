"""The command line: `tandem serve`, `demo`, `import`, … Each command is a thin door to a function elsewhere.

Django is set up only by the commands that need it, so that `--help` and `doctor` answer at once and on a
broken installation too. A failure prints one line that says what to do; `--debug` shows where it
happened."""

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from tandem.config import env

_data = click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Data directory [TANDEM_DATA]."
)
_port = click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of the web server [TANDEM_PORT, 8000]."
)
_host = click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all."
)

IMPORTED = ("auto", "jira-csv", "jira-xml", "trello", "mspdi", "csv", "xlsx", "github", "project-reports", "project-graph", "mpxj")
"""The names of the readers stand here again: asking them would read in all of them for `--help`."""


def _version() -> str:
    try:
        return version("tandem-pmo")
    except PackageNotFoundError:
        return "0+unknown"


def settle(data: Path | None = None, port: int | None = None) -> env.Environment:
    """Options win over the environment; the children of this process see the same."""
    if data is not None:
        os.environ["TANDEM_DATA"] = str(data.absolute())
        os.environ.pop("TANDEM_DATA_FILE", None)
    if port is not None:
        os.environ["TANDEM_PORT"] = str(port)
        os.environ.pop("TANDEM_PORT_FILE", None)
    found = env.read()
    os.environ.setdefault("NUMBA_CACHE_DIR", str(found.data / "cache" / "numba"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tandem.config.settings")
    return found


@contextmanager
def database_of(found: env.Environment) -> Iterator[str]:
    """A database that answers, for as long as the block lasts; Django's settings find it in the
    environment."""
    from tandem.config import database, processes

    inherited = os.environ.get(env.RUNTIME_DATABASE_URL)
    if inherited:  # a child of `serve`, or of the tests
        yield inherited
        return
    os.environ[env.RUNTIME_DATABASE_URL] = database.ensure_running(found.data, found.database_url)
    try:
        yield os.environ[env.RUNTIME_DATABASE_URL]
    finally:
        os.environ.pop(env.RUNTIME_DATABASE_URL, None)
        if not found.database_url:
            processes.close_connections()
            database.release(found.data)


@contextmanager
def django_ready(data: Path | None = None, *, migrated: bool = True) -> Iterator[env.Environment]:
    """Database and Django, for a command that works on the data. It refuses while migrations wait."""
    found = settle(data)
    with database_of(found):
        import django

        django.setup()
        if migrated:
            from tandem.config import migrating

            migrating.require_current()
        yield found


def _call(module: str, function: str, *arguments: Any, **named: Any) -> Any:
    try:
        target = getattr(importlib.import_module(module), function)
    except (ModuleNotFoundError, AttributeError) as problem:
        name = getattr(problem, "name", "") or ""
        if isinstance(problem, ModuleNotFoundError) and not name.startswith("tandem"):
            raise
        raise click.ClickException(f"This Tandem has no {module}.{function}.") from problem
    return target(*arguments, **named)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(_version(), prog_name="tandem")
@click.option("--debug", is_flag=True, help="Show where an error happened.")
def tandem(debug: bool) -> None:
    """Tandem: projects and products in one graph; the plan is computed, not typed."""
    if debug:
        os.environ["TANDEM_DEBUG_TRACEBACK"] = "1"


@tandem.command()
@_data
@_port
@_host
def serve(data: Path | None, port: int | None, host: str) -> None:
    """Start the database, the web server and the worker; stop them all with Ctrl-C."""
    from tandem.config import processes

    sys.exit(processes.serve(settle(data, port), host))


@tandem.command()
@_data
def worker(data: Path | None) -> None:
    """Work off the jobs (`serve` starts one by itself)."""
    from tandem.config import processes

    with django_ready(data) as found:
        processes.work(found)


@tandem.command()
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), default=Path(".tandem-demo"),
              show_default=True, help="Data directory of the demonstration.")  # fmt: skip
@_port
@_host
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
def demo(data: Path, port: int | None, host: str, language: str) -> None:
    """Load the sample organisation, start everything, and print three sign-ins."""
    from tandem.config import demonstration

    sys.exit(demonstration.run(settle(data, port), host, language))


@tandem.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@_data
@click.option("--format", "form", type=click.Choice(IMPORTED), default="auto", show_default=True, help="What kind of file it is.")
@click.option("--into", help="The space to import into (its key); a new project when left out.")
@click.option("--feedback", is_flag=True, help="What comes in is feedback: into a product, a new one when --into is left out.")
@click.option(
    "--map", "mapping", type=click.Path(exists=True, path_type=Path), help="A saved mapping of columns."
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Read the history as of this day.")
@click.option("--date-order", type=click.Choice(["dmy", "mdy", "ymd"]), help="How the file writes its dates.")
@click.option("--timezone", help="Time zone of times that name none; default: the installation's (TANDEM_TIMEZONE).")
@click.option("--dry-run", is_flag=True, help="Do everything, report, and undo it.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the report as JSON.")
@click.option(
    "--as", "actor", help="Sign-in name of the person who imports; default: the first administrator."
)
def import_files(files: tuple[Path, ...], data: Path | None, **options: Any) -> None:
    """Take over files from Jira, Trello, MS Project, GitHub (issues as JSON), CSV or XLSX."""
    options["format"] = options.pop("form")
    with django_ready(data):
        code = _call("tandem.exchange.command", "run", files, **options)
    sys.exit(code or 0)


@tandem.command()
@_data
@_port
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--settings", "list_settings", is_flag=True, help="List the settings instead.")
def doctor(data: Path | None, port: int | None, as_json: bool, list_settings: bool) -> None:
    """Say what is wrong with this installation and what to do."""
    from tandem.config import doctor as examination

    if list_settings:
        for one in env.SETTINGS:
            click.echo(f"{one.name} ({one.type}): {one.help}")
        return
    sys.exit(examination.run(data, port, as_json))


@tandem.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_data
@click.option("--force", is_flag=True, help="Replace the file when it exists.")
def backup(file: Path, data: Path | None, force: bool) -> None:
    """Write everything (database, attachments, secret key) to one file."""
    from tandem.config import backup as archive

    found = settle(data)
    with database_of(found) as address:
        click.echo(archive.write(found, address, file, force=force).sentence())


@tandem.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_data
def restore(file: Path, data: Path | None) -> None:
    """Read a backup back, into an empty database only."""
    from tandem.config import restoring

    found = settle(data)
    with database_of(found) as address:
        click.echo(restoring.read(found, address, file).sentence())


@tandem.command()
@_data
def stop(data: Path | None) -> None:
    """Stop the embedded database where something killed left it running."""
    from tandem.config import database

    found = settle(data)
    click.echo("The database was stopped." if database.stop(found.data) else "No database was running.")


@tandem.command()
@_data
def migrate(data: Path | None) -> None:
    """Bring the database to this version (`serve` does it by itself)."""
    from tandem.config import migrating

    with django_ready(data, migrated=False):
        click.echo(migrating.apply())


@tandem.command()
def openapi() -> None:
    """Print the OpenAPI document of the API."""
    settle()
    os.environ.setdefault(
        env.RUNTIME_DATABASE_URL, "postgresql://none@/none"
    )  # the document needs no database
    import django

    django.setup()
    import json

    from tandem.api.routes import api

    click.echo(json.dumps(api.get_openapi_schema(), indent=2, ensure_ascii=False, default=str))


# groups of commands by the module that has them; some of these import this one
_GROUPS = {
    "people_commands": ("user", "token"), "resource_commands": ("people",), "equipment_commands": ("equipment",), "sample_commands": ("sample",),
    "compute_commands": ("compute",), "work_commands": ("work",), "plan_commands": ("plan",), "risk_commands": ("risks",),
    "lending_commands": ("change",), "method_commands": ("methods",), "pack_commands": ("packs",), "together_commands": ("meetings", "documents", "stakeholders"),
    "team_commands": ("pulses", "thanks", "onboarding"),
}  # fmt: skip
for _module, _names in _GROUPS.items():
    for _name in _names:
        tandem.add_command(getattr(importlib.import_module(f"tandem.config.{_module}"), _name))


def main() -> None:
    """Entry point: run, and word whatever goes wrong in one line."""
    try:
        tandem.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(141)
    except Exception as problem:
        if os.environ.get("TANDEM_DEBUG_TRACEBACK"):
            raise
        click.echo(f"tandem: {_one_line(problem)}", err=True)
        sys.exit(1)


def _one_line(problem: Exception) -> str:
    words = " ".join(str(problem).split()) or type(problem).__name__
    if type(problem).__name__ in {"DatabaseProblem", "BadSetting", "BadBackup", "Trouble"}:
        return words
    if type(problem).__name__ in {"Refused", "Stale", "Denied", "Hidden"}:
        return _refusal(problem)
    return f"{type(problem).__name__}: {words} (run 'tandem --debug …' to see where)"


def _refusal(problem: Exception) -> str:
    from tandem.collaboration import words
    from tandem.kit.errors import Refused

    if isinstance(problem, Refused):
        return words.refusal(problem.code, problem.params)
    return "That may not be done, or there is no such thing."


if __name__ == "__main__":
    main()
