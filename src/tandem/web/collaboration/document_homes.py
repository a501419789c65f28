"""The home of what a space has in writing: its pages as a tree, what was edited last, and everything as files."""

import tempfile
import zipfile

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from tandem.collaboration.document_templates import TEMPLATES
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.reports.queries import documents as reads
from tandem.web import doors, downloads

LATEST = 8


@login_required
@require_safe
def home(request: HttpRequest, key: str) -> HttpResponse:
    space = doors.find(Space.objects.all(), request.user, key=key)
    tree = reads.tree(request.user, space.pk)
    request.live_topics = [f"space:{space.pk}"]  # type: ignore[attr-defined]
    new = f"{reverse('documents_new')}?home={space.pk}"
    context = {
        "space": space, "tree": tree, "latest": sorted((leaf.row for leaf in tree), key=lambda row: row.edited_at, reverse=True)[:LATEST],
        "may_edit": may(request.user, Permission.EDIT_WORK, space.pk), "new_url": new,
        "templates": [{"name": one.name, "purpose": one.purpose, "href": f"{new}&template={one.key}"} for one in TEMPLATES],
    }  # fmt: skip
    return render(request, "collaboration/documents.html", context)


@login_required
@require_safe
def files(request: HttpRequest, key: str) -> HttpResponseBase:
    """All pages as Markdown in one archive, in folders as the tree has them."""
    space = doors.find(Space.objects.all(), request.user, key=key)
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in reads.files(request.user, space.pk):
            archive.writestr(name, text)
    file.seek(0)
    return downloads.attached(FileResponse(file, content_type="application/zip"), f"{space.key}.zip")


urls = [
    path("documents/of/<slug:key>/", home, name="documents_of"),
    path("documents/of/<slug:key>/pages.zip", files, name="documents_files"),
]
