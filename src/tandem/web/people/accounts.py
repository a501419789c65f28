"""How allauth's sign-in fits this house: nobody signs up alone, people are shown by name."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tandem.people.actions import users

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by an administrator or by an invitation."""
        return False

    def set_password(self, user: Any, password: str) -> None:
        """Changed or reset on the library's pages, a password is set by our action: tokens end, it is recorded."""
        users.set_password(actor=user, user=user, password=password)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that does not answer is the operator's matter, who reads the log: the page stays as it is,
        whether or not there is such an account."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as problem:  # smtplib's errors are among them
            log.error("A letter (%s) could not be sent: %s", template_prefix, problem)


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("Mac OS", "macOS"),
            ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def browser_named(user_agent: str) -> str:
    """`Firefox · Linux`; what we do not know shows its first words."""
    names = [
        next((name for mark, name in known if mark in user_agent), "") for known in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(filter(None, names)) or user_agent[:40] or "–"


def locked_out(request: HttpRequest, *_args: Any, **_more: Any) -> HttpResponse:
    """What django-axes answers after too many failures: the same page as any other limit."""
    return render(request, "429.html", status=429)


def display(user: Any) -> str:
    return str(user.name)
