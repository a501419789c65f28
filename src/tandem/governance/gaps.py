"""Where a project has gaps against the controls of its packs: evidence is read from its records, or was said by somebody."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from tandem.governance.models import ControlWord, Gate, MethodPart, PackUse, Risk
from tandem.governance.pack_content import of_use
from tandem.governance.packs import Control
from tandem.kit import clock
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
    rows = MethodPart.objects.kept().filter(project=use.project_id, kind=MethodPart.Kind.ROLE)
    count, filled = rows.count(), rows.exclude(person=None).count()
    return bool(count) and filled == count, "roles" if count else "no_role", {"n": filled, "of": count}


_READ = {"charter": _charter, "risks": _risks, "approvals": _approvals, "acceptance": _acceptance, "baseline": _baseline, "gates": _gates, "roles": _roles}
