"""Voting on a ballot, signed in or by a personal link; inviting, closing and settling it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tandem.collaboration import words
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.kit.ids import digest
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, require
from tandem.people.models import User
from tandem.product import balloting
from tandem.product.actions import ballots, votes
from tandem.product.models import Ballot, Feature, Voter
from tandem.reports.queries import ballots as reads
from tandem.web import doors
from tandem.web.people.people import choices_of
from tandem.web.product import ballot_words
from tandem.web.product.ballots import agreement


def _ballot(request: HttpRequest, id: int) -> Ballot:
    return doors.find(Ballot.objects.select_related("product", "space"), request.user, pk=id)


def _url(row: Ballot) -> str:
    return reverse("ballots_detail", kwargs={"id": row.pk})


@login_required
def vote(request: HttpRequest, id: int) -> HttpResponse:
    """One's own vote: given, looked at, changed until the ballot closes."""
    row = _ballot(request, id)
    voter = Voter.objects.visible_to(request.user).filter(ballot=row, user=request.user).invited().first()
    if voter is None:
        raise Denied("vote")
    return _voting(request, voter, row, request.user, "product/ballot_vote.html", _url(row))


@never_cache
@require_http_methods(["GET", "POST"])
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """For whoever holds the link: this ballot's own words and titles, one's own vote, and nothing else."""
    # house: reads — the token is the permission to cast one vote
    voter = Voter.objects.invited().select_related("ballot", "invited_by").filter(digest=digest(token)).first() if len(token) <= 64 else None
    if voter is None or not may(voter.invited_by, Permission.SHARE, voter.space_id):
        raise Hidden
    response = _voting(request, voter, voter.ballot, None, "product/ballot_shared.html", f"{request.path}?sent=1")
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response


def _voting(request: HttpRequest, voter: Voter, row: Ballot, actor: Any, template: str, after: str) -> HttpResponse:
    features = list(row.features.order_by("id"))
    kept = getattr(voter, "vote", None)
    answer, problem, version = kept.answer if kept else {}, "", kept.version if kept else 0
    if request.method == "POST":
        answer = _sent(request, row, features)
        try:
            votes.cast(actor=actor, voter=voter, version=doors.version_in(request) or 0, answer=answer)
            return redirect(after) if actor is None else doors.go_to(request, after, _("Your vote was kept. You may change it until the ballot closes."))
        except Stale as stale:
            problem, version = words.refusal("stale", {}), stale.current.version
        except Refused as refused:
            problem = words.refusal(refused.code, refused.params)
    context = {
        "ballot": row, "voter": voter, "problem": problem, "version": version, "features": _asked(row, features, answer), "pairs": _pairs(row, features, answer),
        "choices": ballot_words.choices(row.method), "kept": kept, "is_sent": "sent" in request.GET and not problem, "spent": sum(whole_number(str(v)) or 0 for v in answer.get("gifts", {}).values()),
    }  # fmt: skip
    return render(request, template, context, status=422 if problem else 200)


def _sent(request: HttpRequest, row: Ballot, features: list[Feature]) -> dict[str, Any]:
    """As it was typed, also what is refused: nothing typed is lost."""
    if row.method == Ballot.Method.PAIRS:
        pairs = [f"{a}-{b}" for a, b in balloting.pairs_of(f.pk for f in features)]
        return {"pairs": {p: request.POST.get(f"pair-{p}", "") for p in pairs if request.POST.get(f"pair-{p}")}}
    if row.method == Ballot.Method.KANO:
        return {"kano": {str(f.pk): [request.POST.get(f"f-{f.pk}", ""), request.POST.get(f"without-{f.pk}", "")] for f in features}}
    if row.method == Ballot.Method.MOSCOW:
        return {"classes": {str(f.pk): request.POST.get(f"f-{f.pk}", "") for f in features}}
    name = "gifts" if row.method == Ballot.Method.MONEY else "places"
    return {name: {str(f.pk): text for f in features if (text := request.POST.get(f"f-{f.pk}", "").strip()[:20])}}


def _asked(row: Ballot, features: list[Feature], answer: dict[str, Any]) -> list[tuple[Feature, Any]]:
    given = next((answer[name] for name in ("gifts", "places", "classes", "kano") if answer.get(name)), {})
    return [] if row.method == Ballot.Method.PAIRS else [(f, given.get(str(f.pk), "")) for f in features]


def _pairs(row: Ballot, features: list[Feature], answer: dict[str, Any]) -> list[dict[str, Any]]:
    if row.method != Ballot.Method.PAIRS:
        return []
    titles, given = {f.pk: f.title for f in features}, answer.get("pairs", {})
    return [{"name": f"{a}-{b}", "first": titles[a], "second": titles[b], "value": given.get(f"{a}-{b}", "")} for a, b in balloting.pairs_of(titles)]


@login_required
@require_http_methods(["GET", "POST"])
def voters(request: HttpRequest, id: int) -> HttpResponse:
    """`do`: invite (`users`), link (`name`; its address is shown once), withdraw (`voter`), weigh (`voter`, `weight`)."""
    row = _ballot(request, id)
    user: Any = request.user
    require(user, Permission.EDIT_PRODUCT, row.space_id)
    do, here, secret, made = request.POST.get("do", "invite"), reverse("ballot_voters", kwargs={"id": row.pk}), "", None
    if request.method == "POST" and do == "link":
        made, token = votes.invite_by_link(actor=user, ballot=row, name=request.POST.get("name", ""))
        secret = request.build_absolute_uri(reverse("ballot_shared", kwargs={"token": token}))
    elif request.method == "POST":
        if do == "invite":
            ids = [whole_number(text) or 0 for text in request.POST.getlist("users")][: votes.MOST_VOTERS]
            found = list(User.objects.visible_to(user).active().filter(pk__in=ids))
            votes.invite(actor=user, ballot=row, users=found)
        elif do == "weigh":
            voter = doors.find(Voter.objects, user, pk=whole_number(request.POST.get("voter", "")) or 0, ballot=row)
            votes.weigh(actor=user, voter=voter, weight=whole_number(request.POST.get("weight", ""), 3))
        elif do == "withdraw":
            votes.withdraw(actor=user, voter=doors.find(Voter.objects, user, pk=whole_number(request.POST.get("voter", "")) or 0, ballot=row))
        else:
            raise Refused("change_unknown")
        return doors.go_to(request, here, _("Saved."))
    rows = list(Voter.objects.visible_to(user).filter(ballot=row).invited().select_related("user", "vote"))
    known = {v.user_id for v in rows}
    return render(request, "product/ballot_voters.html", {
        "ballot": row, "secret": secret, "made": made, "voters": [(v, getattr(v, "vote", None)) for v in rows],
        "people": [p for p in choices_of(user, row.space_id) if p["id"] not in known], "may_link": may(user, Permission.SHARE, row.space_id),
    })  # fmt: skip


@login_required
@require_POST
def closing(request: HttpRequest, id: int) -> HttpResponse:
    row = _ballot(request, id)
    act = ballots.reopen if request.POST.get("do") == "reopen" else ballots.close
    act(actor=request.user, ballot=row, version=doors.version_in(request))
    return doors.go_to(request, _url(row), _("Saved."))


@login_required
@require_http_methods(["GET", "POST"])
def decision(request: HttpRequest, id: int) -> HttpResponse:
    """What people disagree on, the most divided first, with room for what was said; then the order and the reason."""
    row = _ballot(request, id)
    user: Any = request.user
    require(user, Permission.EDIT_PRODUCT, row.space_id)
    undo = reverse("ballot_decision_undos", kwargs={"id": row.pk})
    if row.is_open:
        raise Refused("ballot_open")
    found, problem, given = reads.outcome(user, row), "", request.POST
    lines = found.lines or [reads.Line(f, 0, 0.0) for f in Feature.objects.visible_to(user).filter(ballots=row).order_by("rank", "id")]
    if request.method == "POST":
        places = {line.feature.pk: whole_number(given.get(f"place-{line.feature.pk}", "")) or 0 for line in lines}
        notes = {str(line.feature.pk): given.get(f"note-{line.feature.pk}", "") for line in lines}
        try:
            if sorted(places.values()) != list(range(1, len(lines) + 1)):
                raise Refused("places_unclear", count=len(lines))
            ballots.decide(
                actor=user, ballot=row, version=doors.version_in(request), order=sorted(places, key=lambda pk: places[pk]), reason=given.get("reason", ""), notes=notes
            )
            return doors.done(request, _url(row), _("Decided. The features stand in this order now."), undo)
        except Refused as refused:
            problem = words.refusal(refused.code, refused.params)
    context = {
        "ballot": row, "outcome": found, "agreement": agreement(found), "problem": problem, "reason": given.get("reason", ""),
        "lines": [(line, given.get(f"place-{line.feature.pk}", at), given.get(f"note-{line.feature.pk}", row.notes.get(str(line.feature.pk), ""))) for at, line in enumerate(lines, 1)],
        "points": [(line, given.get(f"note-{line.feature.pk}", row.notes.get(str(line.feature.pk), "")), *_sides(line)) for line in found.points_to_discuss],
    }  # fmt: skip
    return render(request, "product/ballot_decision.html", context, status=422 if problem else 200)


def _sides(line: reads.Line) -> tuple[str, str]:
    """Who puts it highest, who lowest."""
    high, low = ([name for name, place in line.given if place == edge] for edge in (line.best, line.worst))
    return ", ".join(high[:6]), ", ".join(low[:6])


@login_required
@require_POST
def decision_undos(request: HttpRequest, id: int) -> HttpResponse:
    row = _ballot(request, id)
    ballots.undecide(actor=request.user, ballot=row, version=None)
    return doors.done(request, _url(row), _("Taken back."))


urls = [
    path("ballots/<int:id>/votes/", vote, name="ballot_votes"),
    path("ballots/<int:id>/voters/", voters, name="ballot_voters"),
    path("ballots/<int:id>/closings/", closing, name="ballot_closings"),
    path("ballots/<int:id>/decisions/", decision, name="ballot_decisions"),
    path("ballots/<int:id>/decisions/undos/", decision_undos, name="ballot_decision_undos"),
    path("shared/ballot/<str:token>/", shared, name="ballot_shared"),
]
