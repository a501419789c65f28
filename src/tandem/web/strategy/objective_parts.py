"""What the key results make of objectives, and the key results of one objective with the course of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.reports.queries import key_results as reads
from tandem.reports.queries.objectives import Branch
from tandem.strategy.actions import check_ins
from tandem.strategy.models import Objective
from tandem.strategy.progress import NONE, Judgement, worst
from tandem.web import charts
from tandem.web.strategy import course_picture, values
from tandem.web.templating import day


@dataclass
class Judged:
    """An objective by its own key results; one without any by its parts."""

    own: Judgement
    parts: list["Judged"] = field(default_factory=list)

    @property
    def progress(self) -> float | None:
        if self.own.standings:
            return self.own.progress
        known = [p.progress for p in self.parts if p.progress is not None]
        return sum(known) / len(known) if known else None

    @property
    def confidence(self) -> str:
        return self.own.confidence if self.own.standings else worst([p.confidence for p in self.parts] or [NONE])

    @property
    def is_known(self) -> bool:
        return bool(self.own.standings or any(p.is_known for p in self.parts))

    @property
    def late(self) -> int:
        return len(self.own.late)

    @property
    def note(self) -> str:
        """What the figure rests on."""
        if self.own.standings:
            n = len(self.own.standings)
            return ngettext("%(n)s key result", "%(n)s key results", n) % {"n": n}
        n = sum(p.progress is not None for p in self.parts)
        return ngettext("from %(n)s part", "from %(n)s parts", n) % {"n": n} if n else ""

    @property
    def reason(self) -> str:
        """Why the confidence is what it is: the key results that are no better."""
        if not self.own.standings:
            return ""
        names = _("”, “").join(s.title for s in self.own.weakest[:3])
        return _("Because of “%(names)s”.") % {"names": names}

    @property
    def text(self) -> str:
        return charts.percent(self.progress)


def judgements(user: Any, branches: Sequence[Branch]) -> dict[int, Judged]:
    """Of every objective in the tree."""
    grouped, known = reads.of_objectives(user, [b.objective for b in branches])
    found = {b.objective.pk: Judged(reads.judged(grouped.get(b.objective.pk, []), known)) for b in branches}
    for b in branches:
        if b.objective.parent_id in found:
            found[b.objective.parent_id].parts.append(found[b.objective.pk])
    return found


def of(request: HttpRequest, row: Objective, branches: Sequence[Branch]) -> dict[str, Any]:
    """The key results of an objective: how each stands, its course, and the sentence above them."""
    judged = judgements(request.user, branches)[row.pk]
    grouped, known = reads.of_objectives(request.user, [row])
    rows = grouped.get(row.pk, [])
    courses = reads.courses(request.user, rows)
    return {
        "judged": judged, "lede": _lede(row, judged),
        "key_results": [
            {
                "row": k, "standing": known[k.pk], "state": values.standing(known[k.pk].confidence, k.score),
                "said": known[k.pk].said and values.shape(known[k.pk].said, said=True),
                "value": course_picture.shown(k, known[k.pk].value), "progress": charts.percent(known[k.pk].progress),
                "way": f"{values.amount(k.start_value, k.unit)} → {course_picture.shown(k, k.target_value)}",
                "late": _("A check-in was due on %(on)s.") % {"on": day(known[k.pk].due_on)} if known[k.pk].is_late else "",
                "picture": course_picture.picture(k, courses[k.pk], height=170),
                "check_in_url": _check_in_url(request, k),
            }
            for k in rows
        ],
        "new_key_result_url": f"{reverse('key_results_new')}?objective={row.pk}",
        "carried_from": row.carried_from, "carried_to": getattr(row, "carried_to", None),
    }  # fmt: skip


def _check_in_url(request: HttpRequest, k: Any) -> str:
    may = k.is_asked and check_ins.may_check_in(request.user, k)
    return reverse("key_results_check_ins", kwargs={"id": k.pk}) if may else ""


def _lede(row: Objective, judged: Judged) -> str:
    if not judged.is_known:
        return ""
    parts = [_("%(share)s of the way") % {"share": judged.text} if judged.progress is not None else _("No value yet")]
    score = judged.own.score
    parts.append(values.state_word(judged.confidence) if score is None else _("Scored %(score)s") % {"score": f"{score:.1f}"})
    if judged.late:
        parts.append(ngettext("%(n)s check-in is late", "%(n)s check-ins are late", judged.late) % {"n": judged.late})
    return " · ".join(parts)
