"""Sign-in, the first welcome, tokens, sessions, second factors: what can be told without a browser."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from tandem.people.actions import bootstrap, users
from tandem.people.models import ApiToken, Space, User
from tests import make

SIGN_IN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_attempts_before():
    """Attempts are counted in the cache, which outlives a test."""
    cache.clear()
    yield
    cache.clear()


def _sign_in(client, email, password=make.PASSWORD):
    return client.post(SIGN_IN, {"login": email, "password": password})


def test_the_first_link_makes_the_organisation_and_signs_in(db, client):
    link = bootstrap.invitation("http://testserver")
    path = link.removeprefix("http://testserver")
    said = {
        "organisation": "海岸线物流",
        "name": "Ada Quay",
        "email": "ada@example.org",
        "password": "correct horse battery",
    }
    assert client.get(path).status_code == 200
    assert client.post(path, {**said, "password": "ada quay"}).status_code == 422
    assert not Space.objects.exists()
    assert client.post(path, said, headers={"Accept-Language": "zh-CN"}).headers["Location"] == "/"
    home = client.get("/").content.decode()
    assert reverse("imports_new") in home and User.objects.get().language == "zh-hans"
    assert client.get(path).status_code == 404, "the link works once"
    assert "ada@example.org" in client.get("/account/").content.decode()


def test_a_made_up_welcome_is_not_there(db, client):
    assert client.get("/welcome/anything/").status_code == 404


def test_nobody_signs_up_alone(world, client):
    assert "By invitation only" in client.get("/accounts/signup/").content.decode()
    client.post("/accounts/signup/", {"email": "eve@example.org", "password1": make.PASSWORD})
    assert not User.objects.filter(email="eve@example.org").exists()


def test_a_wrong_password_says_nothing_about_the_account(world, client):
    known = _sign_in(client, "mei@example.org", "wrong").content.decode()
    unknown = _sign_in(client, "nobody@example.org", "wrong").content.decode()
    sentence = "This e-mail and this password do not belong together."
    assert sentence in known and sentence in unknown


def test_too_many_attempts_are_refused_kindly_in_our_own_page(world, client):
    answers = [_sign_in(client, "mei@example.org", "wrong") for _attempt in range(12)]
    text = answers[-1].content.decode()
    assert "Too many attempts" in text and "Tandem" in text and 'name="login"' in text
    assert "Too many attempts" in _sign_in(client, "mei@example.org").content.decode(), (
        "the right one waits too"
    )


def test_a_lock_of_many_attempts_over_time_is_kind_too(world, client):
    for _attempt in range(10):
        answer = _sign_in(client, "mei@example.org", "wrong")
        cache.clear()  # minutes pass: the short limit is over, the long one is not
    assert answer.status_code == 429
    text = answer.content.decode()
    assert "Too many attempts" in text and "administrator" in text and "<nav" not in text


def test_without_mail_the_reset_page_names_the_way_that_works(world, client):
    text = client.get("/accounts/password/reset/").content.decode()
    assert "Ask an administrator" in text and '<input type="email"' not in text
    assert not mail.outbox


def test_a_token_is_shown_once_and_can_be_revoked(world, signed_in, client):
    member = signed_in(world.mei)
    text = member.post(
        "/account/tokens/", {"name": "nightly", "scope": "read", "days": "90"}
    ).content.decode()
    secret = re.search(r"tdm_[\w-]+", text)[0]
    assert secret not in member.get("/account/").content.decode()
    as_program = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/users/me/", headers=as_program).status_code == 200
    row = ApiToken.objects.get(name="nightly")
    assert row.expires_at is not None
    member.post(reverse("token_revocations", kwargs={"id": row.pk}))
    assert client.get("/api/v1/users/me/", headers=as_program).status_code == 401


def test_another_session_is_listed_and_ended(world, client):
    from django.test import Client

    other = Client(
        headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"}
    )
    for one in (client, other):
        _sign_in(one, "mei@example.org")
    text = client.get("/account/").content.decode()
    assert "Firefox · Linux" in text
    client.post(re.search(r'action="(/account/sessions/\d+/ends/)"', text)[1])
    assert other.get("/account/").status_code == 302 and client.get("/account/").status_code == 200


def test_a_second_factor_needs_no_letter(world, client):
    _sign_in(client, "mei@example.org")
    again = client.get(reverse("mfa_activate_totp"))  # sends to the page that asks for the password once more
    page = client.post(again.headers["Location"], {"password": make.PASSWORD}, follow=True).content.decode()
    assert "authenticator_secret" in page and "data:image/svg" in page


def test_a_new_password_ends_the_other_sessions(world, signed_in):
    member = signed_in(world.mei)
    users.set_password(actor=world.mei, user=world.mei, password="another long password")
    assert member.get("/account/").status_code == 302


def test_a_password_changed_on_the_page_is_recorded_and_ends_sessions_and_tokens(world, client):
    from tandem.history.models import Event

    users.create_token(actor=world.mei, name="script", scope="read")
    _sign_in(client, "mei@example.org")
    form = {
        "oldpassword": make.PASSWORD,
        "password1": "a long way to the quay",
        "password2": "a long way to the quay",
    }
    client.post(reverse("account_change_password"), form)
    assert client.get("/account/").status_code == 302 and not ApiToken.objects.usable().exists()
    assert Event.objects.of(world.mei).newest_first().first().changes == {"password": [None, None]}
    assert _sign_in(client, "mei@example.org", "a long way to the quay").headers["Location"] == "/"


def test_a_password_link_does_not_stand_for_the_second_factor(world, client):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(world.mei, generate_totp_secret())
    answer = client.post(bootstrap.password_path(world.mei), {"password": "a long way to the quay"})
    assert answer.headers["Location"].startswith(SIGN_IN)
    assert client.get("/account/").status_code == 302
    answer = _sign_in(client, "mei@example.org", "a long way to the quay")
    assert answer.headers["Location"] == reverse("mfa_authenticate")


@pytest.mark.parametrize(("agent", "name"), [
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1", "Safari · iOS"),
    ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36", "Chrome · Android"),
    ("curl/8.0", "curl/8.0"), ("", "–"),
])  # fmt: skip
def test_a_browser_is_named_as_people_call_it(agent, name):
    from tandem.web.people.accounts import browser_named

    assert browser_named(agent) == name
