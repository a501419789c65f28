"""How the value of a setting is read; each function refuses in words that say what to write instead."""

import ipaddress
import re
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def path(value: str) -> Path:
    return Path(value).expanduser().absolute()


def yes_or_no(value: str) -> bool:
    if value.lower() not in _YES | _NO:
        raise ValueError("write yes or no")
    return value.lower() in _YES


def number(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise ValueError(f"write a whole number from {least} to {most}")
        return int(value)

    return parse


def log_level(value: str) -> str:
    if value.lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("write debug, info, warning or error")
    return value.upper()


def language(value: str) -> str:
    known = {"en": "en", "zh": "zh-hans", "zh-cn": "zh-hans", "zh_hans": "zh-hans", "zh-hans": "zh-hans"}
    if value.lower() not in known:
        raise ValueError("write en or zh")
    return known[value.lower()]


def time_zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("write the name of a time zone such as Europe/Berlin or Asia/Shanghai") from None
    return value


def secret_key(value: str) -> str:
    if len(value) < 32:
        raise ValueError("write at least 32 random characters")
    return value


def database(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ValueError("write postgresql://user:password@host:5432/name")
    return value


def origin(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = (
            parts.scheme in {"http", "https"}
            and parts.hostname
            and parts.path in {"", "/"}
            and parts.port != 0
        )
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or parts.username:
        raise ValueError(
            "write the address that people type, such as https://tandem.example.org, without a path"
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def hosts(value: str) -> list[str]:
    hosts = [one.strip().lower() for one in value.split(",") if one.strip()]
    for one in hosts:
        if not re.fullmatch(r"\*|\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]", one):
            raise ValueError(
                f"'{one}' is no host name; write names without scheme and port, separated by commas"
            )
    return hosts


def networks(value: str) -> list[str]:
    try:
        return [str(ipaddress.ip_network(one.strip())) for one in value.split(",") if one.strip()]
    except ValueError:
        raise ValueError("write addresses or networks such as 10.0.0.0/8, separated by commas") from None


def mail(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps", "smtp+tls", "file", "console"}:
        raise ValueError(
            "write smtp+tls://user:password@host:587, smtps://…, smtp://…, file:///folder or console://"
        )
    if parts.scheme.startswith("smtp") and not parts.hostname:
        raise ValueError("the mail server's name is missing")
    if parts.scheme == "file" and (parts.netloc or len(parts.path) < 2):
        raise ValueError("write a folder with three slashes: file:///var/spool/tandem")
    _ = parts.port  # raises the same error for a port that is none
    return value
