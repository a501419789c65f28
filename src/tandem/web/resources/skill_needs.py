"""Which skills a work item asks for, at which level; each change is one line with one button."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.resources.actions import skill_needs
from tandem.resources.models import PersonSkill, Skill, SkillNeed
from tandem.web import doors
from tandem.work.models import WorkItem

MOST = 500


@login_required
@require_GET
def needs(request: HttpRequest, key: str) -> HttpResponse:
    item = doors.find(WorkItem.objects.present().select_related("space"), request.user, key=key)
    rows = SkillNeed.objects.visible_to(request.user).filter(item=item).select_related("skill")
    known = Skill.objects.visible_to(request.user).order_by("category", "name", "id")[:MOST]
    context = {
        "item": item, "rows": list(rows), "known": list(known), "levels": PersonSkill.Level.choices, "usual": PersonSkill.Level.ALONE,
        "may_edit": may(request.user, Permission.EDIT_WORK, item.space_id),
    }  # fmt: skip
    return render(request, "resources/skill_needs.html", context)


@login_required
@require_POST
def needs_changes(request: HttpRequest, key: str) -> HttpResponse:
    """`do`: say (with `skill` and `level`; again, it is another level) or forget (the `need`)."""
    item = doors.find(WorkItem.objects.present().select_related("space"), request.user, key=key)
    if request.POST.get("do") == "forget":
        row = doors.find(SkillNeed.objects.filter(item=item), request.user, pk=whole_number(request.POST.get("need", ""), 18) or 0)
        skill_needs.forget(actor=request.user, skill_need=row, version=doors.version_in(request))
    else:
        skill = doors.find(Skill.objects.all(), request.user, pk=whole_number(request.POST.get("skill", ""), 18) or 0)
        level = whole_number(request.POST.get("level", ""), 1)
        if level not in PersonSkill.Level.values:
            raise Refused("choice_unknown", field="level")
        skill_needs.say(actor=request.user, item=item, skill=skill, level=level)
    return doors.go_to(request, reverse("skill_needs", kwargs={"key": item.key}), _("Saved."))


urls = [
    path("work-items/<str:key>/skills/", needs, name="skill_needs"),
    path("work-items/<str:key>/skills/changes/", needs_changes, name="skill_needs_changes"),
]
