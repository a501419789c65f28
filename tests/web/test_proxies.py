"""What proxies say is believed of those we named, and of nobody else; plain HTTP is led to HTTPS."""

import pytest
from axes.models import AccessAttempt
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from tandem.web.proxies import forwarded

STRANGER, PROXY, PERSON = "203.0.113.9", "10.0.0.2", "198.51.100.7"


@pytest.fixture
def behind_proxy(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "::1/128"]


def _seen(peer: str, **headers: str) -> HttpRequest:
    """The request as everything behind the middleware sees it."""
    seen: list[HttpRequest] = []

    def keep(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    forwarded(keep)(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))
    return seen[0]


@pytest.mark.usefixtures("behind_proxy")
class TestWhoIsBelieved:
    def test_a_trusted_proxy_names_the_person_and_the_scheme(self):
        seen = _seen(PROXY, x_forwarded_for=PERSON, x_forwarded_proto="https")
        assert seen.META["REMOTE_ADDR"] == PERSON
        assert seen.is_secure()
        assert seen.build_absolute_uri("/x").startswith("https://")

    def test_forged_headers_of_a_stranger_are_ignored(self):
        seen = _seen(STRANGER, x_forwarded_for="127.0.0.1", x_forwarded_proto="https", x_real_ip="127.0.0.1")
        assert seen.META["REMOTE_ADDR"] == STRANGER
        assert not seen.is_secure()
        assert not [name for name in seen.META if "FORWARDED" in name or "REAL_IP" in name]

    def test_what_a_stranger_wrote_before_the_proxy_appended_is_ignored(self):
        seen = _seen(
            PROXY, x_forwarded_for=f"127.0.0.1, 10.9.9.9, {STRANGER}", x_forwarded_proto="https, http"
        )
        assert seen.META["REMOTE_ADDR"] == STRANGER
        assert not seen.is_secure()

    def test_a_chain_of_our_own_proxies_is_followed(self):
        assert _seen(PROXY, x_forwarded_for=f"{PERSON}, 10.1.1.1").META["REMOTE_ADDR"] == PERSON
        assert _seen("::ffff:10.0.0.2", x_forwarded_for="2001:db8::5").META["REMOTE_ADDR"] == "2001:db8::5"

    @pytest.mark.parametrize("nonsense", ["", "unknown", "<script>", ",,", "1.2.3.4.5"])
    def test_nonsense_leaves_the_proxy_itself(self, nonsense):
        assert _seen(PROXY, x_forwarded_for=nonsense).META["REMOTE_ADDR"] == PROXY

    def test_a_peer_without_an_address_is_nobody_we_trust(self):
        assert _seen("", x_forwarded_for=PERSON).META["REMOTE_ADDR"] == ""


def test_without_trusted_proxies_nobody_is_believed():
    assert (
        _seen("127.0.0.1", x_forwarded_for=PERSON, x_forwarded_proto="https").META["REMOTE_ADDR"]
        == "127.0.0.1"
    )


@pytest.mark.usefixtures("behind_proxy")
def test_wrong_passwords_are_counted_for_the_person_and_not_for_the_proxy(world):
    Client().post("/accounts/login/", {"login": world.boris.email, "password": "wrong"}, REMOTE_ADDR=PROXY,
                  headers={"x-forwarded-for": PERSON})  # fmt: skip
    assert list(AccessAttempt.objects.values_list("ip_address", flat=True)) == [PERSON]


@pytest.fixture
def by_https(settings, behind_proxy):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_SSL_HOST = "tandem.example.org"
    settings.SECURE_HSTS_SECONDS = 31536000


@pytest.mark.django_db
@pytest.mark.usefixtures("by_https")
class TestHttps:
    def test_plain_http_is_led_to_our_https_address(self):
        answer = Client().get(
            "/accounts/login/?next=/x", REMOTE_ADDR=PROXY, headers={"x-forwarded-proto": "http"}
        )
        assert answer.status_code == 301
        assert answer.headers["Location"] == "https://tandem.example.org/accounts/login/?next=/x"

    def test_a_stranger_cannot_pretend_to_have_come_by_https(self):
        answer = Client().get(
            "/accounts/login/", REMOTE_ADDR=STRANGER, headers={"x-forwarded-proto": "https"}
        )
        assert answer.status_code == 301

    def test_https_through_the_proxy_is_served_and_told_to_stay(self):
        answer = Client().get("/accounts/login/", REMOTE_ADDR=PROXY, headers={"x-forwarded-proto": "https"})
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]

    def test_the_machine_itself_may_ask_whether_we_are_alive(self):
        assert Client().get("/healthz").status_code == 200
