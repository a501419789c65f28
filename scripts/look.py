"""Contact sheets of every page that links lead to: `.venv/bin/python scripts/look.py --url … --password … --out FOLDER`.

Walks from page to page of a demonstration that runs, one address for each kind of page, and takes each in English and light on
a desk and in Chinese and dark on a phone (`--all`: both the other way round as well). Says which page scrolls sideways, answers
with an error, or complains in the console. Looking at the sheets is left to people."""

import argparse
import html
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import visit

DESK, PHONE = (1440, 900), (390, 844)
LOOKS = (("en", "light", DESK), ("zh-hans", "dark", PHONE), ("en", "dark", DESK), ("zh-hans", "light", PHONE))
A_SHEET = {DESK: (3, 9), PHONE: (6, 12)}  # columns, and pictures on a sheet
_KEYED = re.compile(r"^/(plans|boards|backlog|flow|work-items|intake|scopes)/[A-Z][\w-]*")
_LEFT_OUT = re.compile(r"logout|/export|\.(csv|xlsx|json|ics|md|pdf|svg|png)$|^/(static|api|media|attachments|events)/|/data\.json|/feeds?/\w{20}")
_LINKS = """() => [...document.querySelectorAll('a[href]')].filter(a => a.origin === location.origin && !a.hasAttribute('download')).map(a => a.pathname + a.search)"""


def main() -> int:
    options = _options()
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    with visit.chromium() as browser:
        url = options.url.rstrip("/")
        signed = visit.sign_in(browser, url, options.email, options.password)
        paths = options.path or _walk(browser, url, signed, options.most)
        print(f"{len(paths)} kinds of pages")
        for language, theme, size in LOOKS if options.all else LOOKS[:2]:
            name = f"{language}-{theme}-{size[0]}"
            pictures = _looked(browser, url, signed, paths, (language, theme, size), out / name, faults)
            _sheets(browser, pictures, size, out, name)
    print("\n".join(faults) or "No page scrolls sideways or complains.")
    return 1 if faults else 0


def _kind(path: str) -> str:
    """What stands for all pages of a kind: its address without numbers, keys and filters."""
    bare, _, query = path.partition("?")
    layouts = "&".join(sorted(part for part in query.split("&") if part.startswith(("layout=", "view=")) and part != "view="))
    return re.sub(r"\d+", "0", _KEYED.sub(r"/\1/KEY", bare)) + (f"?{layouts}" if layouts else "")


def _walk(browser: Any, url: str, signed: Any, most: int) -> list[str]:
    window = visit.page(browser, url, signed)
    known, waiting, found = {"/"}, ["/"], []
    while waiting and len(found) < most:
        path = waiting.pop(0)
        answer = window.goto(path)
        if not answer or "text/html" not in (answer.headers.get("content-type") or "") or not window.locator("body.td").count():
            continue
        found.append(path)
        for link in window.evaluate(_LINKS):
            if _kind(link) not in known and not _LEFT_OUT.search(link):
                known.add(_kind(link))
                waiting.append(link)
    window.context.close()
    return found


def _looked(browser: Any, url: str, signed: Any, paths: list[str], look: Any, folder: Path, faults: list[str]) -> list[tuple[str, Path]]:
    language, theme, size = look
    folder.mkdir(exist_ok=True)
    window = visit.page(browser, url, signed, language=language, theme=theme, size=size)
    window.on("console", lambda said: faults.append(f"{folder.name} {window.url}: {said.text}") if said.type == "error" else None)
    window.on("pageerror", lambda problem: faults.append(f"{folder.name} {window.url}: {problem}"))
    taken = []
    for n, path in enumerate(paths):
        answer = window.goto(path)
        visit.settled(window)
        if answer and answer.status >= 400:
            faults.append(f"{folder.name} {path}: {answer.status}")
        wide = window.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        if wide > 1:
            faults.append(f"{folder.name} {path}: scrolls sideways by {wide} px")
        file = folder / f"{n:03}.png"
        file.write_bytes(window.screenshot())
        taken.append((path, file))
    window.context.close()
    return taken


def _sheets(browser: Any, pictures: list[tuple[str, Path]], size: tuple[int, int], out: Path, name: str) -> None:
    columns, many = A_SHEET[size]
    page = browser.new_page(viewport={"width": 1950, "height": 400})
    for start in range(0, len(pictures), many):
        cells = "".join(
            f"<div><p>{html.escape(path)}</p><img src='{file.relative_to(out)}'></div>" for path, file in pictures[start : start + many]
        )
        sheet = out / f"{name}-{start // many + 1:02}.html"
        sheet.write_text(f"<meta charset=utf-8><style>body{{margin:0;display:grid;gap:6px;grid-template-columns:repeat({columns},1fr);background:#888}}"
                         f"p{{margin:0;background:#ff8;font:12px sans-serif;overflow:hidden}}img{{width:100%;display:block}}</style>{cells}")  # fmt: skip
        page.goto(sheet.resolve().as_uri())
        page.wait_for_timeout(400)
        page.screenshot(path=sheet.with_suffix(".png"), full_page=True)
        print(sheet.with_suffix(".png"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/look.py", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--email", default="alma.voss@harbourline.example")
    parser.add_argument("--password", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--most", type=int, default=150, help="so many kinds of pages at most")
    parser.add_argument("--path", nargs="*", help="these pages instead of all")
    parser.add_argument("--all", action="store_true", help="both languages and themes on both")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
