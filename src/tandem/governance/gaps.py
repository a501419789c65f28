"""Where a project has gaps against its packs: evidence for their controls is read from its records, or was said by somebody; roles that nobody
has, gates that are not passed, checklists with open points."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Q, When
from django.utils import timezone

from tandem.governance.models import ControlWord, Gate, MethodPart, PackUse, Risk
from tandem.governance.pack_content import asked, key_of, of_use
from tandem.governance.packs import Control
from tandem.kit import clock
from tandem.people.scoping import members_of
from tandem.strategy.models import Charter
from tandem.work.models import Baseline, ChecklistEntry, State, Transition

HOLDS, GAP, LEFT_OUT = "holds", "gap", "not_applicable"


@dataclass(frozen=True, slots=True)
class Standing:
    """`code` and `figures` say what it rests on; `word` what somebody said of it."""

    use: PackUse
    control: Control
    state: str
    code: str
    figures: dict[str, Any] = field(default_factory=dict)
    word: ControlWord | None = None


def standing(uses: list[PackUse]) -> list[Standing]:
    """Of one project: every control of its packs in their order. Each kind of evidence is read once."""
    words = {(word.pack_use_id, word.control): word for word in ControlWord.objects.filter(pack_use__in=uses).select_related("said_by")}
    read: dict[str, tuple[bool, str, dict[str, Any]]] = {}
    found = []
    for use in uses:
        pack = of_use(use)
        for control in pack.controls if pack else ():
            word = words.get((use.pk, control.key))
            if word is not None and word.state == ControlWord.State.NOT_APPLICABLE:
                found.append(Standing(use, control, LEFT_OUT, "said", word=word))
            elif control.evidence == "judged":
                found.append(Standing(use, control, HOLDS if word else GAP, "said" if word else "not_said", word=word))
            else:
                if control.evidence not in read:
                    read[control.evidence] = _READ[control.evidence](use)
                holds, code, figures = read[control.evidence]
                found.append(Standing(use, control, HOLDS if holds else GAP, code, figures))
    return found


def _charter(use: PackUse) -> tuple[bool, str, dict[str, Any]]:
    newest = Charter.objects.filter(space=use.space_id).order_by("-number").first()
    if newest is None:
        return False, "no_charter", {}
    return newest.is_signed, "signed" if newest.is_signed else "unsigned", {"number": newest.number}


def _risks(use: PackUse) -> tuple[bool, str, dict[str, Any]]:
    rows = Risk.objects.open().filter(space=use.space_id)
    count = rows.count()
    bare = rows.filter(Q(owner=None) | Q(response="") | Q(review_on__lt=clock.today())).count()
    return bool(count) and not bare, "risks" if count else "no_risk", {"n": count - bare, "of": count}


def _approvals(use: PackUse) -> tuple[bool, str, dict[str, Any]]:
    count = Transition.objects.filter(space=use.space_id, approvals__gt=0, to_state__category=State.Category.DONE).count()
    return count > 0, "approvals" if count else "no_approval", {"n": count}


def _acceptance(use: PackUse) -> tuple[bool, str, dict[str, Any]]:
    rows = ChecklistEntry.objects.present().acceptance().filter(space=use.space_id, item__removed_at=None, item__state__category=State.Category.DONE)
    ticked = list(rows.values_list("is_done", flat=True))
    return bool(ticked) and all(ticked), "acceptance" if ticked else "no_acceptance", {"n": sum(ticked), "of": len(ticked)}


def _baseline(use: PackUse) -> tuple[bool, str, dict[str, Any]]:
    count = Baseline.objects.filter(space=use.space_id).count()
    return count > 0, "baseline" if count else "no_baseline", {"n": count}


def _gates(use: PackUse) -> tuple[bool, str, dict[str, Any]]:
    """The rule at the gate sees to it that no manager was alone."""
    passed = Gate.objects.in_force().filter(project=use.project_id, state=Gate.State.PASSED).count()
    return passed > 0, "gates" if passed else "no_gate", {"n": passed}


def _roles(use: PackUse) -> tuple[bool, str, dict[str, Any]]:
    rows = MethodPart.objects.kept().filter(project=use.project_id, kind=MethodPart.Kind.ROLE, pack="")
    count, filled = rows.count(), rows.filter(person__in=members_of(use.space_id).values("user")).count()
    return bool(count) and filled == count, "roles" if count else "no_role", {"n": filled, "of": count}


_READ = {"charter": _charter, "risks": _risks, "approvals": _approvals, "acceptance": _acceptance, "baseline": _baseline, "gates": _gates, "roles": _roles}


@dataclass(frozen=True, slots=True)
class Part:
    """A role, checklist or gate that a pack asks for: `part` is what the project has of it, with its `gate` or work item; None while it has
    nothing of it. `code` and `figures` say how it stands."""

    use: PackUse
    section: str
    key: str
    name: str
    state: str
    code: str
    figures: dict[str, Any] = field(default_factory=dict)
    part: MethodPart | None = None
    gate: Gate | None = None
    about: str = ""


def parts(uses: list[PackUse], language: str) -> list[Part]:
    """Of one project, in the order of its packs; five queries, however many."""
    if not uses:
        return []
    project, people = uses[0].project_id, set(members_of(uses[0].space_id).values_list("user", flat=True))
    rows = MethodPart.objects.filter(project=project, ended_at=None).exclude(pack="").select_related("item__state", "person", "decided_by")
    there = {(row.pack, row.kind, row.key): row for row in rows}
    gates = {row.key: row for row in Gate.objects.filter(project=project).exclude(pack="")}
    entries: dict[int, list[_Entry]] = {}
    items = [row.item_id for row in there.values() if row.kind == MethodPart.Kind.DELIVERABLE]
    stands = Q(removed_at=None) | Q(became__removed_at=None, became__isnull=False)
    rows_of = ChecklistEntry.objects.filter(item__in=items).annotate(stands=Case(When(stands, then=True), default=False))
    for item, text, is_there, is_done, became in rows_of.values_list("item_id", "text", "stands", "is_done", "became__state__category"):
        entries.setdefault(item, []).append((text, is_there, is_done or became == State.Category.DONE))
    found = []
    for use in uses:
        for section, wanted in asked(use, language).items():
            for row in wanted:
                part = there.get((use.pack, _PART_KINDS[section], key_of(use.pack, row["key"])))
                gate = gates.get(part.key) if part is not None and section == "gates" else None
                name = part.name if part is not None and part.is_renamed else row["name"]
                state, code, figures = _part_stands(part, gate, entries, row.get("points", ()), people)
                about = row.get("duty") or "; ".join(row.get("points", ()))
                found.append(Part(use, section, row["key"], name, state, code, figures, part, gate, about))
    return found


_Entry = tuple[str, bool, bool]
"""Of a checklist: its text, whether it stands there, whether it is done."""
_PART_KINDS = {"roles": MethodPart.Kind.ROLE, "checklists": MethodPart.Kind.DELIVERABLE, "gates": MethodPart.Kind.GATE}


def _part_stands(
    part: MethodPart | None, gate: Gate | None, entries: dict[int, list[_Entry]], asked: Sequence[str], people: set[int]
) -> tuple[str, str, dict[str, Any]]:
    """Who does not see the project any more has no role in it. A point that is `asked` and was struck out is open, whatever was added."""
    if part is None:
        return GAP, "not_made", {}
    if part.is_left_out:
        return LEFT_OUT, "left_out", {"reason": part.reason}
    if part.kind == MethodPart.Kind.ROLE:
        if part.person is None:
            return GAP, "no_person", {}
        return *((HOLDS, "role") if part.person_id in people else (GAP, "person_gone")), {"person": part.person.name}
    if gate is not None:
        if gate.passed_at is not None:
            return HOLDS, "gate_passed", {"day": timezone.localdate(gate.passed_at).isoformat()}
        code = "gate_stopped" if gate.state == Gate.State.KILLED else "gate_overdue" if gate.due_on < clock.today() else "gate_open"
        return GAP, code, {"day": gate.due_on.isoformat()}
    item = part.item if part.item is not None and part.item.removed_at is None else None
    if item is None:
        return GAP, "item_gone", {}
    rows = entries.get(item.pk, [])
    there = [(text, is_done) for text, is_there, is_done in rows if is_there]
    struck = {text for text, is_there, _is_done in rows if not is_there and text in asked} - {text for text, _is_done in there}
    n, of = sum(is_done for _text, is_done in there), max(len(there) + len(struck), len(asked))
    return HOLDS if of and n == of else GAP, "points", {"n": n, "of": of}
