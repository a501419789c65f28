"""A whole Tandem (web server and worker, as `tandem serve` starts them) on a small organisation, and pages in a Chromium
signed in as one of its people. What a page's script says as an error fails the test that opened it.

Slow are the tests whose rule is kept by the server, where it is asked without a browser, and further ways to do what a quick
test of the same file does in one way."""

import contextlib
import functools
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import server
from tests.proof.running import _environment, free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = ROOT / "src/tandem/web/static/tandem/dist/app.js"
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
          "--disable-sync", "--no-first-run", "--force-prefers-reduced-motion"]  # fmt: skip


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.xdist_group("browser"))  # they share one Tandem and one Chromium


def until(page: Any, ask: Callable[[], Any], wanted: Any, seconds: float = 60) -> None:
    """Wait on the page's own clock until `ask` answers `wanted`: what takes a moment takes many on a machine with much to do."""
    for _ in range(int(seconds * 8)):
        if ask() == wanted:
            return
        page.wait_for_timeout(125)
    assert ask() == wanted


@dataclass
class Site:
    """`people`: alma, boris, …, each a dict; `projects`: BRD, PLN, ITM; `paths`: the address of each GET page by route name."""

    url: str
    database: str
    people: dict[str, dict[str, Any]]
    projects: dict[str, dict[str, Any]]
    paths: dict[str, str]
    password: str
    cookie_name: str
    log: Path

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database says, or (UPDATE …) is told."""
        with psycopg.connect(self.database) as own:
            found = own.execute(query, values)
            return found.fetchall() if found.description else []

    def prefer(self, person: str, **values: Any) -> None:
        """Set fields of the person: theme, language, density, has_shortcuts."""
        for name, value in values.items():
            assert name in {"theme", "language", "density", "has_shortcuts"}
            self.rows(f"UPDATE people_user SET {name} = %s WHERE id = %s", value, self.people[person]["id"])


class Chromium:
    """The one browser of the tests. Some calls to it have no time limit of their own (closing a page, a script, a key): on a
    machine that is short of time one of them may never return. Then the browser is killed, the call fails, and the next page
    gets a new one."""

    def __init__(self, launch: Callable[..., Any]) -> None:
        self._launch, self._browser = launch, None
        self._mark = f"--tandem-tests={os.getpid()}-{secrets.token_hex(4)}"  # it knows no such switch; we know it by that

    def new_context(self, **given: Any) -> Any:
        with self.patience(60):
            if self._browser is None or not self._browser.is_connected():
                self._browser = self._launch(args=[*_FLAGS, self._mark])
            return self._browser.new_context(**given)

    @property
    def contexts(self) -> list[Any]:
        return self._browser.contexts if self._browser is not None else []

    @contextlib.contextmanager
    def patience(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self.kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def kill(self) -> None:
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self._mark.encode() in (process / "cmdline").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)

    def close(self) -> None:
        if self._browser is not None:
            with self.patience(30), contextlib.suppress(Exception):
                self._browser.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Chromium]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not BUNDLE.is_file():
        pytest.skip("the browser bundle is not built: make build")
    system = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with api.sync_playwright() as playwright:
        path = system or playwright.chromium.executable_path
        if not Path(path).is_file():
            pytest.skip("no Chromium on this machine")
        browser = Chromium(functools.partial(playwright.chromium.launch, executable_path=path))
        yield browser
        browser.close()


@contextlib.contextmanager
def database_beside(name: str) -> Iterator[str]:
    """A database on the tests' own server, beside the one of Django's tests; empty, and migrated if a dump lies ready."""
    address, full = os.environ["TANDEM_RUNTIME_DATABASE_URL"], f"{name}_{os.getpid()}_{secrets.token_hex(3)}"
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {full} TEMPLATE {server.template or 'template1'}")
    try:
        yield re.sub(r"(//[^/]*/)[^?]*", rf"\g<1>{full}", address)
    finally:
        with psycopg.connect(address, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {full} WITH (FORCE)")


@contextlib.contextmanager
def serving(address: str, log: Path, **settings: str) -> Iterator[str]:
    """`tandem serve` on that database for as long as the block lasts; its address."""
    port, data = free_port(), tempfile.mkdtemp(prefix="tandem-browser-")
    environment = {**_environment(), "TANDEM_DATABASE_URL": address, **settings}
    command = [sys.executable, "-m", "tandem.config.cli", "serve", "--data", data, "--port", str(port)]
    with open(log, "wb") as out:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=out)
    try:
        wait_until(lambda: process.poll() is not None or "Tandem is at" in log.read_text(), 240, f"no start; see {log}")
        assert process.poll() is None, log.read_text()
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(data, ignore_errors=True)


@contextlib.contextmanager
def staged(name: str, folder: Path, stage: str = "tests.browser.stage", *words: str) -> Iterator[Site]:
    """A Tandem of its own with the small organisation in it, or with what another module builds."""
    with database_beside(name) as address:
        key = secrets.token_hex(32)
        environment = {**_environment(), "TANDEM_RUNTIME_DATABASE_URL": address, "TANDEM_DATA": str(folder),
                       "TANDEM_SECRET_KEY": key, "TANDEM_LOG": "warning"}  # fmt: skip
        done = subprocess.run([sys.executable, "-m", stage, *words], env=environment, cwd=ROOT,
                              capture_output=True, text=True, timeout=300, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        with serving(address, folder / "serve.log", TANDEM_SECRET_KEY=key) as url:
            yield Site(url, address, log=folder / "serve.log", **json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="package")
def site(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with staged("tandem_browser", tmp_path_factory.mktemp("browser")) as found:
        yield found


@dataclass
class Pages:
    """Opens pages: `page_of("boris", theme="dark", language="zh-hans", width=390, height=844)`."""

    browser: Chromium
    site: Site
    contexts: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    def __call__(
        self, person: str | None, *, theme: str = "light", language: str = "en", width: int = 1440, height: int = 900,
        density: str = "compact", **context: Any,
    ) -> Any:  # fmt: skip
        """A page at no address yet: `page.goto("/roadmap/")`. Without a person nobody is signed in."""
        chinese = language.startswith("zh")
        opened = self.browser.new_context(
            base_url=self.site.url, viewport={"width": width, "height": height}, reduced_motion="reduce",
            color_scheme="dark" if theme == "dark" else "light", locale="zh-CN" if chinese else "en-GB", **context,
        )  # fmt: skip
        opened.set_default_timeout(60_000)  # while others work on the same machine
        self.contexts.append(opened)
        if person:
            self.site.prefer(person, theme=theme, density=density, language="zh-hans" if chinese else "en")
            cookie = {"name": self.site.cookie_name, "value": self.site.people[person]["cookie"], "url": self.site.url}
            opened.add_cookies([cookie])
        page = opened.new_page()
        page.on("console", lambda said: self._hear(f"{said.text} {said.location['url']}", page.url) if said.type == "error" else None)
        page.on("pageerror", lambda problem: self._hear(str(problem), page.url))
        return page

    def _hear(self, text: str, url: str) -> None:
        if text.endswith("/favicon.ico"):  # Chromium asks for it on pages that are only a fragment
            return
        self.errors.append(f"{url}: {text}")

    def forgive(self, pattern: str) -> None:
        """Errors that the test provokes on purpose, such as `409` in the console."""
        self.forgiven.append(pattern)

    def close(self) -> None:
        for one in self.contexts:
            with self.browser.patience(30), contextlib.suppress(Exception):
                one.close()
        self.complain()

    def complain(self) -> None:
        """Fail for what the pages said since the last time."""
        left = [said for said in self.errors if not any(re.search(p, said) for p in self.forgiven)]
        self.errors.clear()
        self.forgiven.clear()
        if any("status of 500" in said for said in left):
            left += ["the server said:", *self.site.log.read_text().splitlines()[-30:]]
        assert not left, "errors in the browser's console:\n" + "\n".join(left)


@pytest.fixture
def page_of(chromium: Chromium, site: Site) -> Iterator[Pages]:
    pages = Pages(chromium, site)
    with chromium.patience(420):
        yield pages
    pages.close()
