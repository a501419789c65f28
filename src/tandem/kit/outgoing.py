"""The one door through which requests that people ask for leave this machine: to public addresses only, unless the
administrator named a network; resolved once, never redirected, bounded in size and time."""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SECONDS = 10.0
LARGEST = 256 * 1024
_PORTS = {"http": 80, "https": 443}
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
_WRAPPED = tuple(map(ipaddress.ip_network, ("2001::/32", "2002::/16")))
"Teredo and 6to4 carry an IPv4 address of their own choice."


class BadAddress(ValueError):
    """Not an address that a request may go to, whatever its name resolves to."""


class Unreachable(Exception):
    """No answer. Which of the many reasons is not said: it would tell what stands in the network of this machine."""


@dataclass(frozen=True)
class Target:
    """An address taken apart; `host` is what the receiver is told, the connection goes to what it resolves to."""

    scheme: str
    host: str
    port: int
    path: str


@dataclass(frozen=True)
class Answer:
    code: int
    milliseconds: int


def target(address: str) -> Target:
    """The parts of an http or https address without user, fragment or odd characters. Raises `BadAddress`."""
    if not address.isascii() or any(c <= " " or c in '\\\x7f"<>' for c in address):
        raise BadAddress(address)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise BadAddress(address) from None
    if (
        parts.scheme not in _PORTS
        or not parts.hostname
        or "@" in parts.netloc
        or "%" in parts.netloc
        or parts.fragment
    ):
        raise BadAddress(address)
    if port is not None and port not in _PORTS.values() and port < 1024:
        raise BadAddress(address)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], path)


def is_public(text: str) -> bool:
    """Whether the IP address belongs to the public Internet and to nothing wrapped in it."""
    found = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found not in _PUBLIC_V6 or any(found in one for one in _WRAPPED):
            return False
    return found.is_global and not found.is_multicast


def post(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allowed: Iterable[str] = (),
    seconds: float = SECONDS,
) -> Answer:
    """Send `body` and return the code of the answer, of which nothing else is read. Any code is an answer, a redirect too.

    Raises `BadAddress` or `Unreachable`."""
    if len(body) > LARGEST:
        raise BadAddress("too large")
    to = target(address)
    begun = time.monotonic()
    try:
        connection = _Pinned(to, _resolve(to, allowed), seconds)
    except (OSError, UnicodeError, ValueError):
        raise Unreachable from None
    # one clock for all of it: a receiver that sends a byte a second is no slower than one that sends none
    end = threading.Timer(seconds, connection.cut)
    end.daemon = True
    end.start()
    try:
        connection.request("POST", to.path, body, dict(headers))
        code = connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError):
        raise Unreachable from None
    finally:
        end.cancel()
        connection.close()
    return Answer(code, round((time.monotonic() - begun) * 1000))


def _resolve(to: Target, allowed: Iterable[str]) -> str:
    """The address to connect to. One that is not public spoils all: a name that means both is a trick."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)]
    networks = [ipaddress.ip_network(one) for one in allowed]

    def may(text: str) -> bool:
        bare = ipaddress.ip_address(text.partition("%")[0])
        return is_public(text) or any(bare in one for one in networks if one.version == bare.version)

    if not found or not all(map(may, found)):
        raise OSError
    return found[0]


class _Pinned(http.client.HTTPConnection):
    """Connects to one address; the certificate is asked for the name."""

    def __init__(self, to: Target, ip: str, seconds: float) -> None:
        super().__init__(to.host, to.port, timeout=seconds)
        self._ip = ip
        self._context = ssl.create_default_context() if to.scheme == "https" else None

    def connect(self) -> None:
        self.sock: Any = socket.create_connection((self._ip, self.port), self.timeout)
        if self._context:
            self.sock = self._context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def cut(self) -> None:
        with contextlib.suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)
