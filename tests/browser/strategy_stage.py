"""Steps that the journeys of strategy share: importing a file, giving access, waiting for what is computed, pictures of the way."""

import html
import os
import re
from pathlib import Path

PICTURES = os.environ.get("TANDEM_TEST_PICTURES")
WAIT = 300_000


def person(pages, name, **how):
    page = pages(name, **how)
    page.set_default_timeout(WAIT)
    page.set_default_navigation_timeout(WAIT)
    return page


def shoot(page, what):
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1], f"{what} is wider than the window: {wide}"
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(PICTURES) / f"journey-{what}.png")


def words(page) -> str:
    return " ".join(page.locator("#main").inner_text().split())


def bring(page, path, into, what="") -> str:
    """The wizard, from the file to its result; what the preview said."""
    page.goto("/imports/new/")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("select[name=into]").select_option(into)
    page.get_by_role("button", name="Look at the file").click()
    page.get_by_role("button", name="Import", exact=True).wait_for()
    said = words(page)
    if what:
        shoot(page, f"{what}-preview")
    page.get_by_role("button", name="Import", exact=True).click()
    page.locator("a", has_text="Report as JSON").wait_for()
    return said


def until(page, says: str):
    """The page is looked at again until the worker has computed."""
    for _ in range(150):
        if says in words(page):
            return
        page.wait_for_timeout(2000)
        page.reload()
    assert says in words(page)


def give_access(page, address, name, role):
    page.goto(address)
    page.get_by_label("Person").select_option(label=name)
    page.get_by_label("Role").select_option(role)
    page.get_by_role("button", name="Give access").click()


def create(page):
    page.locator("#main form button.btn-ink[type=submit]").click()


def href(page, locator) -> str:
    return page.locator(locator).first.get_attribute("href")


def number_in(address: str) -> int:
    return int(re.findall(r"\d+", address)[-1])


def days(text: str) -> list[int]:
    """`+2,338 d +2,182 d over the same +156 d from before` as numbers."""
    return [int(n.replace(",", "").replace("−", "-")) for n in re.findall(r"([+−]?[\d,]+) d\b", text)]


def money(text: str) -> float:
    """`+$3.4 m` as a number."""
    found = re.search(r"([+−])?\$([\d.,]+)(?: (k|m|bn))?", html.unescape(text))
    if not found:
        return 0.0
    size = float(found[2].replace(",", "")) * {None: 1, "k": 1e3, "m": 1e6, "bn": 1e9}[found[3]]
    return -size if found[1] == "−" else size
