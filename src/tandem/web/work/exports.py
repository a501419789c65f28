"""The work items that a filter finds, as CSV, XLSX or a calendar; a large workbook is made by a job."""

import contextlib

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tandem.collaboration.models import Job
from tandem.kit import http
from tandem.kit.errors import Hidden, Refused
from tandem.people.models import Space
from tandem.reports.exports import ical, stored, stored_pages
from tandem.reports.queries import work_item_table
from tandem.web import doors, downloads

AT_ONCE = 5_000
"""Rows of a workbook that is made while one waits."""


@login_required
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    found = work_item_table.asked(request.GET, request.user)
    return downloads.csv("work-items", work_item_table.heads(found), work_item_table.cells(found), separator=request.GET.get("separator", ""))


@login_required
@require_http_methods(["GET", "POST"])
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    """A small one at once; a large one is asked for by a POST, which begins the job."""
    found = work_item_table.asked(request.GET, request.user)
    if len(found.rows.order_by().values_list("pk")[: AT_ONCE + 1]) > AT_ONCE:
        if request.method != "POST":
            return render(request, "work/export_large.html", {"most": AT_ONCE, "back": f"{reverse('work_items')}?{request.GET.urlencode()}"})
        job = stored.start(actor=request.user, space=found.space or home_of(request), query=request.GET.urlencode())
        return doors.go_to(request, reverse("job", kwargs={"id": job.pk}), _("The workbook is being made. This page shows it when it is ready."))
    return downloads.xlsx("work-items", _("Work items"), work_item_table.heads(found), work_item_table.cells(found))


@login_required
@require_safe
def as_calendar(request: HttpRequest) -> HttpResponseBase:
    found = work_item_table.asked(request.GET, request.user)
    text = ical.calendar(_("Work items"), found.rows, request.build_absolute_uri("/").rstrip("/"))
    return downloads.attached(HttpResponse(text, content_type="text/calendar; charset=utf-8"), "work-items.ics")


@login_required
@require_safe
def made(request: HttpRequest, id: int) -> HttpResponseBase:
    """A workbook or an archive that a job made; only for who asked for it, and only while they still see every project that they saw then."""
    job = doors.find(Job.objects.select_related("owner", "space"), request.user, pk=id, kind__in=(stored.KIND, stored_pages.KIND), owner=request.user)
    ending, name = (stored_pages.ENDING, f"{job.space.key}.zip") if job.kind == stored_pages.KIND else (stored.ENDING, "work-items.xlsx")
    with contextlib.suppress(OSError):  # it was not kept for so long
        if stored.may_open(job):
            return http.download(stored.path_of(job, ending), name)
    raise Hidden


def home_of(request: HttpRequest) -> Space:
    space = Space.objects.visible_to(request.user).order_by("id").first()
    if space is None:
        raise Refused("no_workflow", space="")
    return space


urls = [
    path("work-items/export.csv", as_csv, name="work_items_export"),
    path("work-items/export.xlsx", as_xlsx, name="work_items_export_xlsx"),
    path("work-items/export.ics", as_calendar, name="work_items_export_ics"),
    path("exports/<int:id>/", made, name="export"),
]
