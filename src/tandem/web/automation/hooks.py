"""A webhook's pages: made, changed, tried; what was sent, how it was answered, and sending it again."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from tandem.automation.actions import hooks
from tandem.automation.models import Delivery, Hook
from tandem.history.models import Event
from tandem.kit.errors import Denied, Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.web import doors, generic, histories

SHOWN = 50
_NEW_SECRET = "new_hook_secret"  # noqa: S105  the name under which a session notes which one to show


class HookForm(forms.Form):
    name = forms.CharField(max_length=100, label=lazy("Name"))
    address = forms.CharField(
        max_length=500,
        label=lazy("Address"),
        help_text=lazy(
            "Such as https://chat.example.org/hooks/12. What stands behind the host is shown to nobody who may not manage automation here."
        ),
    )
    about = forms.MultipleChoiceField(
        choices=Hook.About.choices, widget=forms.CheckboxSelectMultiple, label=lazy("Tells of")
    )


@login_required
def new(request: HttpRequest, key: str) -> HttpResponse:
    space = doors.find(Space.objects, request.user, key=key)
    _insist(request, space.pk)
    form = HookForm(request.POST or None, initial={"about": [Hook.About.WORK_ITEM, Hook.About.COMMENT]})
    if request.method == "POST" and form.is_valid():
        try:
            hook = hooks.create(actor=request.user, space=space, **form.cleaned_data)
            request.session[_NEW_SECRET] = hook.pk
            return doors.go_to(request, reverse("webhook", kwargs={"id": hook.pk}), _("Created."))
        except Refused as problem:
            generic.show(form, problem)
    return _form(request, form, _("New webhook"), reverse("automation_space", kwargs={"key": key}))


@login_required
def edit(request: HttpRequest, id: int) -> HttpResponse:
    hook = _find(request, id)
    _insist(request, hook.space_id)
    here = reverse("webhook", kwargs={"id": id})
    form = HookForm(
        request.POST or None, initial={"name": hook.name, "address": hook.address, "about": hook.about}
    )
    theirs: list[dict[str, Any]] = []
    version = hook.version
    if request.method == "POST" and form.is_valid():
        try:
            hooks.change(
                actor=request.user, hook=hook, version=doors.version_in(request), **form.cleaned_data
            )
            return doors.go_to(request, here, _("Saved."))
        except Stale as problem:
            generic.show(form, problem)
            version, theirs = problem.current.version, generic.differences(form, problem.current)
        except Refused as problem:
            generic.show(form, problem)
    more = {"row": hook, "version": version, "theirs": theirs}
    return _form(request, form, _("Edit %(noun)s") % {"noun": _("webhook")}, here, **more)


def _form(request: HttpRequest, form: forms.Form, title: str, cancel: str, **more: Any) -> HttpResponse:
    context = {"form": form, "row": None, "title": title, "cancel": cancel} | more
    status = 409 if more.get("theirs") else 422 if form.errors else 200
    return render(request, "generic/form.html", context, status=status)


@login_required
def detail(request: HttpRequest, id: int) -> HttpResponse:
    """A new secret is shown once, to whoever made it."""
    hook = _find(request, id)
    may_change = may(request.user, Permission.AUTOMATE, hook.space_id)
    request.live_topics = [f"space:{hook.space_id}"]  # type: ignore[attr-defined]
    is_new = may_change and request.session.get(_NEW_SECRET) == hook.pk and "part" not in request.GET
    if is_new:
        del request.session[_NEW_SECRET]
    rows = Delivery.objects.visible_to(request.user).filter(hook=hook).newest_first().select_related("event")
    shown = _readable(request.user, list(rows[:SHOWN]))
    context = {
        "hook": hook, "may_change": may_change, "secret": hook.secret if is_new else "", "rows": shown, "shown": SHOWN,
        "events": histories.lines(Event.objects.visible_to(request.user).of(hook).newest_first()[:20], request.user),
    }  # fmt: skip
    return render(request, "automation/hook.html", context)


def _readable(user: Any, rows: list[Delivery]) -> list[Delivery]:
    """Of an event that the reader may not see, only that something was sent."""
    seen = set(Event.objects.visible_to(user).filter(pk__in={d.event_id for d in rows if d.event_id}).values_list("pk", flat=True))
    for row in rows:
        if row.event_id and row.event_id not in seen:
            row.event = Event(verb="–")
    return rows


@login_required
@require_POST
def changes(request: HttpRequest, id: int) -> HttpResponse:
    """`do` says what: test, on, off, renew, replay, remove."""
    hook = _find(request, id)
    act = _ACTS.get(request.POST.get("do", ""))
    if act is None:
        raise Refused("change_unknown")
    said = act(request, hook)
    home = reverse("automation_space", kwargs={"key": hook.space.key})
    return doors.go_to(request, home if hook.pk is None else reverse("webhook", kwargs={"id": id}), said)


def _find(request: HttpRequest, id: int) -> Hook:
    return doors.find(Hook.objects.select_related("space", "owner"), request.user, pk=id)


def _insist(request: HttpRequest, space_id: int) -> None:
    if not may(request.user, Permission.AUTOMATE, space_id):
        raise Denied(Permission.AUTOMATE)


def _test(request: HttpRequest, hook: Hook) -> str:
    hooks.test(actor=request.user, hook=hook)
    return _("A trial message is on its way. Its answer appears below.")


def _switch(request: HttpRequest, hook: Hook) -> str:
    is_on = request.POST["do"] == "on"
    hooks.change(actor=request.user, hook=hook, version=doors.version_in(request), is_on=is_on)
    return _("Switched on.") if is_on else _("Switched off.")


def _renew(request: HttpRequest, hook: Hook) -> str:
    hooks.renew_secret(actor=request.user, hook=hook, version=doors.version_in(request))
    request.session[_NEW_SECRET] = hook.pk
    return _("The old secret is worth nothing now.")


def _replay(request: HttpRequest, hook: Hook) -> str:
    pk = whole_number(request.POST.get("delivery", "")) or 0
    delivery = doors.find(
        Delivery.objects.filter(hook=hook).select_related("hook", "event"), request.user, pk=pk
    )
    hooks.replay(actor=request.user, delivery=delivery)
    return _("It is sent again.")


def _remove(request: HttpRequest, hook: Hook) -> str:
    hooks.remove(actor=request.user, hook=hook, version=doors.version_in(request))
    return _("Removed.")


_ACTS: dict[str, Callable[[HttpRequest, Hook], str]] = {
    "test": _test, "on": _switch, "off": _switch, "renew": _renew, "replay": _replay, "remove": _remove,
}  # fmt: skip

urls = [
    path("automation/<slug:key>/webhooks/new/", new, name="webhook_new"),
    path("webhooks/<int:id>/", detail, name="webhook"),
    path("webhooks/<int:id>/edit/", edit, name="webhook_edit"),
    path("webhooks/<int:id>/changes/", changes, name="webhook_changes"),
]
