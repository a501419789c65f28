"""`tandem compute priority`: the ballots of many as one ranking, Kano's categories, and MoSCoW against what there is room for."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from tandem.config.compute_commands.rank import pointed
from tandem.config.compute_commands.refusing import refuse

_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_CLASS = ("class", "moscow", "priority")


@click.group("priority")
def command() -> None:
    """What comes first, by what many people say."""


@command.command("ballots")
@_file
@click.option("--budget", type=click.FloatRange(min=0, min_open=True), default=100.0, show_default=True, help="What each may give, where the file holds gifts.")
@click.option("--quadratic", is_flag=True, help="Gifts count by their square roots.")
@_json
def ballots(file: Path, budget: float, quadratic: bool, as_json: bool) -> None:
    """One ranking of the ballots in a JSON file, and who disagrees on what; of gifts out of a budget the ranking of their sums."""
    from tandem.compute.errors import Uncomputable
    from tandem.compute.priority import ballot_files
    from tandem.compute.priority.ballots import Purse, borda, budget_vote, from_purses, schulze
    from tandem.compute.priority.disagreement import MOST_COMPARED, disagreement

    try:
        given: Any = ballot_files.read(_text(file))
        items = ballot_files.items_of(given)
        if isinstance(given[0], Purse):
            places = budget_vote(items, given, budget=budget, quadratic=quadratic)
            apart = disagreement(items, from_purses(items, given)) if len(given) <= MOST_COMPARED else None
            said = {"budget": [asdict(one) for one in places], "disagreement": apart and asdict(apart)}
            _say(said, "\n".join([_places(places), *_apart(apart)]), as_json)
            return
        ranking = schulze(items, given)
        points, apart = borda(items, given), disagreement(items, given, ranking)
    except Uncomputable as fault:
        refuse(fault, as_json, pointed(fault))
    found = {"condorcet": asdict(ranking), "borda": [asdict(one) for one in points], "disagreement": asdict(apart)}
    _say(found, _ballots(ranking, points, apart), as_json)


@command.command("kano")
@_file
@_json
def kano(file: Path, as_json: bool) -> None:
    """Kano's category of each feature from a CSV file with the columns `feature,functional,dysfunctional`, an answer a line."""
    from tandem.compute import priority
    from tandem.compute.errors import Uncomputable
    from tandem.compute.priority import table

    try:
        rows = table.read(_text(file))
        features, there, away = (_column(rows, name) for name in ("feature", "functional", "dysfunctional"))
        answers: dict[str, list[tuple[str, str]]] = {}
        for feature, one, other in zip(features, there, away, strict=True):
            answers.setdefault(feature, []).append((_answer(one), _answer(other)))
        found = priority.kano(answers)
    except Uncomputable as fault:
        refuse(fault, as_json, pointed(fault))
    _say([asdict(one) for one in found], _kano(found), as_json)


@command.command("moscow")
@_file
@click.option("--capacity", type=click.FloatRange(min=0), help="What there is room for, in the unit of the column `effort`.")
@_json
def moscow(file: Path, capacity: float | None, as_json: bool) -> None:
    """Order the rows of a CSV file by their column `class` (must, should, could, won't) and check their efforts."""
    from tandem.compute import priority
    from tandem.compute.errors import Uncomputable
    from tandem.compute.priority import table

    try:
        rows = table.read(_text(file))
        named = {name.casefold() for name in rows.cells}
        kinds = _column(rows, next((name for name in _CLASS if name in named), "class"))
        efforts: Sequence[Any] = table.columns(rows, ["effort"])[1]["effort"] if "effort" in named else [None] * len(rows.items)
        wishes = [_wish(item, kind, effort) for item, kind, effort in zip(rows.items, kinds, efforts, strict=True)]
        found = priority.moscow(wishes, capacity)
    except Uncomputable as fault:
        refuse(fault, as_json, pointed(fault))
    _say(asdict(found), _moscow(found), as_json)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise click.ClickException(f"{file}: not UTF-8 at byte {fault.start}") from None


def _column(rows: Any, name: str) -> tuple[str, ...]:
    from tandem.compute.errors import Uncomputable

    found = next((cells for column, cells in rows.cells.items() if column.casefold() == name), None)
    if found is None:
        raise Uncomputable("unknown_column", column=name, allowed=tuple(rows.cells))
    return tuple(found)


def _answer(text: str) -> str:
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())


def _wish(item: str, kind: str, effort: Any) -> Any:
    from tandem.compute.errors import Uncomputable
    from tandem.compute.priority import Wish

    if isinstance(effort, str):
        raise Uncomputable("not_a_number", item=item, column="effort", value=effort)
    return Wish(item, kind, effort)


def _say(found: Any, text: str, as_json: bool) -> None:
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else text)


def _places(places: Sequence[Any]) -> str:
    return "\n".join(["rank  points       item", *(f"{one.rank:>4}  {one.points:<12.6g} {one.item}" for one in places)])


def _ballots(ranking: Any, points: Sequence[Any], apart: Any) -> str:
    by_item = {one.item: one.points for one in points}
    lines, rank = ["rank  Borda        item"], 1
    for tier in ranking.tiers:
        lines += [f"{rank:>4}  {by_item[item]:<12.6g} {item}" for item in tier]
        rank += len(tier)
    lines.append(f"wins every duel: {ranking.winner or 'none'}")
    for circle in ranking.cycles:
        lines.append("circle: " + ", ".join(f"{d.winner} > {d.loser} ({d.votes:g}:{d.against:g})" for d in circle))
    return "\n".join([*lines, *_apart(apart)])


def _apart(apart: Any) -> list[str]:
    """How far the voters are apart, and who on what; nothing where they are too many to be compared."""
    if apart is None:
        return []
    sides = (f"split on {one.first} / {one.second}: {', '.join(one.for_first[:5])} / {', '.join(one.for_second[:5])}" for one in apart.splits[:3])
    return ["agreement (Kendall's W): " + (f"{apart.w:.2f}" if apart.w is not None else "not to be said"), *sides]


def _kano(found: Sequence[Any]) -> str:
    lines = ["category         answers  better  worse  clear  feature"]
    for one in found:
        better, worse = (f"{value:.2f}" if value is not None else "–" for value in (one.better, one.worse))
        lines.append(f"{one.category:<16} {one.answers:>7}  {better:>6}  {worse:>5}  {'yes' if one.is_clear else 'no':<5}  {one.feature}")
    return "\n".join(lines)


def _moscow(found: Any) -> str:
    effort, shares, fits = dict(found.effort), dict(found.shares), dict(found.fits)
    lines = ["class   effort       share"]
    for name, sum_ in effort.items():
        share = f"{shares[name]:.0%}" if name in shares else "–"
        fit = "" if name not in fits else "  fits" if fits[name] else "  above capacity"
        lines.append(f"{name:<7} {sum_:<12.6g} {share}{fit}")
    lines += [f"! {code}" for code in found.warnings]
    if found.missing:
        lines.append(f"without effort: {', '.join(found.missing)}")
    return "\n".join([*lines, "", *found.order])
