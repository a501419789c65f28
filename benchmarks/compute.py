"""The published figures of the computed plan: runs `tandem compute bench` for each work and writes its table into
`docs/reference/computed-plan.md`. What was measured is kept in a folder, so that a run that was stopped goes on.

    python -m benchmarks.compute --keep FOLDER [--full] [--limit N] [--seeds N] [WORK[:SET] …]
"""

import argparse
import importlib
import os
import platform
import re
from datetime import date
from pathlib import Path

from tandem.compute.bench.table import Table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "computed-plan.md"
FILES = Path(__file__).resolve().parents[2] / "shared" / "data"
WORKS = (
    "psplib:j120", "psplib:j60", "psplib:j30", "psplib:mplib1_set3", "portfolio", "cpm", "montecarlo", "selection",
    "likeness",
)  # fmt: skip
EVERYTHING = 10_000


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("works", nargs="*", default=WORKS, metavar="WORK[:SET]")
    asked.add_argument("--keep", type=Path, default=Path(".bench"), help="folder for what was measured")
    asked.add_argument("--full", action="store_true", help="every instance of the sets")
    asked.add_argument("--limit", type=int, help="so many instances")
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--files", type=Path, default=FILES)
    given = asked.parse_args()
    given.keep.mkdir(parents=True, exist_ok=True)
    for one in given.works:
        work, _, set_ = one.partition(":")
        limit = EVERYTHING if given.full and work == "psplib" else given.limit
        table = importlib.import_module(f"tandem.compute.bench.{work}").run(
            set_=set_ or None, limit=limit, seeds=given.seeds, seconds=None, files=given.files,
            out=given.keep / f"{work}{set_ and '-'}{set_}.jsonl", tell=print,
        )  # fmt: skip
        print(table.as_markdown())
        publish(one, table)


def publish(name: str, table: Table) -> None:
    """Replace the section of this work on the page; the others, and the words around them, stay."""
    begin, end = f"<!-- figures: {name} -->", f"<!-- end of {name} -->"
    made = ", ".join(f"{key} {value}" for key, value in table.made.items() if key != "command")
    where = f"{os.cpu_count()} cores {platform.machine()}, Python {platform.python_version()}, {date.today()}"
    section = f"{begin}\n### {name}\n\n{table.as_markdown()}\n\n`{table.made.get('command', '')}` · {made} · {where}\n{end}"
    text = PAGE.read_text(encoding="utf-8")
    known = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if known.search(text):
        text = known.sub(lambda _: section, text)
    else:
        text = text.replace("\n## How the figures are made", f"\n{section}\n\n## How the figures are made")
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
