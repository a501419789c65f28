"""Jobs: long work with its progress, and the way to stop it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.web import doors
from tandem.web.paging import page_of


@login_required
def table(request: HttpRequest) -> HttpResponse:
    page = page_of(
        Job.objects.visible_to(request.user).select_related("owner", "space"),
        sort="-id",
        cursor=request.GET.get("cursor", ""),
    )
    request.live_topics = [f"job:{j.pk}" for j in page.rows if j.is_running]  # type: ignore[attr-defined]
    query = f"?cursor={page.next}" if page.next else ""
    return render(
        request,
        "collaboration/jobs.html",
        {"rows": page.rows, "next": query, "previous": f"?cursor={page.previous}" if page.previous else ""},
    )


@login_required
def detail(request: HttpRequest, id: int) -> HttpResponse:
    job = doors.find(Job.objects.select_related("owner", "space"), request.user, pk=id)
    request.live_topics = [f"job:{job.pk}"]  # type: ignore[attr-defined]
    return render(request, "collaboration/job.html", {"job": job})


@login_required
@require_POST
def cancellation(request: HttpRequest, id: int) -> HttpResponse:
    job = doors.find(Job.objects, request.user, pk=id)
    jobs.cancel(actor=request.user, job=job)
    return doors.go_to(request, f"/jobs/{job.pk}/", _("It stops at its next step."))


urls = [
    path("jobs/", table, name="jobs"),
    path("jobs/<int:id>/", detail, name="job"),
    path("jobs/<int:id>/cancellations/", cancellation, name="job_cancellations"),
]
