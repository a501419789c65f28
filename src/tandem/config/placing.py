"""Where a cluster and its socket lie: where the database user can go and the path is short enough."""

import hashlib
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tandem.config import postgres
from tandem.config.postgres import DatabaseProblem, Owner

LONGEST_SOCKET = 107  # bytes; what the kernel takes for the path of a socket
_SOCKET_FILE = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Cluster:
    data_dir: Path
    folder: Path
    "What the database user owns: the cluster, the socket, the log."
    socket: Path

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def pid_file(self) -> Path:
        return self.cluster / "postmaster.pid"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"


def exists(data_dir: Path) -> bool:
    return (_folder(data_dir) / "cluster" / "PG_VERSION").is_file()


def locate(data_dir: Path) -> Cluster:
    folder = _folder(data_dir)
    return Cluster(data_dir, folder, _socket(data_dir, folder))


def _folder(data_dir: Path) -> Path:
    """`database` in the data directory, or the place outside it that was chosen because it cannot be
    entered."""
    pointer = data_dir / "database.location"
    if pointer.is_file():
        return Path(pointer.read_text().strip())
    return data_dir / "database"


def _socket(data_dir: Path, folder: Path) -> Path:
    remembered = data_dir / "database.socket"
    if remembered.is_file():
        return Path(remembered.read_text().strip())
    return folder / "socket"


def settle(found: Cluster, user: Owner) -> Cluster:
    """Make the folders, in a place that the database user can enter, with a socket path that the kernel
    takes."""
    data_dir, folder = found.data_dir, found.folder
    if user.switch:
        if data_dir.stat().st_uid == os.geteuid() and not data_dir.stat().st_mode & stat.S_IXOTH:
            os.chown(data_dir, -1, user.gid)  # the group may pass through, and not look
            data_dir.chmod(0o710)
        if not postgres.can_enter(user, folder / "cluster") and not folder.exists():
            folder = postgres.ROOT_STORE / "databases" / f"{data_dir.name}-{secrets.token_hex(4)}"
            folder.parent.mkdir(parents=True, exist_ok=True)
            (data_dir / "database.location").write_text(f"{folder}\n")
    folder.mkdir(exist_ok=True, mode=0o700)
    user.take(folder, 0o700)
    socket = folder / "socket"
    if len(os.fsencode(socket / _SOCKET_FILE)) > LONGEST_SOCKET:
        socket = _short_folder(folder)
        (data_dir / "database.socket").write_text(f"{socket}\n")
    else:
        (data_dir / "database.socket").unlink(missing_ok=True)
    socket.mkdir(exist_ok=True, mode=0o700)
    if socket.is_symlink() or socket.stat().st_uid not in {os.geteuid(), user.uid}:
        raise DatabaseProblem(f"{socket} belongs to somebody else: remove it, then start again.")
    user.take(socket, 0o700)
    return Cluster(data_dir, folder, socket)


def _short_folder(folder: Path) -> Path:
    name = f"tandem-{os.geteuid()}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:10]}"
    runtime = "/run" if os.geteuid() == 0 else os.environ.get("XDG_RUNTIME_DIR", "")
    for base in (runtime, tempfile.gettempdir(), "/tmp"):  # noqa: S108 - the folder made there is private and checked
        path = Path(base, name)
        fits = len(os.fsencode(path / _SOCKET_FILE)) <= LONGEST_SOCKET
        if base and fits and os.path.isdir(base) and os.access(base, os.W_OK):
            return path
    raise DatabaseProblem(
        f"No folder with a path short enough for the database socket of {folder} could be found."
    )


def socket_length(found: Cluster) -> int:
    return len(os.fsencode(found.socket / _SOCKET_FILE))
