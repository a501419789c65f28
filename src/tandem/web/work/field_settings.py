"""The fields of a project's own: defined, put into order, retired and brought back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tandem.kit.errors import Refused
from tandem.people.models import Space, SpaceKind
from tandem.reports.queries.filter_own import word_of
from tandem.web import doors
from tandem.web.work import setting
from tandem.work.actions import fields
from tandem.work.models import FieldDefinition, WorkItemType
from tandem.work.models.formula import BUILT_IN, FUNCTIONS, name_of, sources


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, key: str) -> HttpResponse:
    """Everybody who sees the space reads its fields here; who may change the plan changes them. What is defined above a
    project holds in it."""
    space = doors.find(Space.objects, request.user, key=key)
    around = setting.around_any(request, key, "field_settings")
    if request.method == "POST":
        return setting.take(request, _ACTS, space, "field_settings")
    seen = FieldDefinition.objects.visible_to(request.user)
    spread = Count("followers", filter=Q(followers__space__in=request.user.visible_space_ids(), followers__retired_at=None))
    rows = list(seen.filter(space=space).with_types().annotate(followed=spread).select_related("origin__space").in_order())
    context = {
        **around, **_above(request, space),
        "fields": [(f, word_of(f.word), setting.origin_of(request, f, "field_settings")) for f in rows if f.retired_at is None], "retired": [f for f in rows if f.retired_at],
        "kinds": FieldDefinition.Kind.choices, "hows": FieldDefinition.How.choices, **_names(rows), "firsts": [f for f in rows if f.retired_at is None and f.kind == FieldDefinition.Kind.CHOICE and not f.is_several],
        "types": list(WorkItemType.objects.visible_to(request.user).filter(space=space).active()),
    }  # fmt: skip
    return render(request, "work/field_settings.html", context)


def _above(request: HttpRequest, space: Space) -> dict[str, Any]:
    """The spaces above that one sees, from the organisation down; outside of projects also the fields that come from there."""
    spaces = setting.spaces_above(request, space)
    rows = FieldDefinition.objects.visible_to(request.user).active().filter(space__in=spaces, origin=None).select_related("space").in_order()
    return {"spaces_above": spaces, "from_above": [] if space.kind == SpaceKind.PROJECT else list(rows)}


def _names(rows: list[FieldDefinition]) -> dict[str, Any]:
    """What formulas know here, each with its label; what can be rolled up of it."""
    own = {name_of(f): f.name for f in rows if f.retired_at is None}
    chinese = get_language().startswith("zh")
    usual = {name: names[0] if chinese else name for name, names in BUILT_IN.items()}
    found = sources(f for f in rows if f.retired_at is None)
    mine = [(name, label) for name, label in own.items() if name in found]
    return {"known": [*((said, "") for said in usual.values()), *mine], "rollable": [*usual.items(), *mine], "functions": ", ".join(FUNCTIONS)}


def _given(request: HttpRequest) -> dict[str, Any]:
    return {
        "name": request.POST.get("name", ""), "choices": request.POST.get("choices", "").replace("\r\n", "\n").split("\n"),
        **_branches(request), "currency": request.POST.get("currency", ""), "is_required": request.POST.get("is_required") == "1",
        "is_on_cards": request.POST.get("is_on_cards") == "1", "is_several": request.POST.get("is_several") == "1",
        "formula": request.POST.get("formula", ""), "how": request.POST.get("how", ""), "summed": request.POST.get("summed", ""),
        "is_deep": request.POST.get("is_deep") == "1",
    }  # fmt: skip


def _branches(request: HttpRequest) -> dict[str, Any]:
    """A choice that depends on another one names its list line by line: `Germany: Berlin`."""
    found: dict[str, list[str]] = {}
    if request.POST.get("depends_on"):
        for line in request.POST.get("choices", "").splitlines():
            first, colon, second = line.replace("：", ":").partition(":")
            if line.strip() and (not colon or not first.strip() or not second.strip()):
                raise Refused("field_branch_line", field="choices", line=line.strip()[:100])
            if line.strip():
                found.setdefault(first.strip(), []).append(second.strip())
    return {"depends_on": request.POST.get("depends_on", ""), "branches": found}


def _types(request: HttpRequest, space: Space) -> list[WorkItemType]:
    """None chosen, or all of them, means every type, also those that come later."""
    rows = list(WorkItemType.objects.visible_to(request.user).filter(space=space).active())
    chosen = [t for t in rows if str(t.pk) in request.POST.getlist("types")]
    return [] if len(chosen) == len(rows) else chosen


def _add(request: HttpRequest, space: Space) -> str:
    field = fields.create(actor=request.user, space=space, kind=request.POST.get("kind", ""), types=_types(request, space), **_given(request))
    return _("Added the field “%(name)s”.") % {"name": field.name}


def _change(request: HttpRequest, space: Space) -> str:
    fields.change(actor=request.user, field=_field(request, space), version=doors.version_in(request), types=_types(request, space), **_given(request))
    return _("Saved.")


def _move(request: HttpRequest, space: Space) -> str:
    fields.move(actor=request.user, field=_field(request, space), to=setting.number(request, "to"))
    return ""


def _retire(request: HttpRequest, space: Space) -> str:
    field = fields.retire(actor=request.user, field=_field(request, space), version=doors.version_in(request))
    return _("Retired “%(name)s”. Its values are kept and come back with it.") % {"name": field.name}


def _restore(request: HttpRequest, space: Space) -> str:
    field = fields.restore(actor=request.user, field=_field(request, space), version=doors.version_in(request))
    return _("“%(name)s” is back.") % {"name": field.name}


def _field(request: HttpRequest, space: Space) -> FieldDefinition:
    return setting.one(FieldDefinition, request, "field", space)  # type: ignore[no-any-return]


_ACTS: setting.Acts = {"add": _add, "change": _change, "move": _move, "retire": _retire, "restore": _restore}

urls = [path("boards/<slug:key>/fields/", settings, name="field_settings")]
