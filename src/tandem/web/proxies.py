"""What a proxy says of the request (who asks, by which scheme) is believed only from the networks that are trusted."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

#: everything with which a proxy, or a liar, describes the request before it; nothing further in reads any of them
_SAID = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT",
         "HTTP_X_REAL_IP", "HTTP_FORWARDED")  # fmt: skip


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip().removeprefix("[").partition("]")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


class forwarded:
    """The first of all middleware: afterwards `REMOTE_ADDR` and the scheme are those of the person's browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.networks = [ip_network(one) for one in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = {name: request.META.pop(name, "") for name in _SAID}
        if self._is_trusted(_address(request.META.get("REMOTE_ADDR", ""))):
            request.META["REMOTE_ADDR"] = self._client(
                request.META["REMOTE_ADDR"], said["HTTP_X_FORWARDED_FOR"]
            )
            # each proxy appends: the last word is the one of the proxy that spoke to us
            if said["HTTP_X_FORWARDED_PROTO"].rpartition(",")[2].strip().lower() == "https":
                request.META["wsgi.url_scheme"] = "https"
        return self.get_response(request)

    def _is_trusted(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(
            address in network
            for network in self.networks
            if isinstance(network, IPv6Network) == (address.version == 6)
        )

    def _client(self, peer: str, chain: str) -> str:
        """From the right, the first who is no proxy of ours: what stands further left anybody may have written."""
        client = peer
        for text in reversed(chain.split(",")):
            address = _address(text)
            if address is None:
                break
            client = str(address)
            if not self._is_trusted(address):
                break
        return client
