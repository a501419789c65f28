"""A receiver of webhooks on this machine, and what the worker does between a change and a message."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tandem.automation.actions import deliveries, following
from tandem.automation.models import Delivery
from tandem.history.seal import seal_new_events


class Receiver:
    """Answers with `code` and keeps what came; one that `hangs` never answers."""

    def __init__(self, hangs: bool = False) -> None:
        self.over = threading.Event()
        self.code = 204
        self.location = ""
        self.got: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers), body))
                if hangs:
                    outer.over.wait(20)
                self.send_response(outer.code)
                if outer.location:
                    self.send_header("Location", outer.location)
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/take?key=hidden"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.got]

    def stop(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


def follow() -> None:
    while seal_new_events():
        pass
    following.follow_all()


def send() -> None:
    """One try of everything that waits."""
    follow()
    for pk in Delivery.objects.waiting().order_by("id").values_list("pk", flat=True):
        deliveries.deliver(pk)
