"""What the scripts that look at pages share: Chromium, a signed-in window, links that are followed, a page that has come to rest."""

import base64
import contextlib
import re
import shutil
from collections.abc import Iterator
from typing import Any

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
_PREFER = """async values => { const form = new FormData(), token = document.body.dataset.csrf;
  for (const name in values) form.append(name, values[name]);
  form.append('next', '/account/'); form.append('csrfmiddlewaretoken', token);
  await fetch('/preferences/', {method: 'POST', body: form, headers: {'X-CSRFToken': token}}) }"""
_REST = """() => document.fonts.ready.then(() => [...document.querySelectorAll('tandem-timeline, tandem-board')].every(e => e.classList.contains('ready')
  && (e.tagName !== 'TANDEM-TIMELINE' || e.querySelector('.tl-row[data-v]'))))"""

_ENCODE = """async ([data, quality]) => { const picture = new Image(); picture.src = 'data:image/png;base64,' + data; await picture.decode();
  const canvas = document.createElement('canvas'); canvas.width = picture.width; canvas.height = picture.height;
  canvas.getContext('2d').drawImage(picture, 0, 0); return canvas.toDataURL('image/webp', quality) }"""


class NoSuchLink(Exception):
    """The page has no link of that pattern."""


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    system = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system, args=_FLAGS)
        yield browser
        browser.close()


def sign_in(browser: Any, url: str, email: str, password: str) -> Any:
    """What keeps that person signed in, for `page`."""
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[type=password]").fill(password)
    page.keyboard.press("Enter")
    page.locator("nav.nav-l").wait_for(timeout=60_000)
    state = context.storage_state()
    context.close()
    return state


def page(browser: Any, url: str, signed: Any, *, language: str = "en", theme: str = "light", size: tuple[int, int] = (1280, 800)) -> Any:
    """A window of that person, in that language and theme."""
    context = browser.new_context(
        base_url=url, storage_state=signed, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce",
        color_scheme=theme, locale="zh-CN" if language.startswith("zh") else "en-GB",
    )  # fmt: skip
    context.set_default_timeout(60_000)
    opened = context.new_page()
    if signed:
        opened.goto("/account/")
        opened.evaluate(_PREFER, {"language": language, "theme": theme})
    return opened


def follow(window: Any, way: tuple[str, ...]) -> None:
    """To the first address, then from page to page by the first link in its main part that has the pattern, or the words."""
    window.goto(way[0])
    for pattern in way[1:]:
        if pattern.startswith("text="):
            named = window.locator("#main a", has_text=pattern.removeprefix("text="))
            if not named.count():
                raise NoSuchLink(f"{window.url} has no link {pattern}")
            window.goto(named.first.get_attribute("href"))
            continue
        links = window.evaluate("() => [...document.querySelectorAll('main a[href], #main a[href]')].map(a => a.getAttribute('href'))")
        found = next((link for link in links if re.fullmatch(pattern, link.split("?")[0].split("#")[0])), None)
        if found is None:
            raise NoSuchLink(f"{window.url} has no link like {pattern}")
        window.goto(found)


def settled(window: Any) -> None:
    """Islands are drawn, fonts are there."""
    with contextlib.suppress(Exception):
        window.wait_for_function(_REST, timeout=20_000)
    window.wait_for_timeout(400)


def webp(browser: Any, png: bytes, quality: float = 0.9) -> bytes:
    """The picture as WebP, by the browser's own encoder."""
    window = browser.new_page()
    try:
        url = window.evaluate(_ENCODE, [base64.b64encode(png).decode(), quality])
    finally:
        window.close()
    return base64.b64decode(url.split(",", 1)[1])
