"""Jobs: long work with its progress, and the way to stop it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.people.access import Permission, may
from tandem.web import doors
from tandem.web.paging import page_of

# what a row of the table shows
_SHOWN = (
    "kind", "title", "state", "phase", "done", "total", "is_cancel_requested", "error", "result_url", "created_at", "owner__name",
    "space__name",
)  # fmt: skip


@login_required
def table(request: HttpRequest) -> HttpResponse:
    page = page_of(
        Job.objects.visible_to(request.user).select_related("owner", "space").only(*_SHOWN),
        sort="-id",
        cursor=request.GET.get("cursor", ""),
    )
    request.live_topics = [f"job:{j.pk}" for j in page.rows if j.is_running]  # type: ignore[attr-defined]
    context = {
        "rows": page.rows,
        "next": f"?cursor={page.next}" if page.next else "",
        "previous": f"?cursor={page.previous}" if page.previous else "",
        "here": request.get_full_path(),
        "phase_words": phase_words,
    }
    return render(request, "collaboration/jobs.html", context)


def phase_words(code: str) -> str:
    """What a job says of itself, for people; its phases are codes."""
    known = {
        "ways": _("Computing ways out"), "planning": _("Planning it anew"), "range": _("Drawing trials of the plan"), "levelling": _("Looking for a better order"), "choosing": _("Looking for the best set"), "repairing": _("Looking for what must give way"), "reasons": _("Why the rest is out"),
        "frontier": _("Efficient frontier"), "forcing": _("Forcing in what is out"),
        "items": _("Reading items"), "pages": _("Writing pages"), "links": _("Linking"), "history": _("Reading the history"), "facts": _("Counting"), "scoring": _("Computing scores"),
    }  # fmt: skip
    return known.get(code, code)


@login_required
def detail(request: HttpRequest, id: int) -> HttpResponse:
    job = doors.find(Job.objects.select_related("owner", "space"), request.user, pk=id)
    request.live_topics = [f"job:{job.pk}"]  # type: ignore[attr-defined]
    may_cancel = job.owner_id == request.user.pk or may(request.user, Permission.MANAGE_ACCESS, job.space_id)
    context = {"job": job, "may_cancel": may_cancel, "phase_words": phase_words}
    return render(request, "collaboration/job.html", context)


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
