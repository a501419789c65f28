"""An icon that is named and was not taken into the sprite is an empty place on the page."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NAMED = re.compile(r"""\bicon\('([a-z0-9-]+)'|\bicon="([a-z0-9-]+)"|\bbutton\([^'"]*\)?, '[a-z]*', '([a-z0-9-]+)'""")


def test_every_icon_that_is_named_is_in_the_sprite():
    known = set((ROOT / "frontend/icons.txt").read_text(encoding="utf-8").split())
    files = [*(ROOT / "src/tandem").rglob("*.html"), *(ROOT / "src/tandem").rglob("*.py")]
    named = {(name, path.name) for path in files for found in _NAMED.findall(path.read_text(encoding="utf-8")) for name in found if name}
    assert len(named) > 100
    assert sorted((name, where) for name, where in named if name not in known) == []
