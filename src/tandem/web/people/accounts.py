"""How allauth's sign-in fits this house: nobody signs up alone, people are shown by name."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by an administrator or by an invitation."""
        return False


def display(user: Any) -> str:
    return str(user.name)
