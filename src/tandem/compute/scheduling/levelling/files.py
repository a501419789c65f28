"""The field's file formats of levelling problems: PSPLIB .sm and .mm, Patterson .rcp, MPLIB .rcmp, and our JSON.

`read` gives the checked model, `read_arrays` the arrays at once (no dataclass per activity). Due dates and
tardiness costs in .sm headers are not read: no one plans by them, and the best known values ignore them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.problem import Activity, Link, Mode, Problem, Project, Resource
from tandem.compute.scheduling.levelling.problem_rules import MOST
from tandem.compute.scheduling.network import find_cycle


@dataclass(slots=True)
class _Rows:
    """What all formats say: per activity its modes as (duration, demands), and finish-to-start links."""

    modes: list[list[tuple[int, list[int]]]]
    successors: list[list[int]]
    capacity: list[int]
    renewable: int
    project: list[int]
    release: list[int]


def read(path: Path | str) -> Problem:
    """A problem from a file; its activities are named by their numbers ("1" …; "2:7" is 7 of project 2).

    Raises `Uncomputable` format_unknown, file_unreadable (with the row), link_to_itself, cycle, what
    `problem_from_json` refuses, and what `Problem` refuses."""
    path = Path(path)
    if path.suffix == ".json":
        from tandem.compute.scheduling.levelling.exchange_json import problem_from_json

        try:
            return problem_from_json(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as broken:
            raise Uncomputable("file_unreadable", value=path.name, reason="not UTF-8") from broken
    return _as_problem(_rows(path))


def read_arrays(path: Path | str) -> Arrays:
    """The same as arrays; what the file says is checked as in `read`, but for capacities that are too small."""
    path = Path(path)
    if path.suffix == ".json":
        from tandem.compute.scheduling.levelling.compile import arrays_of

        return arrays_of(read(path))
    return _as_arrays(_rows(path))


def _rows(path: Path) -> _Rows:
    readers = {".sm": _psplib, ".mm": _psplib, ".rcp": _patterson, ".rcmp": _mplib}
    if path.suffix not in readers:
        raise Uncomputable("format_unknown", value=path.suffix, known=sorted([*readers, ".json"]))
    try:
        rows = readers[path.suffix](path.read_text(encoding="latin-1"))
        _check(rows)
    except ValueError as broken:
        raise Uncomputable("file_unreadable", value=path.name, reason=str(broken)) from broken
    except (IndexError, StopIteration) as broken:
        raise Uncomputable(
            "file_unreadable", value=path.name, reason="a section is missing or ends early"
        ) from broken
    _check_order(rows)
    return rows


def _psplib(text: str) -> _Rows:
    lines = [line.strip().replace("RESOURCE AVAIL", "RESOURCEAVAIL") for line in text.splitlines()]
    kinds = re.findall(r"-\s*(?:renewable|nonrenewable|doubly constrained)\s*:\s*(\d+)", text)
    renewable = int(kinds[0])

    def after(title: str, skip: int) -> list[list[int]]:
        at = next(place for place, line in enumerate(lines) if line.startswith(title)) + skip
        rows = []
        for place, line in enumerate(lines[at:], at + 1):
            if line.startswith("*"):
                break
            if line:
                rows.append(_integers(line.split(), f"row {place}"))
        return rows

    network = after("PRECEDENCE", 2)
    count = [row[1] for row in network]
    modes: list[list[tuple[int, list[int]]]] = []
    for row in after("REQUESTS", 3):
        if not modes or len(modes[-1]) == count[len(modes) - 1]:
            modes.append([])
            _expect(row[0], len(modes), "the number of an activity")
            row = row[1:]
        modes[-1].append((row[1], row[2:]))
    _expect([len(ways) for ways in modes], count, "the numbers of modes")
    for number, row in enumerate(network, 1):
        _expect(row[0], number, "the number of an activity")
        _expect(len(row) - 3, row[2], f"the number of successors of {number}")
    capacity = after("RESOURCEAVAIL", 2)[0]
    _expect(len(capacity), sum(map(int, kinds)), "the number of resources")
    successors = [[number - 1 for number in row[3:]] for row in network]
    return _Rows(modes, successors, capacity, renewable, [0] * len(modes), [0])


def _patterson(text: str) -> _Rows:
    words = _integers(text.split(), "a word")
    n, kinds = words[:2]
    capacity, at = words[2 : 2 + kinds], 2 + kinds
    modes, successors = [], []
    for _ in range(n):
        modes.append([(words[at], words[at + 1 : at + 1 + kinds])])
        end = _end(at + 2 + kinds, words[at + 1 + kinds], len(words))
        successors.append([number - 1 for number in words[at + 2 + kinds : end]])
        at = end
    _expect(at, len(words), "the number of words")
    return _Rows(modes, successors, capacity, kinds, [0] * n, [0])


def _mplib(text: str) -> _Rows:
    words = text.split()
    projects, kinds = _integers(words[:2], "row 1")
    capacity, at = _integers(words[2 : 2 + kinds], "row 2"), 2 + kinds
    modes, named, project, release = [], [], [], []
    first = [0]
    for number in range(projects):
        n, begin = _integers(words[at : at + 2], f"project {number + 1}")
        at += 2 + kinds
        release.append(begin)
        first.append(first[-1] + n)
        for own in range(1, n + 1):
            row = _integers(words[at : at + 2 + kinds], f"activity {number + 1}:{own}")
            modes.append([(row[0], row[1:-1])])
            end = _end(at + 2 + kinds, row[-1], len(words))
            named.append(words[at + 2 + kinds : end])
            project.append(number)
            at = end
    _expect(at, len(words), "the number of words")
    successors = [[_place(name, first) for name in row] for row in named]
    return _Rows(modes, successors, capacity, kinds, project, release)


def _integers(words: list[str], where: str) -> list[int]:
    for word in words:
        if not word.removeprefix("-").isdecimal():
            raise ValueError(f"{where}: {word} is no integer")
    return [int(word) for word in words]


def _expect(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise ValueError(f"{what} is {found} where {wanted} is expected")


def _end(begin: int, count: int, words: int) -> int:
    """The word after a row with so many successors."""
    if not 0 <= count <= words - begin:
        raise ValueError(f"{count} successors where {words - begin} words are left")
    return begin + count


def _place(name: str, first: list[int]) -> int:
    """The place of activity b of project a, from its name a:b and the first places of all projects."""
    numbers = _integers(name.split(":"), "a successor")
    if len(numbers) != 2 or not 1 <= numbers[0] < len(first):
        raise ValueError(f"there is no activity {name}")
    place = first[numbers[0] - 1] + numbers[1] - 1
    if not first[numbers[0] - 1] <= place < first[numbers[0]]:
        raise ValueError(f"there is no activity {name}")
    return place


def _check(rows: _Rows) -> None:
    """Raise ValueError for a row that does not fit the others."""
    names, kinds = _names(rows), len(rows.capacity)
    _expect(len(rows.successors), len(names), "the number of activities")
    if not 0 <= rows.renewable <= kinds:
        raise ValueError(f"{kinds} capacities where {rows.renewable} are expected")
    _in_range("the resources", rows.capacity)
    _in_range("the projects", rows.release)
    for name, modes, successors in zip(names, rows.modes, rows.successors, strict=True):
        for duration, demand in modes:
            _expect(len(demand), kinds, f"activity {name}: the number of demands")
            _in_range(f"activity {name}", (duration, *demand))
        for place in successors:
            if not 0 <= place < len(names):
                raise ValueError(f"activity {name}: there is no successor {place + 1}")


def _in_range(what: str, values: Iterable[int]) -> None:
    for value in values:
        if not 0 <= value <= MOST:
            raise ValueError(f"{what}: {value} is not from 0 to {MOST}")


def _check_order(rows: _Rows) -> None:
    """Refuse links that close a cycle, as `Problem` does; looked for only where a link leads backwards."""
    links = [(i, j) for i, row in enumerate(rows.successors) for j in row]
    if all(i < j for i, j in links):
        return
    names = _names(rows)
    for i, j in links:
        if i == j:
            raise Uncomputable("link_to_itself", activity=names[i], value="FS")
    path = find_cycle((names[i], names[j]) for i, j in links)
    if path:
        raise Uncomputable("cycle", activity=path[0], path=path, value=len(path) - 1)


def _names(rows: _Rows) -> list[str]:
    several = len(rows.release) > 1
    place, names = [0] * len(rows.release), []
    for project in rows.project:
        place[project] += 1
        names.append(f"{project + 1}:{place[project]}" if several else str(place[project]))
    return names


def _as_problem(rows: _Rows) -> Problem:
    several, names = len(rows.release) > 1, _names(rows)
    kinds = [
        f"R{k + 1}" if k < rows.renewable else f"N{k + 1 - rows.renewable}" for k in range(len(rows.capacity))
    ]
    activities = tuple(
        Activity(
            names[i],
            tuple(
                Mode(duration, {kind: units for kind, units in zip(kinds, demand, strict=True) if units})
                for duration, demand in modes
            ),
            project=str(rows.project[i] + 1) if several else None,
        )
        for i, modes in enumerate(rows.modes)
    )
    links = tuple(Link(names[i], names[j]) for i, row in enumerate(rows.successors) for j in row)
    resources = tuple(
        Resource(kind, units, is_renewable=k < rows.renewable)
        for k, (kind, units) in enumerate(zip(kinds, rows.capacity, strict=True))
    )
    projects = (
        tuple(Project(str(p + 1), release) for p, release in enumerate(rows.release)) if several else ()
    )
    return Problem(activities, links, resources, projects=projects)


def _as_arrays(rows: _Rows) -> Arrays:
    n, several = len(rows.modes), len(rows.release) > 1
    flat = [mode for modes in rows.modes for mode in modes]
    demand = np.array([need for _, need in flat], np.int32).reshape(len(flat), len(rows.capacity))
    capacity = np.array(rows.capacity, np.int32)
    tail = np.repeat(np.arange(n), [len(row) for row in rows.successors])
    head = np.array([j for row in rows.successors for j in row], np.int32)
    links = len(head)

    def full(count: int, value: int) -> Ints:
        return np.full(count, value, np.int32)

    return Arrays(
        mode_ptr=np.concatenate(([0], np.cumsum([len(modes) for modes in rows.modes]))).astype(np.int32),
        duration=np.array([duration for duration, _ in flat], np.int32),
        demand=np.ascontiguousarray(demand[:, : rows.renewable]),
        capacity=capacity[: rows.renewable].reshape(-1, 1).copy(),
        tail=tail.astype(np.int32), head=head, kind=full(links, 0), lag=full(links, 0), max_lag=full(links, -1),
        project=np.array(rows.project, np.int32) if several else full(n, -1),
        release=np.array(rows.release, np.int32)[rows.project],
        due=full(n, -1), weight=full(n, 1), hard=np.zeros(n, np.bool_),
        project_due=full(len(rows.release) if several else 0, -1),
        project_weight=full(len(rows.release) if several else 0, 1),
        project_hard=np.zeros(len(rows.release) if several else 0, np.bool_),
        fixed=full(n, -1), fixed_mode=full(n, -1), in_force=full(n, -1), calendar=full(len(flat), -1),
        working=np.ones((0, 1), np.bool_),
        stock=capacity[rows.renewable :].copy(),
        consumption=np.ascontiguousarray(demand[:, rows.renewable :]),
    )  # fmt: skip
