"""Letters: where `TANDEM_MAIL_URL` sends them, and that a page never breaks for want of a mail server."""

import smtplib
from pathlib import Path

import pytest
from django.core import mail as letters
from django.test import Client

from tandem.config import mail

ORIGIN = "https://tandem.example.org"
SERVER = "smtp+tls://alma%40example.org:pa%3Ass@mail.example.org"


def _of(url: str) -> dict:
    return mail.as_django(url, Path("/data"), ORIGIN)


def test_a_mail_server_is_taken_from_its_address():
    found = _of(SERVER)
    assert found["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("alma@example.org", "pa:ss")
    assert found["DEFAULT_FROM_EMAIL"] == "alma@example.org"


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://h", 25, False, False),
        ("smtp+tls://h:2525", 2525, True, False),
        ("smtps://h", 465, False, True),
    ],
)
def test_each_way_to_a_server_has_its_port_and_its_encryption(url, port, tls, ssl):
    found = _of(url)
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (port, tls, ssl)


def test_the_sender_may_be_named_and_is_else_at_our_own_address():
    assert _of("smtp://h?from=pmo@example.org")["DEFAULT_FROM_EMAIL"] == "pmo@example.org"
    assert _of("")["DEFAULT_FROM_EMAIL"] == "tandem@tandem.example.org"


def test_without_an_address_letters_are_kept_in_the_data_directory():
    assert _of("")["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
    assert _of("")["EMAIL_FILE_PATH"] == "/data/mail"
    assert _of("file:///var/spool/tandem")["EMAIL_FILE_PATH"] == "/var/spool/tandem"


def _ask_for_a_new_password(email: str):
    return Client().post("/accounts/password/reset/", {"email": email})


def test_a_forgotten_password_writes_a_letter_with_a_link(world, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    assert _ask_for_a_new_password(world.boris.email).status_code == 302
    (letter,) = (tmp_path / "mail").iterdir()
    assert "/accounts/password/reset/key/" in letter.read_text()


def test_an_address_without_an_account_gets_no_letter(db, mailoutbox):
    assert _ask_for_a_new_password("nobody@example.org").status_code == 302
    assert mailoutbox == []


def test_a_mail_server_that_is_away_breaks_no_page_and_tells_no_stranger(world, monkeypatch, caplog):
    def away(*_args, **_more):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(letters.EmailMessage, "send", away)
    known = _ask_for_a_new_password(world.boris.email)
    unknown = _ask_for_a_new_password("nobody@example.org")
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert known.status_code == 302
    assert "could not be sent" in caplog.text
