"""What went wrong in other programs of this kind, tried here: a test for each class (docs/reference/trust.md)."""

import itertools
import re
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, get_resolver

from tandem.history.models import Event
from tandem.people.actions import users
from tandem.people.models import ApiToken, User
from tests import make
from tests.drawn import drawn, falls
from tests.house.pages import routes
from tests.house.policies import WEB

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "https:evil.example",
    "https://evil.example", "http://evil.example/", "HTTPS://EVIL.EXAMPLE", "https:///evil.example", "javascript:alert(1)",
    "data:text/html,x", "//evil.example/%2f..", "/%09/evil.example", "https://localhost@evil.example", "//localhost:80@evil.example",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _nobody_has_tried_before():
    cache.clear()


@pytest.fixture
def page(world, signed_in):
    return signed_in(world.boris).get("/")


# ---------------------------------------------------------------- headers


def test_every_page_carries_the_headers_that_keep_others_out(page):
    policy = page["Content-Security-Policy"]
    script = next(part for part in policy.split(";") if part.strip().startswith("script-src "))
    assert "'unsafe-inline'" not in script and "'unsafe-eval'" not in script and "http:" not in script and "*" not in script
    for part in ("object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "default-src 'self'"):
        assert part in policy
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page["X-Frame-Options"] == "DENY"
    assert page["Referrer-Policy"] == "same-origin"
    assert page["Cross-Origin-Opener-Policy"] == "same-origin"


def test_no_page_holds_a_script_that_the_policy_would_have_to_let_through(page):
    text = page.content.decode()
    nonce = re.search(r"'nonce-([^']+)'", page["Content-Security-Policy"])
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag or (nonce and f'nonce="{nonce[1]}"' in tag), tag
    assert not re.search(r"<[^>]+\son[a-z]+\s*=", text), "an event handler in the markup"
    assert "javascript:" not in text


def test_the_nonce_is_another_one_each_time(world, signed_in):
    client = signed_in(world.boris)
    found = {re.search(r"'nonce-([^']+)'", client.get("/")["Content-Security-Policy"]) for _ in range(3)}
    assert None in found or len({match[1] for match in found if match}) == 3


# ---------------------------------------------------------------- forgery and hosts


def _unsafe() -> list[str]:
    return sorted(name for name, policy in WEB.items() if policy.post is not None or policy.patch is not None)


# a mail program posts here by itself (RFC 8058): the signed token of the address says whose letters end, and nothing else
STOPS_LETTERS = "letters/<str:token>/"
# another program posts here: the secret of the address is the token, and no session counts (tests/automation/test_inlets.py)
TAKES_MESSAGES = "in/<str:token>/"
# nobody is signed in here: the signature or the portal's address is the token, and no session counts (tests/product, tests/web/test_feedback_pages.py)
OPEN_TO_ALL = ["portal/<str:token>/", "portal/<str:token>/releases/", "portal/<str:token>/<int:id>/", "portal-votes/<str:token>/", "feedback-letters/<str:token>/"]
# calendar programs ask here, with a token that opens nothing else; no session counts, and nothing is ever written (tests/web/test_caldav.py)
CALENDARS = [".well-known/caldav", "caldav/", "caldav/<int:person>/", "caldav/<int:person>/<slug:calendar>/", "caldav/<int:person>/<slug:calendar>/<str:entry>"]
EXCUSED = [STOPS_LETTERS, TAKES_MESSAGES, *OPEN_TO_ALL, *CALENDARS]


@pytest.mark.parametrize("share", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_no_form_is_taken_without_its_token(world, share):
    """Every page that changes something, as a signed-in person whom another site sends there: a form that it posts is refused
    everywhere, whatever else it sends on one page in `share`."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    events = Event.objects.count()
    names = routes()
    for name in _unsafe():
        if names[name].template in EXCUSED:
            continue
        path = re.sub(r"<uuid:\w+>", "0d4ac2c8-0000-4000-8000-000000000000", names[name].template)
        path = "/" + re.sub(r"<\w+:\w+>", "1", path)
        for method in ("post", "put", "patch", "delete") if falls(share, name) else ("post",):
            answer = getattr(client, method)(path, headers={"Origin": "https://evil.example"})
            assert answer.status_code in (403, 405), f"{method} {path}: {answer.status_code}"
    assert Event.objects.count() == events


def test_no_view_is_excused_from_the_token():
    def walk(resolver, before=""):
        for pattern in resolver.url_patterns:
            where = before + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                if getattr(pattern.callback, "csrf_exempt", False):
                    yield where
            else:
                yield from walk(pattern, where)

    # the API asks for the token itself, of sessions (tests/api/test_auth.py)
    found = {where for where in walk(get_resolver()) if not where.startswith("api/v1/")}
    assert found == set(EXCUSED)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", "evil.example:8000", ""])
def test_an_unknown_host_is_refused_and_never_repeated(host, client):
    for headers in ({"Host": host}, {"Host": "localhost", "X-Forwarded-Host": host}):
        answer = client.get("/accounts/login/", headers=headers)
        assert b"evil.example" not in answer.content
        if headers["Host"] != "localhost":
            assert answer.status_code == 400


# ---------------------------------------------------------------- redirects


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_else(target, world, client):
    answer = client.post("/accounts/login/?next=" + target, {"login": "boris@example.org", "password": make.PASSWORD, "next": target})
    assert answer.status_code == 302
    assert _is_ours(answer["Location"])


def _is_ours(place: str) -> bool:
    return place.startswith("/") and not place.startswith(("//", "/\\")) and not urlsplit(place).netloc


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("path", ["/preferences/", "/work-items/bulk/"])
def test_no_form_of_ours_leads_elsewhere(path, target, world, signed_in):
    answer = signed_in(world.boris).post(path, {"next": target, "theme": "dark", "do": "priority:1"})
    assert answer.status_code in (302, 204, 200, 422)
    assert _is_ours(answer.headers.get("Location", "/"))


# ---------------------------------------------------------------- words of others


SCRIPTS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "[x](javascript:alert(1))",
    "[x](java\tscript:alert(1))", "[x](data:text/html;base64,PHNjcmlwdD4=)", "<a href='JaVaScRiPt:alert(1)'>x</a>", "![x](javascript:alert(1))",
    "<iframe srcdoc='<script>alert(1)</script>'>", "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "<form action=//evil.example>",
    "<details open ontoggle=alert(1)>", "<style>@import '//evil.example'</style>", "<base href=//evil.example>", "<meta http-equiv=refresh content=0>",
    "[x]: javascript:alert(1)\n[x]", "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>", "\" autofocus onfocus=alert(1) x=\"",
    "{{ 7*7 }} {% raw %} ${7*7}", "</textarea><script>alert(1)</script>",
]  # fmt: skip


@pytest.mark.parametrize(
    ("format", "said"),
    drawn(itertools.product(["markdown", "html", "plain"], SCRIPTS), 4, name=lambda one: f"{one[0]}-{one[1]}", kind=lambda one: one[0]),
)
def test_nothing_that_was_written_runs(said, format, world, signed_in):
    """As title, text, comment and label of a work item: on its page, its peek, the list, the board."""
    item = make.work_item(actor=world.boris, project=world.project, title=said[:300], description=said, labels=[said[:40]])
    type(item).objects.filter(pk=item.pk).update(description_format=format)
    client = signed_in(world.boris)
    client.post(f"/work-items/{item.key}/comments/", {"body": said})
    for path in (f"/work-items/{item.key}/", f"/work-items/{item.key}/?peek=1", "/work-items/", f"/boards/{world.project.space.key}/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert _dangers(answer.content.decode()) == [], path
        assert "49" not in answer.content.decode().partition("<h1")[2].partition("</h1>")[0]


class _Seen(HTMLParser):
    """What a browser would find in the part of the page that shows what people wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.dangers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "").strip() for name, value in attrs}
        is_ours = tag == "script" and (given.get("src", "").startswith("/static/") or given.get("type") == "application/json")
        if tag in ("script", "iframe", "object", "embed", "style", "base", "meta", "math", "x:script") and not is_ours:
            self.dangers.append(tag)
        for name, value in given.items():
            led = re.sub(r"[\s\x00-\x1f]", "", value).lower()
            if name.startswith("on") or name == "srcdoc":
                self.dangers.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction", "xlink:href") and led.startswith(("javascript:", "data:", "vbscript:", "//")):
                self.dangers.append(f"{tag} {name}={value}")


def _dangers(page: str) -> list[str]:
    seen = _Seen()
    seen.feed(page.partition("<main")[2] or page)
    return seen.dangers


def test_the_parser_sees_what_it_should():
    for said in SCRIPTS[:3] + SCRIPTS[6:7] + SCRIPTS[8:15] + SCRIPTS[16:17] + ["<a href='java\nscript:x'>"]:
        assert _dangers(said), said


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_an_export_is_a_formula(start, world, signed_in):
    make.feature(actor=world.chen, product=world.product, title=f"{start}HYPERLINK(1)")
    text = signed_in(world.chen).get("/features/export.csv").getvalue().decode("utf-8-sig")
    assert f"'{start}HYPERLINK" in text or "'HYPERLINK" in text or f"\"'{start}" in text
    assert not re.search(rf'(^|,)"?{re.escape(start)}HYPERLINK', text, re.MULTILINE)


# ---------------------------------------------------------------- signing in


def test_what_does_not_exist_is_said_like_what_is_not_shown(world, signed_in):
    item = make.work_item(actor=world.boris, project=world.project)
    stranger = signed_in(world.dana)
    for hidden, missing in (
        (f"/work-items/{item.key}/", "/work-items/POR-999/"),
        (f"/work-items/by-id/{item.pk}/", "/work-items/by-id/99999999/"),
        (f"/api/v1/work-items/{item.pk}/", "/api/v1/work-items/99999999/"),
    ):
        one, other = stranger.get(hidden), stranger.get(missing)
        assert (one.status_code, other.status_code) == (404, 404)
        assert _plain(one) == _plain(other)


def _plain(answer) -> str:
    """The words of the page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", answer.content.decode()))


def test_signing_in_says_the_same_of_a_wrong_password_and_an_unknown_address(world, client):
    said = []
    for login in ("boris@example.org", "nobody@example.org"):
        answer = client.post("/accounts/login/", {"login": login, "password": "wrong password"})
        assert answer.status_code == 200
        said.append(_plain(answer).replace(login, ""))
    assert said[0] == said[1]


def test_after_eight_wrong_passwords_the_right_one_is_refused_too(world, settings):
    settings.AXES_ENABLED = True
    client = Client()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post("/accounts/login/", {"login": "boris@example.org", "password": "wrong password"})
    answer = client.post("/accounts/login/", {"login": "boris@example.org", "password": make.PASSWORD})
    assert answer.status_code in (200, 403, 429)
    assert not client.session.get("_auth_user_id")


def test_a_session_begins_anew_with_the_person(world, client):
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["tandem"] = before = session.session_key
    client.post("/accounts/login/", {"login": "boris@example.org", "password": make.PASSWORD})
    assert client.session.get("_auth_user_id") == str(world.boris.pk)
    assert client.cookies["tandem"].value != before


def test_cookies_are_out_of_reach(world, client):
    client.post("/accounts/login/", {"login": "boris@example.org", "password": make.PASSWORD})
    cookies: SimpleCookie = client.cookies
    assert cookies["tandem"]["httponly"] and cookies["tandem"]["samesite"] == "Lax" and not cookies["tandem"]["domain"]


def test_a_password_is_kept_only_as_an_argon2_digest(world):
    from django.conf import settings as now

    from tandem.config import settings as ours

    assert ours.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert now.AUTH_PASSWORD_VALIDATORS
    from django.contrib.auth.hashers import Argon2PasswordHasher

    digest = Argon2PasswordHasher().encode(make.PASSWORD, "saltsaltsalt")
    assert digest.startswith("argon2$argon2id$") and make.PASSWORD not in digest


def test_a_new_password_ends_every_session_and_token(world):
    client = Client()
    client.post("/accounts/login/", {"login": "boris@example.org", "password": make.PASSWORD})
    boris = User.objects.get(pk=world.boris.pk)
    _, secret = users.create_token(actor=boris, name="script", scope="read")
    assert client.get("/").status_code == 200
    users.set_password(actor=world.admin, user=boris, password="another good password")
    assert client.get("/").status_code == 302
    assert Client().get("/api/v1/users/me/", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert not ApiToken.objects.filter(user=boris, revoked_at=None).exists()


def test_a_disabled_person_is_out_at_once(world):
    client = Client()
    client.post("/accounts/login/", {"login": "boris@example.org", "password": make.PASSWORD})
    users.disable(actor=world.admin, user=User.objects.get(pk=world.boris.pk))
    assert client.get("/").status_code == 302
    assert client.post("/accounts/login/", {"login": "boris@example.org", "password": make.PASSWORD}).status_code != 500
    assert not client.session.get("_auth_user_id")


@pytest.mark.parametrize(
    "path",
    ["/static/../secret-key", "/static/%2e%2e/%2e%2e/secret-key", "/static/tandem/..%2f..%2fsettings.py", "/files/", "/static//etc/passwd", "/.env",
     "/static/tandem/../../../config/settings.py", "/attachments/../secret-key/"],
)  # fmt: skip
def test_no_path_leads_to_a_file_of_the_server(path, world, signed_in):
    assert signed_in(world.admin).get(path).status_code in (400, 404)


def test_the_server_asks_nobody_else():
    """Webhooks go through one door, which has its own tests; there is no import by address."""
    from tests.house.source import sources

    makers = re.compile(r"^\s*(?:import|from)\s+(requests|httpx|aiohttp|urllib3|urllib\.request|http\.client|ftplib|smtplib)\b", re.MULTILINE)
    found = {one.path: makers.findall(one.text) for one in sources()}
    # letters go by Django's own mail door; they only name a fault of it
    assert {path: names for path, names in found.items() if names} == {
        "web/letters.py": ["smtplib"], "web/feedback_letters.py": ["smtplib"], "kit/outgoing.py": ["http.client"],
        "config/work_commands/asking.py": ["http.client", "urllib.request"],  # the command line, on the machine of who types
    }  # fmt: skip


def test_a_database_that_keeps_somebody_waiting_is_said_and_not_called_a_mistake(world, signed_in, monkeypatch):
    from django.db import OperationalError
    from psycopg.errors import LockNotAvailable

    from tandem.collaboration.actions import comments

    def waits(**_: object) -> None:
        raise OperationalError("canceling statement due to lock timeout") from LockNotAvailable("55P03")

    item = make.work_item(actor=world.boris, project=world.project)
    monkeypatch.setattr(comments, "add", waits)
    client = signed_in(world.boris)
    client.raise_request_exception = False
    answer = client.post(f"/work-items/{item.key}/comments/", {"body": "Seen."})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "The database is busy. Try again in a moment." in answer.content.decode()


def test_a_full_disk_is_said_on_pages_in_the_api_and_of_jobs(world, signed_in, monkeypatch):
    from django.db import OperationalError
    from psycopg.errors import DiskFull

    from tandem.api import problems
    from tandem.collaboration.actions import comments, jobs
    from tandem.collaboration.models import Job

    def full() -> OperationalError:
        try:
            raise OperationalError("could not extend file") from DiskFull("53100")
        except OperationalError as problem:
            return problem

    def breaks(**_: object) -> None:
        raise full()

    item = make.work_item(actor=world.boris, project=world.project)
    monkeypatch.setattr(comments, "add", breaks)
    client, said = signed_in(world.boris), "The disk of the server is full, so nothing of this was saved."
    client.raise_request_exception = False
    page = client.post(f"/work-items/{item.key}/comments/", {"body": "Seen."})
    assert page.status_code == 507
    assert said in page.content.decode()
    assert said in problems._database(None, full()).content.decode()
    assert said in jobs.reason(Job(pk=1, kind="import"), full())


# ---------------------------------------------------------------- what becomes markup


def test_only_a_page_of_ours_is_marked_as_what_the_script_may_show(world, signed_in):
    client = signed_in(world.boris)
    for path in ("/", "/work-items/", f"/people/{world.mei.pk}/?peek=1", "/nothing-here/"):
        assert client.get(path)["X-Fragment"] == "1", path
    for path in ("/work-items/export.csv", "/api/v1/users/me/"):
        assert "X-Fragment" not in client.get(path), path


def test_an_attached_page_is_never_given_to_the_script_that_shows_markup(world, signed_in, settings, tmp_path):
    from tandem.collaboration.actions import attachments

    settings.MEDIA_ROOT = tmp_path
    item = make.work_item(actor=world.boris, project=world.project)
    trap = b'<form hx-post="/api/v1/tokens/" hx-trigger="load"></form>'
    file = attachments.add(actor=world.mei, subject=item, name="a.html", chunks=[trap])
    client = signed_in(world.boris)
    for path in (f"/attachments/{file.pk}/", f"/api/v1/attachments/{file.pk}/content/"):
        plain = client.get(path)
        assert plain.status_code == 200 and "X-Fragment" not in plain
        assert b"".join(plain.streaming_content) == trap
        assert client.get(path, headers={"HX-Request": "true"}).status_code == 404
        assert client.get(path, {"peek": "1"}).status_code == 404
