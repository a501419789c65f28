"""Django's WSGI application in threads behind the ASGI front.

An answer that stands as a whole goes back to the event loop in one step: each step waits until another thread lets go of
the interpreter, which costs more than the answer when several people ask at once. A stream goes part by part, and waits
for whoever reads it slowly."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from a2wsgi.wsgi import Body, build_environ
from django.http import FileResponse

Message = dict[str, Any]
_BODY = "http.response.body"
FileResponse.block_size = 1 << 16  # of 4 KB each, a file of the interface would take ten steps


class InThreads:
    def __init__(self, application: Callable[..., Any], threads: int) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="page")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        loop = asyncio.get_running_loop()

        # granian hands out futures where a thread may only ask for coroutines
        async def received() -> Any:
            return await receive()

        async def told(message: Message) -> None:
            await send(message)

        def tell(message: Message) -> None:
            asyncio.run_coroutine_threadsafe(told(message), loop).result()

        environ = build_environ(scope, Body(loop, received))
        run = contextvars.copy_context().run
        for message in await loop.run_in_executor(self._threads, run, self._answered, environ, tell):
            await send(message)

    def _answered(self, environ: Any, tell: Callable[[Message], None]) -> list[Message]:
        """In a thread. The messages that are still to be sent."""
        start: Message = {"type": "http.response.start"}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            start["status"] = int(status.partition(" ")[0])
            start["headers"] = [(name.encode("latin1").lower(), value.strip().encode("latin1")) for name, value in headers]

        response = self._application(environ, start_response)
        try:
            if not getattr(response, "streaming", False):
                return [start, {"type": _BODY, "body": b"".join(response)}]
            tell(start)
            for part in response:
                tell({"type": _BODY, "body": part, "more_body": True})
            return [{"type": _BODY, "body": b""}]
        finally:
            response.close()
