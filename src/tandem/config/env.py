"""What the environment may say: each setting with its type, default and help. A bad value refuses to start.

A secret may stand in a file: `TANDEM_SECRET_KEY_FILE=/run/secrets/key` instead of `TANDEM_SECRET_KEY`.
The same suffix works for every setting. An empty value counts as not set."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tandem.config import values

RUNTIME_DATABASE_URL = "TANDEM_RUNTIME_DATABASE_URL"


class BadSetting(Exception):
    """A setting that cannot be used; the message names the variable and says what it takes."""


@dataclass(frozen=True)
class Setting:
    name: str
    type: str
    default: Any
    help: str
    parse: Callable[[str], Any]
    secret: bool = False


def default_data_dir() -> Path:
    """Root's home is closed to the database user, so root's default lies in /var/lib."""
    if os.geteuid() == 0 and "XDG_DATA_HOME" not in os.environ:
        return Path("/var/lib/tandem/data")
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "tandem"


_threads = max(8, min(32, 4 * (os.cpu_count() or 2)))

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "TANDEM_DATA",
        "folder",
        None,
        "Where everything is kept: database, attachments, secret key. Default: "
        "~/.local/share/tandem (as root /var/lib/tandem/data). The option --data wins.",
        values.path,
    ),
    Setting(
        "TANDEM_DATABASE_URL",
        "address",
        "",
        "A PostgreSQL 15 or newer to use instead of the embedded one: "
        "postgresql://user:password@host:5432/name",
        values.database,
        secret=True,
    ),
    Setting(
        "TANDEM_SECRET_KEY",
        "text",
        "",
        "Signs sessions and links; at least 32 characters. Default: made once, "
        "kept in the data directory. Several web nodes need the same one.",
        values.secret_key,
        secret=True,
    ),
    Setting(
        "TANDEM_HOSTS",
        "list",
        [],
        "Host names under which Tandem answers, separated by commas. Default: "
        "localhost and the host of TANDEM_ORIGIN.",
        values.hosts,
    ),
    Setting(
        "TANDEM_ORIGIN",
        "address",
        "",
        "The address that people type, used in mails and links: "
        "https://tandem.example.org. Default: http://localhost:PORT",
        values.origin,
    ),
    Setting(
        "TANDEM_PORT",
        "number",
        8000,
        "Port of the web server. The option --port wins.",
        values.number(1, 65535),
    ),
    Setting(
        "TANDEM_HTTPS",
        "yes/no",
        False,
        "People come by HTTPS (a proxy ends it): cookies are secure, plain HTTP is redirected. "
        "Default: yes where TANDEM_ORIGIN begins with https://.",
        values.yes_or_no,
    ),
    Setting(
        "TANDEM_TRUSTED_PROXIES",
        "list",
        [],
        "Addresses or networks of proxies whose X-Forwarded headers are believed. "
        "Default: this machine (127.0.0.0/8, ::1) with TANDEM_HTTPS, else none.",
        values.networks,
    ),
    Setting(
        "TANDEM_OUTGOING_NETWORKS",
        "list",
        [],
        "Networks that are not public, or this machine's own, and that webhooks may be sent to all the same, such as "
        "10.1.0.0/16. Default: none; webhooks reach public addresses of others only.",
        values.networks,
    ),
    Setting(
        "TANDEM_MAIL_URL",
        "address",
        "",
        "How mail goes out: smtp+tls://user:password@host:587, file:///folder or "
        "console://. Default: no mail is sent; it is kept in the data directory.",
        values.mail,
        secret=True,
    ),
    Setting(
        "TANDEM_MAX_UPLOAD_MB", "number", 64, "Largest file that may be sent, in MB.", values.number(1, 2048)
    ),
    Setting(
        "TANDEM_THREADS",
        "number",
        _threads,
        "Requests worked on at once; each holds one database connection. "
        "Default: four for each core, 8 to 32.",
        values.number(1, 64),
    ),
    Setting(
        "TANDEM_LOG", "word", "INFO", "How much is logged: debug, info, warning, error.", values.log_level
    ),
    Setting(
        "TANDEM_LEVELLING_SECONDS", "number", 20,
        "How long the search for a better levelled plan takes, at night and when somebody asks for it.",
        values.number(1, 3600),
    ),
    Setting(
        "TANDEM_ENGINE_MEMORY_MB", "number", 4096,
        "The most memory that a job that computes may take, in MB; one that wants more is ended and says so.",
        values.number(512, 1 << 20),
    ),
    Setting(
        "TANDEM_LANGUAGE", "word", "en", "Language for whoever has not chosen one: en or zh.", values.language
    ),
    Setting(
        "TANDEM_FISCAL_YEAR_STARTS", "number", 1,
        "The month in which the year of objectives begins, 1 to 12. A year is named after the calendar year in which it ends.",
        values.number(1, 12),
    ),
    Setting("TANDEM_TIMEZONE", "word", "UTC", "Time zone for whoever has not chosen one.", values.time_zone),
)


@dataclass(frozen=True)
class Environment:
    data: Path
    database_url: str
    secret_key: str
    hosts: list[str]
    origin: str
    port: int
    https: bool
    trusted_proxies: list[str]
    outgoing_networks: list[str]
    mail_url: str
    max_upload_mb: int
    threads: int
    log: str
    language: str
    fiscal_year_starts: int
    levelling_seconds: int
    engine_memory_mb: int
    timezone: str


def _attribute(setting: Setting) -> str:
    return setting.name.removeprefix("TANDEM_").lower()


def read(environ: Mapping[str, str] | None = None) -> Environment:
    """All settings, checked. The secret key is empty where none was given: see `secret_key()`."""
    given = os.environ if environ is None else environ
    known = {one.name for one in SETTINGS}
    for name in given:
        base = name.removesuffix("_FILE")
        if name.startswith("TANDEM_") and base not in known and not name.startswith(_PRIVATE):
            raise BadSetting(f"{name} is no setting of Tandem{_nearest(base, known)}.")
    found = {_attribute(one): _value(one, given) for one in SETTINGS}
    if found["data"] is None:
        found["data"] = default_data_dir()
    if not found["origin"]:
        found["origin"] = f"http://localhost:{found['port']}"
    if not found["hosts"]:
        found["hosts"] = sorted(
            {"localhost", "127.0.0.1", "[::1]", urlsplit(found["origin"]).hostname or "localhost"}
        )
    if not is_given("TANDEM_HTTPS", given):
        found["https"] = found["origin"].startswith("https://")
    if found["https"] and not is_given("TANDEM_TRUSTED_PROXIES", given):
        found["trusted_proxies"] = ["127.0.0.0/8", "::1/128"]
    if found["https"] and found["origin"].startswith("http://") and is_given("TANDEM_ORIGIN", given):
        raise BadSetting("TANDEM_HTTPS is on, yet TANDEM_ORIGIN begins with http://: make them agree.")
    return Environment(**found)


def is_given(name: str, environ: Mapping[str, str] | None = None) -> bool:
    """Whether somebody said it, in the environment or in a file."""
    given = os.environ if environ is None else environ
    return any(given.get(one, "").strip() for one in (name, f"{name}_FILE"))


#: names that are ours and no settings: handed from the program to its children, or used by build and tests
_PRIVATE = ("TANDEM_RUNTIME_", "TANDEM_SKIP_", "TANDEM_NODE", "TANDEM_TEST_", "TANDEM_DEBUG", "TANDEM_WORK_")


def _nearest(name: str, known: set[str]) -> str:
    import difflib

    found = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {found[0]}?)" if found else "; 'tandem doctor --settings' lists them"


def _value(setting: Setting, environ: Mapping[str, str]) -> Any:
    plain, file = environ.get(setting.name, ""), environ.get(f"{setting.name}_FILE", "")
    source = setting.name
    if plain and file:
        raise BadSetting(f"{setting.name} and {setting.name}_FILE are both set: keep one.")
    if file:
        source = f"{setting.name}_FILE"
        try:
            plain = Path(file).read_text().strip()
        except (OSError, UnicodeDecodeError) as problem:
            raise BadSetting(f"{source}: {file} cannot be read ({problem}).") from None
    if not plain.strip():
        return setting.default
    try:
        return setting.parse(plain.strip())
    except ValueError as problem:
        shown = "its value" if setting.secret else f"'{plain.strip()}'"
        raise BadSetting(f"{source}: {shown} cannot be used; {problem}.") from None


def secret_key(environment: Environment) -> str:
    """The given key, else the data directory's own, made once and readable by its owner only."""
    if environment.secret_key:
        return environment.secret_key
    path = environment.data / "secret-key"
    environment.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".secret-key.{os.getpid()}")
    if not path.exists():
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)  # fails where another process was faster: then its key counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_text().strip()
    if len(key) < 32:
        raise BadSetting(f"{path} holds no secret key: remove it (everybody signs in again) or restore it.")
    return key
