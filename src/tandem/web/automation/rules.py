"""A rule's pages: written as a form, read as a sentence, tried on the past, with the log of what it did and why not."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.automation import rule_letters, trials
from tandem.automation.actions import rules
from tandem.automation.models import Rule, RuleRun
from tandem.collaboration import words
from tandem.history.models import Event
from tandem.history.verbs import VERBS
from tandem.kit.errors import Denied, Refused, Stale
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.web import doors, generic, histories
from tandem.web.automation import rule_forms
from tandem.web.automation.sentences import Names, sentence

SHOWN = 50


@login_required
def new(request: HttpRequest, key: str) -> HttpResponse:
    return _written(request, doors.find(Space.objects, request.user, key=key))


@login_required
def edit(request: HttpRequest, id: int) -> HttpResponse:
    rule = _find(request, id)
    return _written(request, rule.space, rule)


def _written(request: HttpRequest, space: Space, rule: Rule | None = None) -> HttpResponse:
    """The form; `do=try` shows what the rule as it stands there would have done, and keeps nothing."""
    if not may(request.user, Permission.AUTOMATE, space.pk):
        raise Denied(Permission.AUTOMATE)
    data = request.POST if request.method == "POST" else None
    form = rule_forms.RuleForm(
        data, space=space, user=request.user, initial=rule_forms.initial(rule) if rule else None
    )
    version, trial, draft = rule.version if rule else None, None, None
    is_stale = False
    if request.method == "POST" and form.is_valid():
        values = form.values()
        try:
            if request.POST.get("do") == "try":
                rules.check(actor=request.user, space=space, **values)
                draft = Rule(space=space, owner=request.user, **values)
                trial = trials.tried(draft, request.user)
            else:
                return _kept(request, space, rule, values)
        except Stale as problem:
            generic.show(form, problem)
            version, is_stale = problem.current.version, True
        except Refused as problem:
            generic.show(form, problem)
    home = reverse("automation_space", kwargs={"key": space.key})
    context = {
        "form": form, "places": rule_letters.PLACES, "space": space, "rule": rule, "version": version, "trial": trial,
        "said": sentence(draft, Names(request.user, [draft])) if draft else "",
        "cancel": reverse("rule", kwargs={"id": rule.pk}) if rule else home,
    }  # fmt: skip
    return render(
        request, "automation/rule_form.html", context, status=409 if is_stale else 422 if form.errors else 200
    )


def _kept(request: HttpRequest, space: Space, rule: Rule | None, values: dict[str, Any]) -> HttpResponse:
    if rule is None:
        rule = rules.create(actor=request.user, space=space, **values)
        return doors.go_to(request, reverse("rule", kwargs={"id": rule.pk}), _("Created."))
    rules.change(actor=request.user, rule=rule, version=doors.version_in(request), **values)
    return doors.go_to(request, reverse("rule", kwargs={"id": rule.pk}), _("Saved."))


@login_required
def detail(request: HttpRequest, id: int) -> HttpResponse:
    rule = _find(request, id)
    request.live_topics = [f"space:{rule.space_id}"]  # type: ignore[attr-defined]
    runs = (
        RuleRun.objects.visible_to(request.user)
        .filter(rule=rule)
        .newest_first()
        .select_related("item", "event")
    )
    context = {
        "rule": rule, "said": sentence(rule, Names(request.user, [rule])), "may_change": may(request.user, Permission.AUTOMATE, rule.space_id),
        "runs": [_line(run) for run in runs[:SHOWN]], "shown": SHOWN,
        "trial": trials.tried(rule, request.user) if "try" in request.GET else None,
        "events": histories.lines(Event.objects.visible_to(request.user).of(rule).newest_first()[:20], request.user, silent=("steps", "facts")),
    }  # fmt: skip
    return render(request, "automation/rule.html", context)


def _line(run: RuleRun) -> dict[str, Any]:
    why = words.refusal(run.why, run.params) if run.why else ""
    return {"run": run, "why": why, "by": VERBS.get(run.event.verb, "") if run.event else ""}


@login_required
@require_POST
def changes(request: HttpRequest, id: int) -> HttpResponse:
    """`do` says what: on, off, remove."""
    rule, do = _find(request, id), request.POST.get("do", "")
    version = doors.version_in(request)
    if do == "remove":
        home = reverse("automation_space", kwargs={"key": rule.space.key})
        rules.remove(actor=request.user, rule=rule, version=version)
        return doors.go_to(request, home, _("Removed."))
    if do not in ("on", "off"):
        raise Refused("change_unknown")
    rules.change(actor=request.user, rule=rule, version=version, is_on=do == "on")
    said = _("Switched on.") if do == "on" else _("Switched off.")
    return doors.go_to(request, reverse("rule", kwargs={"id": id}), said)


def _find(request: HttpRequest, id: int) -> Rule:
    return doors.find(Rule.objects.select_related("space", "owner"), request.user, pk=id)


urls = [
    path("automation/<slug:key>/rules/new/", new, name="rule_new"),
    path("rules/<int:id>/", detail, name="rule"),
    path("rules/<int:id>/edit/", edit, name="rule_edit"),
    path("rules/<int:id>/changes/", changes, name="rule_changes"),
]
