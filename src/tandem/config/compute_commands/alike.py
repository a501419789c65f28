"""`tandem compute alike`: the rows of a CSV file that read alike, in groups, or the likes of one text."""

import csv
import json
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

import click

from tandem.config.compute_commands.refusing import refuse


@click.command("alike")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--column", default="title", show_default=True, help="Column with the texts.")
@click.option("--key", help="Column that names the rows; default: the line.")
@click.option(
    "--at-least", type=click.FloatRange(0.1, 1), help="Lowest likeness; default 0.8, with --to 0.5."
)
@click.option("--to", help="Show the rows most like this text instead of groups.")
@click.option(
    "--calibrate", "calibrate_", is_flag=True, help="Measure which threshold is right for this file."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    file: Path,
    column: str,
    key: str | None,
    at_least: float | None,
    to: str | None,
    calibrate_: bool,
    as_json: bool,
) -> None:
    """Find rows that read alike, in English and Chinese."""
    from tandem.compute import likeness
    from tandem.compute.errors import Uncomputable

    rows = _rows(file, column, key)
    try:
        answer, lines = _answer(likeness, rows, at_least, to, calibrate_)
    except Uncomputable as fault:
        refuse(fault, as_json)
    if as_json:
        plain = asdict(answer) if calibrate_ else [asdict(one) for one in answer]
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(lines) or "nothing reads alike")


def _answer(
    likeness: Any, rows: list[tuple[str, str]], at_least: float | None, to: str | None, calibrated: bool
) -> tuple[Any, list[str]]:
    """What was asked for, and how it reads."""
    texts = dict(rows)
    if calibrated:
        answer = likeness.calibrate(rows)
        lines = [f"at least {one.at_least:.2f}: precision {one.precision:.3f}, recall {one.recall:.3f}" for one in answer.points]  # fmt: skip
        last = f"precision 0.95 from {answer.at_least}" if answer.at_least else "precision 0.95 nowhere"
        return answer, [*lines, last]
    if to is not None:
        answer = likeness.Index(rows).alike(to, at_least=at_least or likeness.ALIKE)
        return answer, [f"{one.score:.3f}  {one.key}  {texts[one.key]}" for one in answer]
    answer, lines = likeness.groups(rows, at_least=at_least or likeness.SAME), []
    for one in answer:
        lines.append(f"{len(one.members)} alike, cohesion {one.cohesion:.3f}")
        lines += [f"  {score:.3f}  {member}  {texts[member]}" for member, score in zip(one.members, one.scores, strict=True)]  # fmt: skip
    return answer, lines


def _rows(file: Path, column: str, key: str | None) -> list[tuple[str, str]]:
    from tandem.compute.tables import separator

    csv.field_size_limit(10_000_000)
    try:
        text = file.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(StringIO(text, newline=""), delimiter=separator(text))
        for name in (column, *([key] if key else [])):
            if name not in (reader.fieldnames or []):
                raise click.ClickException(
                    f"no column '{name}'; there are: {', '.join(reader.fieldnames or [])}"
                )
        return [(row[key] if key else str(reader.line_num), row[column] or "") for row in reader]
    except UnicodeDecodeError as fault:
        raise click.ClickException(f"{file}: not UTF-8 at byte {fault.start}") from None
    except csv.Error as fault:
        raise click.ClickException(f"{file}: {fault}") from None
