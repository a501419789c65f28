"""What the quality grade of a KPI says, in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from markupsafe import Markup

from tandem.strategy.grading import Answer, Grade
from tandem.web.templating import day


def mark(grade: Grade) -> Markup:
    """The letter with its reasons; before the first value it says so."""
    if not grade.letter:
        return Markup('<span class="sub">{}</span>').format(_("not measured yet"))
    against = pgettext("list", "; ").join(sentence(a).rstrip(".。") for a in grade.failing)
    return Markup('<b>{}</b> <span class="sub">{}</span>').format(grade.letter, against or _("nothing against it"))


def lines(grade: Grade) -> list[dict[str, Any]]:
    """Every question with its answer: held, failed, or not known."""
    words = {True: ("on", _("holds")), False: ("off", _("fails")), None: ("none", _("not known yet"))}
    return [{"state": words[a.is_good][0], "word": words[a.is_good][1], "text": sentence(a), "days": a.days[:5]} for a in grade.answers]


def sentence(a: Answer) -> str:
    return _SENTENCES[a.code](a)


def _stale(a: Answer) -> str:
    if a.is_good is None:
        return _("It was never measured.")
    text = ngettext("The last value is %(n)s day old", "The last value is %(n)s days old", a.count) % {"n": a.count}
    return _("%(text)s; one is due every %(cadence)s days.") % {"text": text, "cadence": a.of}


def _gaps(a: Answer) -> str:
    if a.is_good is None:
        return _("Gaps: %(n)s values, %(least)s needed to say.") % {"n": a.count, "least": a.of}
    return _("%(n)s of %(all)s steps between values are too long.") % {"n": a.count, "all": a.of}


def _outliers(a: Answer) -> str:
    if a.is_good is None:
        return _("Outliers: %(n)s values, %(least)s needed to say.") % {"n": a.count, "least": a.of}
    if a.is_good:
        return _("No value lies far from those around it.")
    return _("Far from the values around it: %(days)s.") % {"days": ", ".join(day(d) for d in a.days[:5])}


def _moving(a: Answer) -> str:
    if a.is_good is None:
        return _("Movement: %(n)s values, %(least)s needed to say.") % {"n": a.count, "least": a.of}
    return _("It moves.") if a.is_good else _("The last %(n)s values are all the same.") % {"n": a.count}


def _owner(a: Answer) -> str:
    return _("Somebody answers for it.") if a.is_good else _("Nobody answers for it.")


def _used(a: Answer) -> str:
    if not a.is_good:
        return _("Nothing that was decided rests on it: no key result and no benefit that you can see takes its value from it.")
    return ngettext("%(n)s key result or benefit takes its value from it.", "%(n)s key results and benefits take their value from it.", a.count) % {"n": a.count}


_SENTENCES = {"stale": _stale, "gaps": _gaps, "outliers": _outliers, "moving": _moving, "owner": _owner, "used": _used}


def own(row: Any) -> str:
    """By whom it is measured where that is Tandem, and over what."""
    if not row.is_computed:
        return ""
    said = {"what": row.get_computed_from_display(), "who": row.measured_as.name if row.measured_as else "–"}
    return _("Measured every night by Tandem: %(what)s. Of this space and those below it, as far as %(who)s sees them; where there is too little, nothing is measured.") % said
