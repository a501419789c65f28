"""The home of what a space has in writing: its pages as a tree, what was edited last, and everything as files."""

import tempfile

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tandem.collaboration.document_templates import TEMPLATES
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.reports.exports import stored_pages
from tandem.reports.queries import documents as reads
from tandem.web import doors, downloads

LATEST = 8
AT_ONCE = 50
"""Pages of an archive that is made while one waits."""


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
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, key: str) -> HttpResponseBase:
    """All pages as Markdown in one archive, in folders as the tree has them. A few at once; many are asked for by a POST, which begins the job."""
    space = doors.find(Space.objects.all(), request.user, key=key)
    if reads.count(request.user, space.pk, AT_ONCE + 1) > AT_ONCE:
        if request.method != "POST":
            return render(request, "collaboration/pages_large.html", {"most": AT_ONCE, "space": space, "back": reverse("documents_of", kwargs={"key": space.key})})
        job = stored_pages.start(actor=request.user, space=space)
        return doors.go_to(request, reverse("job", kwargs={"id": job.pk}), _("The archive is being made. This page shows it when it is ready."))
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    stored_pages.write(file, request.user, space.pk)
    file.seek(0)
    return downloads.attached(FileResponse(file, content_type="application/zip"), f"{space.key}.zip")


urls = [
    path("documents/of/<slug:key>/", home, name="documents_of"),
    path("documents/of/<slug:key>/pages.zip", files, name="documents_files"),
]
