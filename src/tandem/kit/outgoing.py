"""The one door through which requests that people ask for leave this machine: to public addresses that are not its own,
unless the administrator named a network; resolved once, never redirected, bounded in size and time."""

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


def is_own(text: str) -> bool:
    """Whether the IP address is one of this machine's: the system would send from it to reach it. Nothing is sent."""
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((text, 9))
            return _plain(probe.getsockname()[0]) == _plain(text)
    except OSError:
        return False


def post(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allowed: Iterable[str] = (),
    own: Iterable[str] = (),
    seconds: float = SECONDS,
) -> Answer:
    """Send `body` and return the code of the answer, of which nothing else is read. Any code is an answer, a redirect too.

    `allowed` are networks that it may go to although they are not public; `own` are the names under which this service is
    reached, where it goes no more than to this machine itself. Raises `BadAddress` or `Unreachable`."""
    if len(body) > LARGEST:
        raise BadAddress("too large")
    to = target(address)
    begun = time.monotonic()
    try:
        connection = _Pinned(to, _resolve(to, allowed, own), seconds)
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


def _resolve(to: Target, allowed: Iterable[str], own: Iterable[str]) -> str:
    """The address to connect to. One that is not public spoils all: a name that means both is a trick."""
    found = _addresses(to.host, to.port)
    networks = [ipaddress.ip_network(one) for one in allowed]
    ours: set[str] | None = None
    for text in found:
        bare = ipaddress.ip_address(_plain(text))
        if any(bare in one for one in networks if one.version == bare.version):
            continue
        if ours is None:
            ours = _reached(own)
        if not is_public(text) or is_own(text) or _plain(text) in ours:
            raise OSError
    if not found:
        raise OSError
    return found[0]


def _addresses(host: str, port: int) -> list[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _reached(names: Iterable[str]) -> set[str]:
    """Where these names lead; one that leads nowhere is nobody's."""
    found: set[str] = set()
    for name in names:
        with contextlib.suppress(OSError, UnicodeError):
            found |= {_plain(one) for one in _addresses(name, 443)}
    return found


def _plain(text: str) -> str:
    """One way to write an address, without the interface; an IPv4 address that is written as IPv6 is itself."""
    found = ipaddress.ip_address(text.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


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
