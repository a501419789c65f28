"""The inbox of conflicts between plans, as a reader sees it: who is concerned, what it costs, which ways out there are."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Case, F, Q, When, Window
from django.db.models.functions import RowNumber

from tandem.people.models import Space, User
from tandem.planning.models import PlanConflict, PlanDraft
from tandem.portfolio.models import Project
from tandem.product.models import Feature, Promise, Release
from tandem.reports.queries.scope import below
from tandem.resources.models import Equipment, Skill, TimeOff
from tandem.strategy.models import Objective
from tandem.work.models import WorkItem

PAGE = 60
_OF_PEOPLE = (PlanConflict.Kind.OVERLOAD, PlanConflict.Kind.LEAVER)
_SUBJECTS: dict[str, Any] = {"portfolio.project": Project, "product.promise": Promise, "product.feature": Feature, "product.release": Release, "work.workitem": WorkItem}


@dataclass(slots=True)
class Aim:
    """An objective whose work a way out moves: `days` later (negative: earlier), how much of what serves it moves and how much loses work."""

    pk: int
    title: str
    days: int
    moved: int
    loses: int


@dataclass(slots=True)
class Way:
    """`item`, `other`, `person`: names, empty for what the reader may not see; `later`: (name, working days, of them late)."""

    number: int
    way: dict[str, Any]
    item: str
    other: str
    person: str
    later: list[tuple[str, float, float]]
    hidden: int = 0
    objectives: list["Aim"] = field(default_factory=list)
    hidden_objectives: int = 0
    before: list[tuple[str, int, str, int]] = field(default_factory=list)
    """Of a window that moves: promise or objective, its number, name, and by how many days its day is before the new one."""
    hidden_before: int = 0


@dataclass(slots=True)
class Line:
    conflict: PlanConflict
    title: str
    home: str
    projects: list[tuple[int, str]]
    unseen: int
    person: str = ""
    skills: list[tuple[str, int]] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)


def lines(user: Any, space: Space | None, after: int) -> tuple[list[Line], int]:
    """The worst first, a page of them; and how many there are."""
    rows = PlanConflict.objects.visible_to(user).open()
    if space is not None:
        concerned = Q(kind__in=PlanConflict.OF_PRODUCTS, detail__spaces__contains=[space.pk])
        rows = rows.filter(Q(space_id__in=below(user, space.pk)) | concerned)
    # a person who is over capacity stands there once, with all projects that it concerns
    one_of = Case(When(kind=PlanConflict.Kind.OVERLOAD, then=-F("subject_id")), default=F("pk"), output_field=BigIntegerField())
    once = rows.annotate(number=Window(RowNumber(), partition_by=one_of, order_by="pk")).filter(number=1).values("pk")
    total, rows = once.count(), rows.filter(pk__in=once)
    return _named(user, list(rows.worst_first().defer("ways").select_related("space")[after : after + PAGE])), total


def one(user: Any, conflict: PlanConflict) -> Line:
    """With its ways out."""
    line = _named(user, [conflict])[0]
    line.ways = _ways(user, conflict.ways or [])
    return line


def drafts(user: Any, conflict: PlanConflict | None = None) -> list[PlanDraft]:
    """Proposals that wait for a yes."""
    rows = PlanDraft.objects.visible_to(user).open().select_related("space", "proposed_by", "conflict")
    return list(rows.filter(conflict=conflict) if conflict else rows[:PAGE])


def _named(user: Any, rows: list[PlanConflict]) -> list[Line]:
    names = titles(user, [(row.kind, row.subject_kind, row.subject_id) for row in rows])
    people = _people(row.subject_id for row in rows if row.kind in _OF_PEOPLE)
    spaces = {pk for row in rows for pk in row.detail.get("spaces", ())}
    skills = dict(Skill.objects.visible_to(user).filter(pk__in={pk for row in rows for pk, _level in row.detail.get("skills", ())}).values_list("id", "name"))
    known = {space: (pk, name) for space, pk, name in Project.objects.visible_to(user).filter(space_id__in=spaces).values_list("space_id", "id", "name")}
    return [
        Line(
            row, names.get((row.kind, row.subject_kind, row.subject_id), ""), row.space.name,
            [known[pk] for pk in row.detail.get("spaces", ()) if pk in known], sum(pk not in known for pk in row.detail.get("spaces", ())),
            people.get(row.subject_id, "") if row.kind in _OF_PEOPLE else "", [(skills[pk], level) for pk, level in row.detail.get("skills", ()) if pk in skills],
        )
        for row in rows
    ]  # fmt: skip


def titles(user: Any, keys: list[tuple[str, str, int]]) -> dict[tuple[str, str, int], str]:
    """Of conflicts (kind, kind and number of the subject) what they are about, as far as the reader may see it."""
    known: dict[tuple[str, int], str] = {}
    for kind, model in _SUBJECTS.items():
        wanted = [pk for _kind, of, pk in keys if of == kind]
        if wanted:
            found = model.objects.visible_to(user).filter(pk__in=wanted)
            if model is Promise:
                found = found.select_related("feature", "release")
            known |= {(kind, subject.pk): str(subject) if model is Promise else getattr(subject, "title", "") or getattr(subject, "name", "") for subject in found}
    away = dict(TimeOff.objects.filter(pk__in=[pk for kind, _of, pk in keys if kind == PlanConflict.Kind.LEAVE]).values_list("id", "person__name"))  # house: reads — who is away, not why
    people = _people(pk for kind, _of, pk in keys if kind in _OF_PEOPLE)
    known |= {(TimeOff._meta.label_lower, pk): name for pk, name in away.items()}
    return {key: known.get(key[1:], "") or (people.get(key[2], "") if key[0] in _OF_PEOPLE else "") for key in keys}


def _people(ids: Iterable[int]) -> dict[int, str]:
    # house: reads — names of colleagues, whom everybody may see
    return dict(User.objects.filter(pk__in=set(ids)).values_list("id", "name"))


def _ways(user: Any, ways: list[dict[str, Any]]) -> list[Way]:
    items = {row.pk: str(row) for row in WorkItem.objects.visible_to(user).filter(pk__in={pk for way in ways for pk in (way["item"], way["other"]) if pk})}
    people = _people({pk for way in ways for pk in (way["user"], *(extra[0] for extra in way["extra"])) if pk})
    spaces = {late["space"] for way in ways for late in way["later"] if "space" in late} | {way["other_space"] for way in ways if way["other_space"]}
    names: dict[Any, str] = dict(Project.objects.visible_to(user).filter(space_id__in=spaces).values_list("space_id", "name"))
    wanted = {late["promise"] for way in ways for late in way["later"] if "promise" in late} | {pk for way in ways for pk, _days in way.get("promises", ())}
    machines = dict(Equipment.objects.visible_to(user).filter(pk__in={way["equipment"] for way in ways if way.get("equipment")}).values_list("id", "name"))
    aims = dict(Objective.objects.visible_to(user).filter(pk__in={one["objective"] for way in ways for one in way.get("objectives", ())} | {pk for way in ways for pk, _days in way.get("aims", ())}).values_list("id", "title"))
    promised = {row.pk: str(row) for row in Promise.objects.visible_to(user).filter(pk__in=wanted).select_related("feature", "release")}
    found = []
    for number, way in enumerate(ways):
        later = [(names.get(late.get("space")) or promised.get(late.get("promise", 0), ""), late["slots"] / 8, late["late"] / 8) for late in way["later"]]
        person = people.get(way["user"], "") or ", ".join(sorted({people[extra[0]] for extra in way["extra"] if extra[0] in people}))
        shown = [row for row in later if row[0]]
        told = way.get("objectives", ())
        known = [Aim(one["objective"], aims[one["objective"]], one["days"], one["moved"], one["loses"]) for one in told if one["objective"] in aims]
        other = machines.get(way.get("equipment"), "") or items.get(way["other"], "") or names.get(way["other_space"], "")
        dated = [(kind, pk, names_of[pk], days) for kind, key, names_of in (("promise", "promises", promised), ("objective", "aims", aims)) for pk, days in way.get(key, ()) if pk in names_of]
        unseen = len(way.get("promises", ())) + len(way.get("aims", ())) - len(dated)
        found.append(Way(number, way, items.get(way["item"], ""), other, person, shown, len(later) - len(shown), known, len(told) - len(known), dated, unseen))
    return found
