"""The fields of a project's own: defined, put into order, retired and brought back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tandem.people.models import Space
from tandem.reports.queries.filter_own import word_of
from tandem.web import doors
from tandem.web.work import setting
from tandem.work.actions import fields
from tandem.work.models import FieldDefinition, WorkItemType


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, key: str) -> HttpResponse:
    """Everybody who sees the project reads its fields here; who may change the plan changes them."""
    around = setting.around(request, key, "field_settings")
    space = around["space"]
    if request.method == "POST":
        return setting.take(request, _ACTS, space, "field_settings")
    rows = list(FieldDefinition.objects.visible_to(request.user).filter(space=space).with_types().in_order())
    context = {
        **around,
        "fields": [(f, word_of(f.word)) for f in rows if f.retired_at is None], "retired": [f for f in rows if f.retired_at],
        "kinds": FieldDefinition.Kind.choices, "types": list(WorkItemType.objects.visible_to(request.user).filter(space=space).active()),
    }  # fmt: skip
    return render(request, "work/field_settings.html", context)


def _given(request: HttpRequest) -> dict[str, Any]:
    return {
        "name": request.POST.get("name", ""), "choices": request.POST.get("choices", "").replace("\r\n", "\n").split("\n"),
        "currency": request.POST.get("currency", ""), "is_required": request.POST.get("is_required") == "1",
        "is_on_cards": request.POST.get("is_on_cards") == "1",
    }  # fmt: skip


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
