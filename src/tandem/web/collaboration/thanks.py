"""Thanks: given for a record, read on it, on the page of the person and of their team, and all together."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.collaboration.actions import thanks
from tandem.collaboration.models import Thanks
from tandem.collaboration.words import refusal
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, require
from tandem.people.models import User
from tandem.people.scoping import members_of
from tandem.reports.queries import thanks as reads
from tandem.reports.queries.thanks import Told
from tandem.web import doors
from tandem.web.collaboration import subjects
from tandem.web.collaboration.told import PAGES


def lines(user: Any, found: list[Told]) -> list[dict[str, Any]]:
    return [{"row": one.row, "record": one.record, "href": address(one.row), "may_remove": may_take_back(user, one.row)} for one in found]


def address(row: Thanks) -> str:
    return reverse(PAGES[row.subject_kind], kwargs={"id": row.subject_id}) if row.subject_kind in PAGES else ""


def may_take_back(user: Any, row: Thanks) -> bool:
    return user.pk in (row.sender_id, row.receiver_id) or may(user, Permission.MANAGE_ACCESS, row.space_id)


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """All that the reader sees, the newest first; `before` is the number of the last one of the page before."""
    found, more = reads.page(request.user, whole_number(request.GET.get("before", ""), 18))
    return render(request, "collaboration/thanks.html", {"lines": lines(request.user, found), "more": more})


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """For the record that `kind` and `id` name."""
    given = request.POST if request.method == "POST" else request.GET
    subject = subjects.find(request.user, given.get("kind", ""), whole_number(given.get("id", ""), 18) or 0)
    user: Any = request.user
    require(user, Permission.COMMENT, subject.space_id)
    people = User.objects.visible_to(user).active().filter(pk__in=members_of(subject.space_id).values("user")).exclude(pk=user.pk).order_by("name")
    wanted, words, problem = whole_number(given.get("receiver", ""), 18) or 0, given.get("words", ""), ""
    kind = subject._meta.label_lower
    where = reverse(PAGES[kind], kwargs={"id": subject.pk}) if kind in PAGES else reverse("thanks")
    if request.method == "POST":
        try:
            receiver = people.filter(pk=wanted).first()
            if receiver is None:
                raise Refused("reference_unknown", field="receiver")
            thanks.give(actor=user, subject=subject, receiver=receiver, words=words)
            return doors.go_to(request, where, _("%(name)s is told.") % {"name": receiver.name})
        except Refused as refused:
            problem = refusal(refused.code, refused.params)
    context = {"subject": subject, "kind": kind, "people": people[:500], "wanted": wanted, "words": words, "problem": problem, "longest": thanks.LONGEST, "where": where}
    return render(request, "collaboration/thanks_new.html", context, status=422 if problem else 200)


@login_required
@require_POST
def removals(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Thanks.objects, request.user, pk=id)
    where = address(row) or reverse("thanks")
    thanks.take_back(actor=request.user, thanks=row)
    return doors.done(request, where, _("It was taken back."))


urls = [
    path("thanks/", page, name="thanks"), path("thanks/new/", new, name="thanks_new"), path("thanks/<int:id>/removals/", removals, name="thanks_removals"),
]  # fmt: skip
