"""Before many work items change: what will stand there, what stays as it is, and what refuses and why."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tandem.collaboration import words
from tandem.web.field_words import field_name
from tandem.web.templating import day
from tandem.work.actions.bulk import Outcome
from tandem.work.models import WorkItem

_PRIORITIES = dict(WorkItem.Priority.choices)


def shown(request: HttpRequest, outcomes: list[Outcome], what: str, value: str, back: str) -> HttpResponse:
    outcomes = sorted(outcomes, key=lambda o: (o.item.space_id, o.item.number))
    refused = [o for o in outcomes if o.code]
    changing = [o for o in outcomes if o.is_change]
    name = next((name for o in outcomes for name in o.before), what)
    context = {
        "what": what, "do": f"{what}:{value}", "back": back, "field": field_name(name), "is_removal": what == "remove",
        "rows": [(o.item, _text(name, o.before.get(name)), o.awaited or _text(name, o.after.get(name)), bool(o.awaited)) for o in changing],
        "awaited": sum(bool(o.awaited) for o in changing),
        "refused": [(o.item, words.refusal(o.code, o.params)) for o in refused],
        "same": len(outcomes) - len(refused) - len(changing), "reason": request.POST.get("override_reason", ""),
        "over_limit": [o.item for o in refused if o.code == "wip_limit_reached"],
        "all": [o.item for o in outcomes], "seen": [(o.item.pk, o.version) for o in changing],
    }  # fmt: skip
    return render(request, "work/bulk_preview.html", context)


def _text(name: str, value: Any) -> str:
    if name == "priority":
        return str(_PRIORITIES.get(value, _("No priority")))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "due_on":
        return day(value) or "–"
    return (", ".join(map(str, value)) if isinstance(value, list) else str(value.name if hasattr(value, "name") else value or "")) or "–"
