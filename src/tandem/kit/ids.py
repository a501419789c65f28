"""Keys that people read (`HBR-12`) and tokens that nobody guesses."""

import hashlib
import re
import secrets

KEY = re.compile(r"^[A-Z][A-Z0-9]{0,9}$")


def token() -> str:
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Tokens are stored only as this digest; the token itself is shown once."""
    return hashlib.sha256(secret.encode()).hexdigest()


def key_from(name: str, taken: set[str]) -> str:
    """A short space key made from a name: initials of several words, else the first letters."""
    words = re.findall(r"[A-Za-z0-9]+", name.upper())
    initials = "".join(word[0] for word in words)
    stem = initials if len(words) > 1 else "".join(words)
    stem = re.sub(r"^[0-9]+", "", stem)[:4] or "SP"
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}{number}", number + 1
    return key
