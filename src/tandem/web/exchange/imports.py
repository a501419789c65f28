"""The import wizard: upload, questions, preview with the facts, progress, result. Each step is an address to come back to."""

from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.collaboration import words
from tandem.exchange import wording
from tandem.exchange.actions import imports
from tandem.exchange.formats.moments import parse_moment
from tandem.exchange.models import Import
from tandem.exchange.taking_over.target import highest
from tandem.kit.errors import Denied, Refused
from tandem.kit.http import attachment_header
from tandem.kit.text import whole_number
from tandem.people.access import Permission, spaces_where
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.models import Portfolio, Project
from tandem.product.models import Product
from tandem.web import doors
from tandem.web.exchange import import_report, report_pages
from tandem.web.paging import page_of

S = Import.State


@login_required
def table(request: HttpRequest) -> HttpResponse:
    rows = Import.objects.visible_to(request.user).select_related("owner", "into")
    rows = rows.only("file_name", "state", "report", "applied_at", "created_at", "owner__name", "into__name")
    page = page_of(rows, sort="-id", cursor=request.GET.get("cursor", ""))
    context = {
        "rows": page.rows,
        "next": f"?cursor={page.next}" if page.next else "",
        "previous": f"?cursor={page.previous}" if page.previous else "",
        "may_import": bool(spaces_where(request.user, Permission.IMPORT)),
    }
    return render(request, "exchange/imports.html", context)


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """The first step: the file, and where it goes."""
    user: Any = request.user
    allowed = spaces_where(user, Permission.IMPORT)
    if not allowed:
        raise Denied(Permission.IMPORT)
    parent = _highest(user, Permission.EDIT_PORTFOLIO)
    kinds = (SpaceKind.PROJECT, SpaceKind.PORTFOLIO, SpaceKind.PROGRAMME, SpaceKind.PRODUCT)
    projects = Space.objects.visible_to(user).filter(id__among=allowed, kind__in=kinds)
    error = ""
    if request.method == "POST":
        try:
            return _receive(request, projects, parent)
        except Refused as problem:
            error = words.refusal(problem.code, problem.params)
    context = {
        "projects": [
            (space.pk, f"{space.name} ({space.key})" + ("" if space.kind == SpaceKind.PROJECT else f" · {space.get_kind_display()}"))
            for space in projects if space.kind != SpaceKind.PRODUCT
        ],
        "queues": [
            (f"proposals-{space.pk}", _("Proposals for %(name)s") % {"name": space.name}) for space in projects if space.kind == SpaceKind.PORTFOLIO
        ],
        "products": [(space.pk, _("Feedback of %(name)s") % {"name": space.name}) for space in projects if space.kind == SpaceKind.PRODUCT],
        "product_parent": _highest(user, Permission.EDIT_PRODUCT),
        "parent": parent, "into": request.POST.get("into") or request.GET.get("into", ""), "error": error,
        "limit": settings.MAX_UPLOAD_BYTES // 2**20,
    }  # fmt: skip
    return render(request, "exchange/new.html", context, status=422 if error else 200)


def _receive(request: HttpRequest, projects: Any, parent: Space | None) -> HttpResponse:
    user: Any = request.user
    chosen = request.POST.get("into", "")
    into = doors.find(projects, user, pk=whole_number(chosen) or 0) if chosen.isdecimal() else None
    is_proposals = chosen.startswith("proposals-")
    if is_proposals:
        into = doors.find(projects.filter(kind=SpaceKind.PORTFOLIO), user, pk=whole_number(chosen.removeprefix("proposals-")) or 0)
    is_feedback = chosen == "new-product" or (into is not None and into.kind == SpaceKind.PRODUCT)
    home = into or (_highest(user, Permission.EDIT_PRODUCT) if is_feedback else parent)
    if home is None:
        raise Refused("import_nowhere")
    files = [(file.name or "file", file.chunks()) for file in request.FILES.getlist("files")]
    imported = imports.receive(actor=user, space=home, into=into, files=files, kind="feedback" if is_feedback else "proposals" if is_proposals else "")
    _go_on(request, imported)
    return doors.go_to(request, _url(imported))


def _go_on(request: HttpRequest, imported: Import) -> None:
    """Small files at once, others in a job; as far as no question stops it."""
    if not imports.is_small(imported):
        imports.preview_later(actor=request.user, imported=imported)
        return
    if imported.state != S.QUESTIONS and not imported.questions:
        imports.examine(actor=request.user, imported=imported)
    if imported.state == S.UPLOADED:
        _look(request, imported)


def _look(request: HttpRequest, imported: Import) -> None:
    """At once what is small for what it is, else in a job."""
    if imports.is_small(imported):
        imports.preview(actor=request.user, imported=imported)
    else:
        imports.preview_later(actor=request.user, imported=imported)


def _highest(user: Any, permission: Permission) -> Space | None:
    try:
        return highest(user, permission)
    except Refused:
        return None


@login_required
def detail(request: HttpRequest, id: int) -> HttpResponse:
    """The step at which the import stands."""
    imported = _find(request, id)
    job = imported.job
    context: dict[str, Any] = {"imported": imported, "job": job, "is_mine": imported.owner_id == request.user.pk}
    if job is not None and job.is_running:
        request.live_topics = [f"job:{job.pk}"]  # type: ignore[attr-defined]
        return render(request, "exchange/progress.html", context | {"step": 3 if imported.state == S.PREVIEWED else 2, "phase": _phase(job.phase)})
    if imported.state == S.REFUSED:
        context["reason"] = _reason(imported)
        return render(request, "exchange/refused.html", context | {"step": 1})
    if imported.state == S.QUESTIONS or (request.GET.get("step") == "answers" and imported.state == S.PREVIEWED):
        return render(request, "exchange/questions.html", context | _questions(imported) | {"step": 2})
    if imported.state == S.UPLOADED:  # its job was stopped, or the page was left on the way
        return render(request, "exchange/progress.html", context | {"step": 2, "phase": ""})
    return _report(request, imported, context)


def _report(request: HttpRequest, imported: Import, context: dict[str, Any]) -> HttpResponse:
    report, is_done = imported.report, imported.state == S.APPLIED
    if report.get("kind") == report_pages.KIND:
        more = {"step": 4 if is_done else 3, "failed": _failed(imported)}
        return report_pages.show(request, imported, context | more, is_done=is_done)
    lost, no_loss = import_report.left_out(report)
    context |= {
        "step": 4 if is_done else 3,
        "report": report,
        "costs": import_report.costs(imported, request.user),
        "sentence": import_report.sentence(report, is_done=is_done),
        "figures": import_report.figures_of(report),
        "lost": lost,
        "no_loss": no_loss,
        "notes": import_report.notes(report),
        "states": import_report.states(report),
        "categories": dict(import_report.categories()),
        "failed": _failed(imported),
    }
    if is_done:
        into = report_pages.went_into(imported, request.user)
        project = Project.objects.visible_to(request.user).filter(space=into).only("pk").first() if into else None
        told = report.get("product")
        product = Product.objects.visible_to(request.user).filter(pk=told).only("pk").first() if told else None
        shown = {"into": into, "project": project, "product": product, "made": import_report.made(report)}
        return render(request, "exchange/result.html", context | shown)
    return render(request, "exchange/preview.html", context | {"offers": _offers(report)})


def _offers(report: dict[str, Any]) -> dict[str, Any]:
    found = report.get("offers", {})
    shown: dict[str, Any] = {kind: found.get(kind, []) for kind in ("versions", "epics", "labels")}
    return shown | {"counts": {kind: len(rows) for kind, rows in shown.items()} | found.get("counts", {})}


def _failed(imported: Import) -> str:
    """Why the last attempt went wrong, though the preview was fine."""
    if imported.problem:
        return _reason(imported)
    job = imported.job if imported.job and imported.job.kind == "exchange.apply" else None
    if job is not None and job.state == "failed":
        return _("The import stopped and left nothing behind: %(reason)s") % {"reason": job.error}
    return _("The import was cancelled and left nothing behind.") if job is not None and job.state == "cancelled" else ""


def _reason(imported: Import) -> str:
    problem = imported.problem
    code, params = str(problem.get("code", "")), problem.get("params", {})
    found = wording.unreadable(code, params, str(problem.get("where", "")))
    return words.refusal(code, params) if found == code else found


def _phase(code: str) -> str:
    known = {
        "items": _("Reading items"), "links": _("Linking"), "history": _("Reading the history"), "facts": _("Counting"),
    }  # fmt: skip
    return known.get(code, _("Reading the file"))


def _questions(imported: Import) -> dict[str, Any]:
    open_codes = {question["code"]: question for question in imported.questions}
    options, report = imported.options, imported.report
    order = open_codes.get("date_order")
    return {
        "open": set(open_codes),
        "order": order and _orders(order),
        "order_value": options.get("date_order", ""),
        "columns": report.get("columns", []),
        "column_choices": import_report.column_choices(),
        "states": import_report.states(report),
        "categories": import_report.categories(),
        "zones": _zones(),
        "zone": options.get("timezone") or settings.TIME_ZONE,
        "asks_zone": "timezone" in open_codes or "timezone" in options,
        "name": options.get("name") or report.get("into", {}).get("name") or report.get("name", ""),
        "is_new": imported.into_id is None and report.get("into", {}).get("is_new", True),
        "as_of": options.get("as_of", ""),
        "holds_reports": False,
        "workers": import_report.workers(imported),
        "asks_currency": "currency" in open_codes or bool(options.get("currency")),
        "currency": options.get("currency", ""),
        "currency_said": open_codes.get("currency", {}).get("said", ""),
        "currencies": [("", "–"), *Portfolio.CURRENCIES, (_NO_CURRENCY, _("Leave the costs out"))],
        **(report_pages.answers(imported) if report_pages.holds_reports(imported) else {}),
    }


def _orders(question: dict[str, Any]) -> dict[str, Any]:
    """The same example read both ways."""
    example = question["examples"][0]
    rows = []
    for order, text in (("dmy", _("day first")), ("mdy", _("month first"))):
        read = parse_moment(example, order)  # type: ignore[arg-type]
        rows.append((order, text, formats.date_format(read, "DATE_FORMAT") if read else "?"))
    return {"column": question["column"], "examples": ", ".join(question["examples"]), "example": example, "rows": rows}


def _zones() -> list[tuple[str, str]]:
    return [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone or zone == "UTC"]


_NO_CURRENCY = "XXX"  # ISO 4217
_ANSWERS = ("date_order", "timezone", "name", "as_of", "money_unit", "currency")


@login_required
@require_POST
def answers(request: HttpRequest, id: int) -> HttpResponse:
    imported = _find(request, id)
    given: dict[str, Any] = {
        name: request.POST[name].strip() for name in _ANSWERS if name in request.POST
    }
    names, targets = request.POST.getlist("column"), request.POST.getlist("target")
    if names:
        given["columns"] = dict(zip(names, targets, strict=False))
    states, categories = request.POST.getlist("state"), request.POST.getlist("category")
    if states:
        given["categories"] = dict(zip(states, categories, strict=False))
    workers, kinds = request.POST.getlist("worker"), request.POST.getlist("worker_is")
    if workers:
        given["resources"] = dict(zip(workers, kinds, strict=False))
    imports.answer(actor=request.user, imported=imported, version=doors.version_in(request), **given)
    if imported.state == S.UPLOADED:
        _look(request, imported)
    return doors.go_to(request, _url(imported))


@login_required
@require_POST
def starts(request: HttpRequest, id: int) -> HttpResponse:
    imported = _find(request, id)
    offers = {
        "releases": request.POST.get("releases") == "1",
        "features": request.POST.get("features") if request.POST.get("features") in ("epics", "labels") else "",
        "names": request.POST.getlist("names"),
        "same": {key: said for key, said in zip(request.POST.getlist("doubt"), request.POST.getlist("same"), strict=False) if said},
    }
    imports.start(actor=request.user, imported=imported, offers=offers)
    return doors.go_to(request, _url(imported))


@login_required
@require_POST
def previews(request: HttpRequest, id: int) -> HttpResponse:
    """Look again, after a job that was stopped."""
    imported = _find(request, id)
    _go_on(request, imported)
    return doors.go_to(request, _url(imported))


@login_required
@require_POST
def removals(request: HttpRequest, id: int) -> HttpResponse:
    imports.discard(actor=request.user, imported=_find(request, id))
    return doors.go_to(request, reverse("imports"), _("Discarded. Nothing was imported."))


@login_required
def report_file(request: HttpRequest, id: int) -> HttpResponse:
    imported = _find(request, id)
    whole = {"file": imported.file_name, **imported.report}
    response = JsonResponse(whole, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = attachment_header(f"import-{imported.pk}.json")
    return response


def _find(request: HttpRequest, id: int) -> Import:
    return doors.find(Import.objects.select_related("owner", "job", "space", "into"), request.user, pk=id)


def _url(imported: Import) -> str:
    return reverse("import", kwargs={"id": imported.pk})


urls = [
    path("imports/", table, name="imports"),
    path("imports/new/", new, name="imports_new"),
    path("imports/<int:id>/", detail, name="import"),
    path("imports/<int:id>/answers/", answers, name="import_answers"),
    path("imports/<int:id>/previews/", previews, name="import_previews"),
    path("imports/<int:id>/starts/", starts, name="import_starts"),
    path("imports/<int:id>/removals/", removals, name="import_removals"),
    path("imports/<int:id>/report.json", report_file, name="import_report"),
]
