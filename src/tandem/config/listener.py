"""The web server process: granian with our ASGI application, as `processes.py` starts it.

granian's own command would do, but for one thing: when its parent is killed its worker lives on and keeps
the port."""

import ctypes
import gc
import importlib
import os
import signal
import sys
import threading
from typing import Any

import click

_API_AFTER = 5.0
"Seconds after the start: by then somebody sees the first page."
_GARBAGE = (20_000, 20, 20)
"""A page over everything makes tens of thousands of objects that live until it is answered: looking for garbage among them after
every 700 took as long as making them."""


def die_with_parent() -> None:
    """A killed parent takes this process along (Linux only: elsewhere it must be ended by hand)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def load(target: str) -> Any:
    """Runs in granian's worker."""
    die_with_parent()
    from tandem.config.asgi import application

    gc.freeze()  # what was loaded stays: the collector of garbage need not walk through it with every page
    gc.set_threshold(*_GARBAGE)
    later = threading.Timer(_API_AFTER, _load_the_api)
    later.daemon = True
    later.start()
    return application


def _load_the_api() -> None:
    """So that neither the first page nor the first request to the API waits for it."""
    importlib.import_module("tandem.config.api_urls")
    gc.collect()
    gc.freeze()


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
