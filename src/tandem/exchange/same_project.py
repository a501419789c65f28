"""Which project here a project of a file is: by its number, else by name and department; what is doubtful is asked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from tandem.exchange.models import ExternalReference
from tandem.kit.errors import Refused
from tandem.kit.text import fold
from tandem.people.models import Space

ALIKE = 0.82
NEW = "new"


class Named(NamedTuple):
    """A project as a source names it."""

    source_id: str
    name: str
    department: str

    @property
    def key(self) -> str:
        return f"{self.source_id}|{self.plain[0]}|{self.plain[1]}"[:190]

    @property
    def plain(self) -> tuple[str, str]:
        return words_of(self.name), words_of(self.department)


def words_of(text: str) -> str:
    """Without case, accents, punctuation: “DfT” and “DFT” are one."""
    return " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())


class Doubt(NamedTuple):
    """A project of the file that may be one of those here: a person says which."""

    named: Named
    candidates: list[tuple[int, str, str]]  # id, name, department


@dataclass(slots=True)
class Known:
    """A project here, with every name and number under which sources have reported it."""

    project_id: int
    names: set[tuple[str, str]] = field(default_factory=set)
    ids: set[tuple[str, str]] = field(default_factory=set)  # system, number
    shown: tuple[str, str] = ("", "")

    def has_other_id(self, system: str, source_id: str) -> bool:
        return bool(source_id) and any(held == system and number != source_id for held, number in self.ids)


class Matching:
    """Reads what earlier imports into this space have recognised: one query."""

    def __init__(self, space: Space, system: str, answers: Mapping[str, Any]) -> None:
        self.system, self.answers = system, answers
        self.known: dict[int, Known] = {}
        self.keys: set[str] = set()
        self.by_id: dict[str, int] = {}
        self.by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
        rows = ExternalReference.objects.filter(space=space, kind="project", subject_kind="portfolio.project", data__has_key="plain")
        for held_by, source_id, subject_id, data in rows.values_list("system", "source_id", "subject_id", "data").order_by("id"):
            if held_by == system:
                self.keys.add(source_id)
            self.learn(held_by, Named(data["number"], data["name"], data["department"]), subject_id)

    def learn(self, system: str, named: Named, project_id: int) -> None:
        one = self.known.setdefault(project_id, Known(project_id))
        one.shown = (named.name, named.department)
        if named.plain not in one.names:
            one.names.add(named.plain)
            self.by_name[named.plain].append(project_id)
        if named.source_id:
            one.ids.add((system, named.source_id))
            if system == self.system:
                self.by_id[named.source_id] = project_id

    def find(self, wanted: Iterable[Named]) -> tuple[dict[Named, int | None], list[Doubt]]:
        """The project of each, None for a new one; and what must be asked. Nobody is taken for two."""
        found: dict[Named, int | None] = {}
        rest: list[Named] = []
        for named in wanted:
            if named.source_id and (known := self.by_id.get(named.source_id)):
                found[named] = known
            else:
                rest.append(named)
        taken = set(found.values())
        unsure: list[Named] = []
        for named in rest:
            same = [pk for pk in self.by_name.get(named.plain, ()) if self._is_free(pk, named, taken)]
            if len(same) == 1:
                found[named] = same[0]
                taken.add(same[0])
            else:
                unsure.append(named)
        doubts = []
        for named in unsure:
            candidates = self._like(named, taken)
            found[named] = self._answered(named, candidates) if candidates else None
            if candidates and named.key not in self.answers:
                doubts.append(Doubt(named, candidates))
        return found, doubts

    def _is_free(self, project_id: int, named: Named, taken: set[int | None]) -> bool:
        return project_id not in taken and not self.known[project_id].has_other_id(self.system, named.source_id)

    def _like(self, named: Named, taken: set[int | None]) -> list[tuple[int, str, str]]:
        """The same name elsewhere, or a name that reads alike in the same department; the likest first."""
        name, department = named.plain
        scored = []
        for one in self.known.values():
            if not self._is_free(one.project_id, named, taken):
                continue
            score = max(_score(name, department, *other) for other in one.names)
            if score >= ALIKE:
                scored.append((-score, one.project_id))
        return [(pk, *self.known[pk].shown) for _score_, pk in sorted(scored)[:3]]

    def _answered(self, named: Named, candidates: list[tuple[int, str, str]]) -> int | None:
        said = str(self.answers.get(named.key, NEW))
        if said == NEW:
            return None
        if said not in {str(pk) for pk, _name, _department in candidates}:
            raise Refused("import_answers", field="offers", what=f"{named.name}: {said}")
        return int(said)


def _score(name: str, department: str, other_name: str, other_department: str) -> float:
    if name == other_name:
        return 1.0
    if department != other_department:
        return 0.0
    matcher = SequenceMatcher(None, name, other_name, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE else 0.0
