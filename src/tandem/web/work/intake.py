"""Forms for people without an account: what they fill in, and the page on which the project or portfolio decides about it."""

from itertools import zip_longest
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tandem.collaboration import words
from tandem.kit.errors import Hidden, Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, require
from tandem.people.models import Space, SpaceKind
from tandem.web import doors
from tandem.work.actions import intake, intake_routes
from tandem.work.models import IntakeForm, Submission, WorkItemType

MOST_SHOWN = 100


@login_required
def triage(request: HttpRequest, key: str) -> HttpResponse:
    """What waits for a decision, what was decided lately, and the forms with their addresses."""
    user: Any = request.user
    space = doors.find(Space.objects.filter(kind__in=intake.PLACES), user, key=key)
    require(user, Permission.EDIT_WORK, space.pk)
    request.live_topics = [f"space:{space.pk}"]  # type: ignore[attr-defined]
    rows = Submission.objects.visible_to(user).filter(space=space).select_related("form__type", "type", "item", "proposal", "decided_by")
    waiting = Count("submissions", filter=Q(submissions__state=Submission.State.WAITING, submissions__space=space))
    forms = list(IntakeForm.objects.visible_to(user).working().filter(space=space).select_related("type").annotate(n=waiting))
    may_share = may(user, Permission.SHARE, space.pk)
    for form in forms if may_share else ():
        form.address = request.build_absolute_uri(reverse("intake_shared", kwargs={"token": form.token}))
    _shown_routes(user, forms)
    leading = intake_routes.leading_to(space)
    for form in leading:
        form.answers = [one["answer"] for one in form.routes if one["space"] == space.pk]
    return render(request, "work/intake.html", {
        "space": space, "is_project": space.kind == SpaceKind.PROJECT, "topic": f"space:{space.pk}", "forms": forms, "may_share": may_share,
        "leading": leading,
        "waiting": list(rows.waiting().order_by("id")[:MOST_SHOWN]), "decided": list(rows.decided().order_by("-decided_at")[:30]),
        "types": WorkItemType.objects.visible_to(user).active().filter(space=space),
    })  # fmt: skip


def page_of(space: Space) -> str:
    """Where it is decided: beside the board of a project, beside the queue of a portfolio."""
    return reverse("intake" if space.kind == SpaceKind.PROJECT else "proposal_intake", kwargs={"key": space.key})


@login_required
@require_POST
def forms(request: HttpRequest, key: str) -> HttpResponse:
    """`do`: create (title, intro, type), change, or revoke (the `form`); or leave: a form of another project leads here no more."""
    space = doors.find(Space.objects, request.user, key=key)
    require(request.user, Permission.SHARE, space.pk)
    do, here = request.POST.get("do", "create"), page_of(space)
    number = whole_number(request.POST.get("form", "")) or 0
    if do == "leave":
        form = next((one for one in intake_routes.leading_to(space) if one.pk == number), None)
        if form is None:
            raise Refused("not_led_here")
        intake_routes.take_out(actor=request.user, form=form, space=space)
        return doors.done(request, here, _("It no longer leads here."))
    row = doors.find(IntakeForm.objects, request.user, pk=number, space=space) if do != "create" else None
    given = {"title": request.POST.get("title", ""), "intro": request.POST.get("intro", ""), "type": _type(request, space)}
    if "question" in request.POST:
        given |= {"question": request.POST["question"], "routes": _routes(request, row)}
    if row is None:
        intake.create_form(actor=request.user, space=space, **given)
        return doors.done(request, here, _("The form is open."))
    if do == "change":
        intake.change_form(actor=request.user, form=row, version=doors.version_in(request), **given)
        return doors.done(request, here, _("Saved."))
    if do != "revoke":
        raise Refused("change_unknown")
    intake.revoke_form(actor=request.user, form=row, version=doors.version_in(request))
    return doors.done(request, here, _("The link no longer works."))


def _routes(request: HttpRequest, form: IntakeForm | None) -> list[dict[str, Any]]:
    """The lines of the form: an answer, the key of a project, the name of a type there or nothing. An empty line is none; one that
    leads where it led (`kept` is its place there) stays, whether that is seen or not."""
    found, lines = [], []  # type: list[dict[str, Any]], list[dict[str, Any]]
    if form is not None:
        _shown_routes(request.user, [form])
        lines = form.lines
    given = [request.POST.getlist(name) for name in ("answer", "project", "kind", "kept")]
    for answer, key, kind, kept in zip_longest(*given, fillvalue=""):
        key, kind, place = key.strip(), kind.strip(), whole_number(kept, 3)
        if not (answer.strip() or key):
            continue
        if place is not None and place < len(lines) and (key, kind) == (lines[place]["key"], lines[place]["kind"]):
            found.append({"answer": answer, "kept": place})
        else:
            found.append({"answer": answer, **_target(request.user, key, kind)})
    return found


def _target(user: Any, key: str, kind: str) -> dict[str, Any]:
    target = Space.objects.visible_to(user).filter(key__iexact=key, kind=SpaceKind.PROJECT).first()
    if target is None or not may(user, Permission.SHARE, target.pk):
        raise Refused("route_unknown", field="routes", key=key[:40])
    row = WorkItemType.objects.visible_to(user).active().filter(space=target, name__iexact=kind).first() if kind else None
    if kind and row is None:
        raise Refused("route_type_unknown", field="routes", key=target.key, type=kind[:100])
    return {"space": target.pk, "type": row.pk if row else None}


def _shown_routes(user: Any, forms: list[IntakeForm]) -> None:
    """Beside each form its answers with the names of where they lead; a project out of sight has none."""
    wanted = [one for form in forms for one in form.routes]
    spaces = dict(Space.objects.visible_to(user).filter(pk__in={one["space"] for one in wanted}).values_list("pk", "key")) if wanted else {}
    kinds = dict(WorkItemType.objects.visible_to(user).filter(pk__in={one["type"] for one in wanted if one["type"]}).values_list("pk", "name")) if wanted else {}
    for form in forms:
        form.lines = [{"answer": o["answer"], "key": spaces.get(o["space"], ""), "kind": kinds.get(o["type"], "")} for o in form.routes]


def _type(request: HttpRequest, space: Space) -> WorkItemType | None:
    number = whole_number(request.POST.get("type", ""))
    return doors.find(WorkItemType.objects, request.user, pk=number, space=space) if number else None


@login_required
@require_POST
def verdict(request: HttpRequest, id: int) -> HttpResponse:
    """`do`: accept (if wanted as another `type`), decline (with its `reason`), or reopen."""
    row = doors.find(Submission.objects.select_related("space"), request.user, pk=id)
    do, version = request.POST.get("do", "accept"), doors.version_in(request)
    here, back = page_of(row.space), reverse("submission_reopenings", kwargs={"id": row.pk})
    if do == "accept":
        made = intake.accept(actor=request.user, submission=row, version=version, type=_type(request, row.space))
        return doors.done(request, here, _("%(key)s was added") % {"key": getattr(made, "key", None) or f"“{made.title}”"}, back)
    if do != "decline":
        raise Refused("change_unknown")
    intake.decline(actor=request.user, submission=row, version=version, reason=request.POST.get("reason", ""))
    return doors.done(request, here, _("Declined."), back)


@login_required
@require_POST
def reopening(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Submission.objects.select_related("space"), request.user, pk=id)
    intake.reopen(actor=request.user, submission=row)
    return doors.done(request, page_of(row.space), _("It waits again."))


@never_cache
@require_http_methods(["GET", "POST"])
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """For everybody who has the link. It shows the form's own words and nothing of the project."""
    # house: reads — the token is the permission to write one row
    form = IntakeForm.objects.working().filter(token=token).first() if len(token) <= 64 else None
    if form is None:
        raise Hidden
    given = {name: request.POST.get(name, "") for name in ("title", "description", "email", "answer")}
    problem, field = "", ""
    if request.method == "POST":
        if request.POST.get("website"):  # a field that people do not see: whoever fills it in is a program
            return redirect(f"{request.path}?sent=1")
        try:
            intake.submit(actor=None, form=form, address=request.META.get("REMOTE_ADDR", ""), **given)
            return redirect(f"{request.path}?sent=1")
        except Refused as refused:
            problem, field = words.refusal(refused.code, refused.params), refused.field or ""
    context = {"form": form, "given": given, "problem": problem, "field": field, "is_sent": "sent" in request.GET and not problem}
    response = render(request, "work/intake_shared.html", context, status=422 if problem else 200)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response


urls = [
    path("boards/<slug:key>/intake/", triage, name="intake"),
    path("boards/<slug:key>/intake/forms/", forms, name="intake_forms"),
    path("proposals/intake/<slug:key>/", triage, name="proposal_intake"),
    path("submissions/<int:id>/verdicts/", verdict, name="submission_verdicts"),
    path("submissions/<int:id>/reopenings/", reopening, name="submission_reopenings"),
    path("shared/form/<str:token>/", shared, name="intake_shared"),
]
