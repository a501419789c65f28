"""The archive of a project: the rule that holds, what it would put away now, what it has put away, and the way back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.models import Space
from tandem.web import doors
from tandem.web.work import setting
from tandem.work.actions import archiving_rules
from tandem.work.models import Archiving, ArchivingRule, WorkItem
from tandem.work.models.archiving_rule import LEAST_DAYS, MOST_DAYS

MOST_SHOWN, USUAL = 100, 90


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, key: str) -> HttpResponse:
    """Everybody who sees the space reads it; who may change the plan sets the rule. `?days=30` shows what that would do."""
    around = setting.around_any(request, key, "archiving_settings")
    space = around["space"]
    if request.method == "POST":
        return setting.take(request, _ACTS, space, "archiving_settings")
    own = ArchivingRule.objects.visible_to(request.user).filter(space=space).select_related("owner").first()
    rule = archiving_rules.in_force(space.pk)
    asked = whole_number(request.GET.get("days", ""), 4)
    days = asked if asked and LEAST_DAYS <= asked <= MOST_DAYS else rule.days if rule and rule.days else USUAL
    context = {
        **around, "spaces_above": setting.spaces_above(request, space), "own": own, "rule": rule, "days": days, "is_asked": asked == days,
        "is_from_above": rule is not None and rule.space_id != space.pk, "source_seen": rule is not None and rule.space_id in request.user.visible_space_ids(),
        "done": list(Archiving.objects.visible_to(request.user).filter(space=space).newest_first()[:10]), "most_days": MOST_DAYS, **_preview(request, space, days),
    }  # fmt: skip
    return render(request, "work/archiving_settings.html", context)


def _preview(request: HttpRequest, space: Space, days: int) -> dict[str, Any]:
    """What would go now; and what is finished and stays because nobody knows when that was."""
    rows = WorkItem.objects.visible_to(request.user).filter(space=space)
    found = rows.resting_since(archiving_rules.limit_of(days, clock.now()))
    shown = list(found.order_by("actual_finish", "pk").values("key", "title", "actual_finish")[:MOST_SHOWN])
    return {
        "would": shown, "would_count": found.count() if len(shown) == MOST_SHOWN else len(shown),
        "undated": rows.finished().unarchived().filter(actual_finish=None).count(),
    }


def _days(request: HttpRequest) -> int | None:
    """`never` keeps everything where it is."""
    if request.POST.get("never") == "1":
        return None
    days = setting.number(request, "days")
    if not LEAST_DAYS <= days <= MOST_DAYS:
        raise Refused("out_of_range", field="days")
    return days


def _set(request: HttpRequest, space: Space) -> str:
    own = ArchivingRule.objects.visible_to(request.user).filter(space=space).first()
    if own is None:
        rule = archiving_rules.create(actor=request.user, space=space, days=_days(request))
    else:
        rule = archiving_rules.change(actor=request.user, rule=own, version=setting.version_seen(request), days=_days(request))
    if rule.days is None:
        return _("Nothing is archived here by a rule.")
    return ngettext("Finished work is archived after %(n)s day, every night.", "Finished work is archived after %(n)s days, every night.", rule.days) % {"n": rule.days}


def _remove(request: HttpRequest, space: Space) -> str:
    rule = setting.one(ArchivingRule, request, "rule", space)
    archiving_rules.remove(actor=request.user, rule=rule, version=doors.version_in(request))
    return _("The rule is taken back. What was archived stays in the archive.")


def _now(request: HttpRequest, space: Space) -> str:
    archiving_rules.start(actor=request.user, space=space)
    return _("It is on its way; the jobs page shows how far it is. Here it can be taken back.")


def _undo(request: HttpRequest, space: Space) -> str:
    archiving_rules.undo(actor=request.user, archiving=setting.one(Archiving, request, "archiving", space))
    return _("They are back, and stay for as long as the rule says.")


_ACTS: setting.Acts = {"set": _set, "remove": _remove, "now": _now, "undo": _undo}

urls = [path("boards/<slug:key>/archiving/", settings, name="archiving_settings")]
