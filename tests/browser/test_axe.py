"""Every page that can be looked at: axe-core finds nothing serious on it, and on a phone it does not scroll sideways. The
quick tests ask one page in twelve in one theme, every other one in the dark; the long ones ask every page in both, on the phone
as well, with the frame around it."""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Chromium, Pages, Site
from tests.drawn import chosen, drawn
from tests.house import policies

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
NO_PAGES = ("export", "_xlsx", "_ms_project", "_ics", "feed_shared", "_data", "_report", "_csv", "_notes_file", "attachment", "scopes", "healthz", "readyz", "palette")
PAGES = sorted(n for n, page in policies.WEB.items() if page.get is not None and not n.endswith(NO_PAGES))
NOUNS = [one.removesuffix("_detail") for one in PAGES if one.endswith("_detail") and one != "people_detail"]
COMMENTED = [noun for noun in NOUNS if f"{noun}_comments" in PAGES]
TWINS = {f"{noun}_{('edit', 'new')[n % 2]}" for n, noun in enumerate(NOUNS)} | {f"{noun}_comments" for noun in COMMENTED[1:]}  # as their siblings are
PLAIN = [name for name in PAGES if name not in TWINS]
# each of its own kind: drawn with script, or with a layout that no other page has
OWN_KIND = {"home", "board", "plan", "roadmap", "work_items", "work_item", "backlog", "alignment", "styleguide"}
QUICK = sorted(chosen(PLAIN, 12) | OWN_KIND & set(PLAIN) | {f"{COMMENTED[0]}_comments"})
VISITORS = ["/accounts/login/", "/accounts/password/reset/"]
OWN = ["/account/", "/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/password/change/", "/no-such-page/"]

# the rules whose findings are never serious are not asked, and nothing is loaded a second time for the others; the grid of the
# spreadsheet has roles of its library's own, and is used through a field of ours that speaks: tests/browser/test_sheet*.py
_RUN = """async ([options, frame]) => {
    const minor = axe._audit.rules.filter(r => ['minor', 'moderate'].includes(r.impact)).map(r => [r.id, {enabled: false}]);
    const asked = {resultTypes: ['violations'], preload: false, ...(options.runOnly ? {} : {rules: Object.fromEntries(minor)}), ...options};
    return (await axe.run({exclude: [...frame, ['revo-grid']]}, asked)).violations
    .filter(v => ['serious', 'critical'].includes(v.impact))
    .map(v => `${v.id}: ${v.nodes.slice(0, 4).map(n => n.target.join(' ') + ' ' + n.any.map(a => a.message).join(' ')).join(' | ')}`);
}"""
_SIDEWAYS = """() => {
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide <= 1) return [];
    const out = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
    return [`scrolls sideways by ${wide} px: ` + out.slice(0, 3).map(e => e.tagName + '.' + e.className).join(' | ')];
}"""
_THEME = "theme => document.documentElement.setAttribute('data-bs-theme', theme)"
_FRAME = [[".nav-l"], [".topbar"], [".bottom-nav"]]  # the same on every page: the quick tests ask it of one page in eight
_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make build, or npm ci in frontend/")
    return AXE.read_text()


@pytest.fixture(scope="module")
def windows(chromium: Chromium, site: Site) -> Iterator[tuple[Pages, dict[str | None, Any]]]:
    """One for each visitor, which stays open: the style sheets and the scripts are loaded once, not for each address."""
    pages: Pages = Pages(chromium, site)
    yield pages, {}
    pages.close()


@pytest.fixture
def window(windows: tuple[Pages, dict[str | None, Any]]) -> Iterator[Callable[[str | None], Any]]:
    pages, opened = windows

    def of(person: str | None) -> Any:
        if person not in opened or opened[person].is_closed():
            opened[person] = pages(person)
        opened[person].set_viewport_size({"width": 1440, "height": 900})
        return opened[person]

    with pages.browser.patience(240):
        yield of
    pages.complain()


def _faults(page: Any, axe: str, path: str, *, framed: bool = True, whole: bool = False) -> list[str]:
    """What is wrong with the page at `path`, loaded once: in one theme on a desk, and whether it fits a phone; `whole` asks
    in both themes, and everything on the phone too."""
    answer = page.goto(path)
    assert answer.status < 500, path
    if "text/html" not in (answer.headers.get("content-type") or "") or not page.locator("body.td").count():
        return []  # a file or a fragment: seen on the page that holds it
    page.evaluate(axe)
    first, second = ("dark", "light") if zlib.crc32(path.encode()) % 2 else ("light", "dark")
    page.evaluate(_THEME, first)
    found = [f"{first}: {one}" for one in page.evaluate(_RUN, [{}, [] if framed else _FRAME])]
    if whole:
        page.evaluate(_THEME, second)
        found += [f"{second}: {one}" for one in page.evaluate(_RUN, [_COLOURS, []])]
    page.set_viewport_size({"width": 390, "height": 844})
    found += [f"phone: {one}" for one in page.evaluate(_SIDEWAYS)]
    if whole:
        found += [f"{second}, phone: {one}" for one in page.evaluate(_RUN, [{}, []])]
        page.evaluate(_THEME, first)
        found += [f"{first}, phone: {one}" for one in page.evaluate(_RUN, [_COLOURS, []])]
    return found


@pytest.mark.parametrize("name", QUICK)
def test_a_page_is_for_everybody(name, site, window, axe):
    if name not in site.paths:
        pytest.skip("no such page: tests/house says so")
    faults = _faults(window("admin"), axe, site.paths[name], framed=QUICK.index(name) % 8 == 0)
    assert not faults, f"{site.paths[name]}\n" + "\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody_on_a_phone(name, site, window, axe):
    if name not in site.paths:
        pytest.skip("no such page: tests/house says so")
    faults = _faults(window("admin"), axe, site.paths[name], whole=True)
    assert not faults, f"{site.paths[name]}\n" + "\n".join(faults)


@pytest.mark.parametrize("path", drawn(OWN, 2))
def test_an_account_page_is_for_everybody(path, window, windows, axe):
    windows[0].forgive("404")
    faults = _faults(window("mei"), axe, path)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", VISITORS)
def test_a_page_before_signing_in_is_for_everybody(path, window, axe):
    faults = _faults(window(None), axe, path)
    assert not faults, "\n".join(faults)
