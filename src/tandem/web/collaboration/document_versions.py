"""The versions of a page: what each changed, the difference between any two, and an earlier one said again."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tandem.collaboration.actions import documents
from tandem.collaboration.models import Document
from tandem.kit.errors import Hidden
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.reports.queries import documents as reads
from tandem.web import doors, downloads
from tandem.web.collaboration import text_difference


@login_required
@require_safe
def page(request: HttpRequest, id: int) -> HttpResponse:
    """From the one before the newest to the newest, unless others are asked for."""
    row = doors.find(Document.objects.select_related("space"), request.user, pk=id)
    to = whole_number(request.GET.get("to", "")) or row.edition
    start = whole_number(request.GET.get("from", "")) or max(1, to - 1)
    before, after = reads.version(request.user, row, start), reads.version(request.user, row, to)
    if before is None or after is None:
        raise Hidden
    lines = text_difference.lines(before.body, after.body)
    context: dict[str, Any] = {
        "row": row, "before": before, "after": after, "lines": lines, "versions": reads.versions(request.user, row),
        "count": sum(one.kind in ("gone", "new") for one in lines), "may_edit": may(request.user, Permission.EDIT_WORK, row.space_id),
    }  # fmt: skip
    return render(request, "collaboration/document_versions.html", context)


@login_required
@require_POST
def restorations(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Document.objects.select_related("space"), request.user, pk=id)
    number = whole_number(request.POST.get("number", "")) or 0
    documents.restore(actor=request.user, document=row, version=doors.version_in(request), number=number)
    return doors.go_to(request, reverse("documents_detail", kwargs={"id": row.pk}), _("It says again what version %(n)s said.") % {"n": number})


@login_required
@require_safe
def markdown_file(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Document.objects.all(), request.user, pk=id)
    text = reads.markdown(row.title, row.body)
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    downloads.attached(response, f"{row.title}.md")
    return response


urls = [
    path("documents/<int:id>/versions/", page, name="documents_versions"),
    path("documents/<int:id>/restorations/", restorations, name="documents_restorations"),
    path("documents/<int:id>/page.md", markdown_file, name="documents_markdown"),
]
