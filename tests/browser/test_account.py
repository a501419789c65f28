"""Accounts in a real browser, on an installation that was empty: the first link, invitation, second factors, passkey, sessions."""

import base64
import hashlib
import hmac
import itertools
import re
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.browser.conftest import database_beside, serving
from tests.drawn import drawn

DOORS = ("/accounts/login/", "/accounts/password/reset/", "/accounts/signup/")
PASSWORD = "correct horse battery"
WEBAUTHN = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip


@dataclass
class Door:
    """An installation whose first administrator has just come in; `home` is what they saw then."""

    url: str
    browser: Any
    home: str = ""
    count: int = 0

    def page(self, **context: Any) -> Any:
        opened = self.browser.new_context(
            base_url=self.url, locale="en-GB", reduced_motion="reduce", **context
        )
        opened.set_default_timeout(60_000)  # the first page of a server, while others work
        return opened.new_page()

    def sign_in(self, page: Any, email: str, password: str = PASSWORD) -> None:
        page.goto("/accounts/login/")
        page.fill("[name=login]", email)
        page.fill("[name=password]", password)
        page.press("[name=password]", "Enter")
        page.wait_for_load_state()

    def newcomer(self) -> tuple[Any, str]:
        """Invited by the administrator, the password set through the link: their page and address."""
        self.count += 1
        email = f"noor{self.count}@harbour.example"
        admin = self.page()
        self.sign_in(admin, "ada@harbour.example")
        admin.goto("/people/new/")
        admin.fill("[name=name]", f"Noor {self.count}")
        admin.fill("[name=email]", email)
        admin.click("main .btn-ink")
        link = admin.inner_text("code.copy")
        page = self.page()
        page.goto(link)
        page.fill("[name=password]", PASSWORD)
        page.click(".btn-ink")
        page.wait_for_url(f"{self.url}/")
        admin.context.close()
        return page, email


@pytest.fixture(scope="module")
def door(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    log = tmp_path_factory.mktemp("door") / "serve.log"
    with database_beside("tandem_door") as address, serving(address, log, TANDEM_LOG="warning") as url:
        link = re.search(r"http://\S+/welcome/\S+/", log.read_text())
        assert link, log.read_text()
        path = link[0].partition("/welcome/")[2]
        found = Door(url, chromium)
        page = found.page()
        page.goto(f"/welcome/{path}")
        for name, text in (
            ("organisation", "Harbour"),
            ("name", "Ada Quay"),
            ("email", "ada@harbour.example"),
            ("password", PASSWORD),
        ):
            page.fill(f"[name={name}]", text)
        page.click(".btn-ink")
        page.wait_for_url(f"{url}/")
        found.home = page.inner_text("main")
        assert page.goto(f"/welcome/{path}").status == 404
        page.context.close()
        yield found
        for context in chromium.contexts:
            if any(url in one.url for one in context.pages):
                context.close()


def _confirm(page: Any) -> None:
    """The password again, where the page insists on it."""
    if "reauthenticate" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_load_state()


def _code(secret: str) -> str:
    digest = hmac.new(
        base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1
    ).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def _sign_out(page: Any) -> None:
    page.goto("/accounts/logout/")
    page.click("main .btn-ink")
    page.wait_for_load_state()


def _key(page: Any) -> Any:
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": WEBAUTHN})
    return cdp


def test_the_first_home_page_says_what_to_do_first(door):
    assert "Start with the work you have" in door.home and "Import a file" in door.home


def test_a_code_from_the_app_is_asked_for_and_a_recovery_code_works_once(door):
    page, email = door.newcomer()
    page.goto("/accounts/2fa/totp/activate/")
    _confirm(page)
    secret = page.input_value("#authenticator_secret")
    assert page.locator("main img").bounding_box()["width"] > 120, "the QR code can be scanned"
    page.fill("[name=code]", _code(secret))
    page.click("main .btn-ink")
    page.wait_for_load_state()
    page.goto("/accounts/2fa/recovery-codes/")
    _confirm(page)
    recovery = page.locator(".door-codes code").first.inner_text()
    _sign_out(page)
    door.sign_in(page, email)
    assert "/2fa/authenticate/" in page.url
    page.fill("[name=code]", "000000")
    page.press("[name=code]", "Enter")
    page.wait_for_load_state()
    assert "This code does not fit" in page.inner_text("main")
    for works in (True, False):
        page.fill("[name=code]", recovery)
        page.press("[name=code]", "Enter")
        page.wait_for_load_state()
        assert (page.url == f"{door.url}/") is works
        if works:
            _sign_out(page)
            door.sign_in(page, email)


def test_a_passkey_is_added_and_opens_the_account(door):
    page, _email = door.newcomer()
    _key(page)
    page.goto("/accounts/2fa/webauthn/add/")
    _confirm(page)
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(re.compile("/accounts/2fa/(?!webauthn/add)"))
    page.goto("/accounts/2fa/webauthn/")
    assert "Passkey" in page.inner_text("main table")
    _sign_out(page)
    page.goto("/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url(f"{door.url}/")
    page.goto("/account/")
    assert "Noor" in page.inner_text("main")


def test_a_key_that_is_not_known_is_said_on_the_page(door):
    page = door.page()
    _key(page)
    page.goto("/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_selector("#key-failed:visible")
    assert "/accounts/login/" in page.url


@pytest.mark.slow
def test_a_session_elsewhere_is_seen_and_ended(door):
    page, email = door.newcomer()
    elsewhere = door.page(user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")
    door.sign_in(elsewhere, email)
    page.goto("/account/")
    row = page.locator("tr", has_text="Firefox · Linux")
    row.locator("button").click()
    page.wait_for_load_state()
    assert "Firefox" not in page.inner_text("main")
    elsewhere.goto("/account/")
    assert "/accounts/login/" in elsewhere.url


@pytest.mark.slow
def test_a_token_is_shown_once(door):
    page, _email = door.newcomer()
    page.goto("/account/")
    page.fill("form[action='/account/tokens/'] [name=name]", "nightly")
    page.click("form[action='/account/tokens/'] button")
    page.wait_for_selector("#secret")
    secret = page.inner_text("#secret")
    answer = page.request.get(
        "/api/v1/users/me/", headers={"Authorization": f"Bearer {secret}", "Cookie": ""}
    )
    assert answer.ok and secret.startswith("tdm_")
    page.goto("/account/")
    assert secret not in page.content()
    page.click("button:has-text('Revoke')")
    page.wait_for_load_state()
    assert "nightly" not in page.inner_text("main table >> nth=-1")


@pytest.mark.parametrize(("path", "width"), drawn(itertools.product(DOORS, (1440, 390)), 3, name=lambda one: f"{one[0]}-{one[1]}"))
def test_the_door_fits_the_screen(door, path, width):
    page = door.page(viewport={"width": width, "height": 844})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.locator("h1").count() == 1
    page.context.close()
