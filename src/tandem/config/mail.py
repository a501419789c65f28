"""How letters leave this installation: `TANDEM_MAIL_URL` as Django's settings."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_BACKENDS = "django.core.mail.backends."


def as_django(url: str, data: Path, origin: str) -> dict[str, Any]:
    """Without an address letters are kept as files in the data directory, so that nothing fails and nothing is lost."""
    parts = urlsplit(url or f"file://{data / 'mail'}")
    user = unquote(parts.username or "")
    sender = parse_qs(parts.query).get("from", [""])[0]
    if not sender:
        sender = user if "@" in user else f"tandem@{urlsplit(origin).hostname or 'localhost'}"
    common = {"DEFAULT_FROM_EMAIL": sender, "SERVER_EMAIL": sender, "EMAIL_TIMEOUT": 10}
    if parts.scheme == "console":
        return {**common, "EMAIL_BACKEND": f"{_BACKENDS}console.EmailBackend"}
    if parts.scheme == "file":
        return {
            **common,
            "EMAIL_BACKEND": f"{_BACKENDS}filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path) if url else str(data / "mail"),
        }
    is_tls, is_ssl = parts.scheme == "smtp+tls", parts.scheme == "smtps"
    return {
        **common,
        "EMAIL_BACKEND": f"{_BACKENDS}smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or (587 if is_tls else 465 if is_ssl else 25),
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": is_tls,
        "EMAIL_USE_SSL": is_ssl,
    }
