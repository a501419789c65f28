"""What doors share about HTTP: versions in headers, fragments, file names."""

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.http import FileResponse
from django.utils.crypto import salted_hmac


def version_of(if_match: str | None) -> int | None:
    """`"7"` or `W/"7"` gives 7; None when the header is missing; ValueError when it is not ours."""
    if not if_match:
        return None
    found = re.fullmatch(r'\s*(?:W/)?"?(\d{1,9})"?\s*', if_match)
    if not found:
        raise ValueError(if_match)
    return int(found[1])


def etag(version: int) -> str:
    return f'"{version}"'


def attachment_header(name: str) -> str:
    """RFC 6266: a plain fallback and the real name."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)[:100]
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def download(path: Path, name: str) -> FileResponse:
    """A stored file as nothing but a download: never shown, never run, never kept by a proxy. Raises OSError."""
    response = FileResponse(path.open("rb"), content_type="application/octet-stream")
    response["Content-Disposition"] = attachment_header(name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def is_local_path(target: str) -> bool:
    """True for a path on this site: no scheme, no host, no backslash, no control character."""
    return bool(re.fullmatch(r"/(?![/\\])[^\x00-\x1f\\]*", target))


def is_fragment_request(headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
    """Whether the browser's script asks for a part of a page, to show it as markup. No file is ever given to it."""
    return "HX-Request" in headers or "peek" in query


def sender_of(address: str, salt: str, where: str) -> str:
    """Who sends, without saying it, to count by: a digest that differs from place to place. One line of IPv6 has a whole
    /64 of addresses."""
    try:
        ip: Any = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        ip = None
    if isinstance(ip, ipaddress.IPv6Address):
        address = str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))
    return salted_hmac(salt, f"{where}:{address}", algorithm="sha256").hexdigest()
