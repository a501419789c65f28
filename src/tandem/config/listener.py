"""The web server process: granian with our ASGI application, as `processes.py` starts it.

granian's own command would do, but for one thing: when its parent is killed its worker lives on and keeps
the port."""

import ctypes
import os
import signal
import sys
from typing import Any

import click


def die_with_parent() -> None:
    """A killed parent takes this process along (Linux only: elsewhere it must be ended by hand)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def load(target: str) -> Any:
    """Runs in granian's worker."""
    die_with_parent()
    from tandem.config.asgi import application

    return application


@click.command()
@click.option("--host", required=True)
@click.option("--port", type=int, required=True)
@click.option("--log-level", required=True)
def main(host: str, port: int, log_level: str) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tandem.config.settings")
    Granian(
        "tandem.config.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        websockets=False,
        log_level=LogLevels(log_level),
        workers_kill_timeout=1,
        respawn_failed_workers=False,
    ).serve(target_loader=load)


if __name__ == "__main__":
    main()
