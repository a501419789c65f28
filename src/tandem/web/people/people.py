"""People: everybody who works here or was named by an import; accounts are made, changed, disabled."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.access import Permission, emails_shown, manages_people, may
from tandem.people.actions import users
from tandem.people.models import Membership, Role, Space, Team, User
from tandem.people.scoping import members_of
from tandem.reports.queries import thanks as thanks_read
from tandem.web import doors, generic, histories
from tandem.web.collaboration import thanks
from tandem.web.resources import load, person_panel
from tandem.work.models import WorkItem

SHOWN = 500


class PersonForm(forms.Form):
    name = forms.CharField(max_length=200)
    email = forms.EmailField()
    role = forms.ChoiceField(choices=Role.choices, initial=Role.MEMBER)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {"name": _("Name"), "email": _("E-mail"), "role": _("Role in the organisation")}
        for name, field in self.fields.items():
            field.label = words[name]


class ChangeForm(PersonForm):
    role = None  # type: ignore[assignment]


class InvitationForm(PersonForm):
    name = None  # type: ignore[assignment]


def choices_of(user: Any, space_id: int | None = None) -> list[dict[str, Any]]:
    """Whom work can be given to, or who sees a space, with the pinyin by which a name is found."""
    people = User.objects.visible_to(user).active()
    if space_id is not None:
        people = people.filter(pk__in=members_of(space_id).values("user"))
    rows = people.order_by("name", "id").values_list("id", "name", "pinyin")
    return [{"id": pk, "name": name, "pinyin": pinyin} for pk, name, pinyin in rows[:SHOWN]]


@login_required
def choices(request: HttpRequest) -> JsonResponse:
    """For the pickers of people: a page asks once, when the first of them is opened. With `space`: who sees that space."""
    space_id = whole_number(request.GET["space"]) if "space" in request.GET else None
    if "space" in request.GET and space_id not in request.user.visible_space_ids():  # type: ignore[union-attr]
        raise Hidden
    return JsonResponse({"people": choices_of(request.user, space_id)})


def _insist(user: Any) -> None:
    """Without the organisation in sight there is nothing here; without the right the form is refused."""
    if Space.objects.visible_to(user).root() is None:
        raise Hidden
    if not manages_people(user):
        raise Denied(Permission.MANAGE_PEOPLE)


def _organisation_roles(user: Any) -> dict[int, str]:
    root = Space.objects.visible_to(user).root()
    # house: reads — roles in the organisation, whose space the asker sees
    rows = Membership.objects.filter(space=root).values_list("user_id", "role") if root else []
    return {person: str(Role(role).label) for person, role in rows}


@login_required
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, by name; placeholders of imports and disabled accounts on request."""
    kinds = {
        "account": (_("With an account"), Q(is_active=True, is_placeholder=False)),
        "placeholder": (_("Placeholders"), Q(is_active=True, is_placeholder=True)),
        "disabled": (_("Disabled"), Q(is_active=False)),
    }
    text, kind = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    rows = User.objects.visible_to(request.user).prefetch_related(
        Prefetch("teams", queryset=Team.objects.visible_to(request.user))
    )
    rows = rows.filter(kinds[kind][1]) if kind in kinds else rows.active()
    if text:
        rows = rows.matching(text)
    is_shown = emails_shown(request.user)
    found, roles = list(rows[: SHOWN + 1]), _organisation_roles(request.user)
    context = {
        "rows": [{"person": u, "role": roles.get(u.pk, ""), "email": u.email if is_shown(u.pk) else ""} for u in found[:SHOWN]],
        "has_more": len(found) > SHOWN,
        "shown": SHOWN,
        "q": text,
        "kind": kind,
        "kinds": [(value, label) for value, (label, _test) in kinds.items()],
        "may_manage": manages_people(request.user),
    }
    return render(request, "people/people.html", context)


@login_required
def detail(request: HttpRequest, id: int) -> HttpResponse:
    """A person: roles where the asker may look, teams, open work, and for administrators the account."""
    person = doors.find(User.objects, request.user, pk=id)
    root = Space.objects.visible_to(request.user).root()
    shows_email = emails_shown(request.user)(person.pk)
    silent = () if shows_email else ("email",)
    sees_account = root is not None and may(request.user, Permission.READ_AUDIT, root.pk)
    work = (
        WorkItem.objects.visible_to(request.user).open().assigned_to(person).select_related("state", "space")
    )
    context = {
        "person": person,
        "role": _organisation_roles(request.user).get(person.pk, ""),
        # house: reads — roles in the spaces that the asker sees
        "memberships": Membership.objects.filter(
            user=person, space__in=Space.objects.visible_to(request.user)
        )
        .select_related("space")
        .order_by("space__name"),
        "teams": list(person.teams.visible_to(request.user)),
        "work": list(work.order_by("due_on", "id")[:20]),
        "work_count": work.count(),
        "email": person.email if shows_email else "",
        "may_manage": manages_people(request.user),
        "load_url": reverse("person_load", kwargs={"id": person.pk}) if person == request.user or load.sees_others(request.user) else "",
        "resource": None if doors.is_peek(request) else person_panel.panel(request, person),
        "thanks": thanks.lines(request.user, thanks_read.of_person(request.user, person.pk)) if not doors.is_peek(request) else [],
        "events": histories.lines(_account_events(person), request.user, silent=silent) if sees_account else [],
    }
    template = "people/person_peek.html" if doors.is_peek(request) else "people/person.html"
    return render(request, template, context)


def _account_events(person: User) -> Any:
    # house: reads — events of an account belong to no space; whoever reads the organisation's audit sees them
    return Event.objects.of(person).newest_first()[:30]


def _form_page(request: HttpRequest, form: forms.Form, title: str, save: str, **more: Any) -> HttpResponse:
    context = {"form": form, "title": title, "save": save, "person": None, "version": None, **more}
    status = 409 if more.get("theirs") else 422 if form.errors else 200
    return render(request, "people/person_form.html", context, status=status)


def _link_page(request: HttpRequest, person: User) -> HttpResponse:
    link = request.build_absolute_uri(users.make_link(actor=request.user, user=person))
    return render(request, "people/invited.html", {"person": person, "link": link})


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """An account; the link that sets its password is shown once, to be handed over."""
    _insist(request.user)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _link_page(request, users.add(actor=request.user, **form.cleaned_data))
        except Refused as problem:
            generic.show(form, problem)
    return _form_page(request, form, _("Add a person"), _("Add"))


@login_required
def edit(request: HttpRequest, id: int) -> HttpResponse:
    _insist(request.user)
    person = doors.find(User.objects, request.user, pk=id)
    form, version, theirs = (
        ChangeForm(request.POST or None, initial={"name": person.name, "email": person.email}),
        person.version,
        [],
    )
    if request.method == "POST" and form.is_valid():
        try:
            users.change(
                actor=request.user, user=person, version=doors.version_in(request), **form.cleaned_data
            )
            return doors.go_to(request, f"/people/{person.pk}/", _("Saved."))
        except Stale as problem:
            generic.show(form, problem)
            version, theirs = problem.current.version, generic.differences(form, problem.current)
        except Refused as problem:
            generic.show(form, problem)
    return _form_page(
        request, form, _("Edit person"), _("Save"), person=person, version=version, theirs=theirs
    )


@login_required
def invitation(request: HttpRequest, id: int) -> HttpResponse:
    """A placeholder becomes an account."""
    _insist(request.user)
    person = doors.find(User.objects, request.user, pk=id)
    known = "" if person.email.endswith(".invalid") else person.email
    form = InvitationForm(request.POST or None, initial={"email": known, "role": Role.MEMBER})
    if request.method == "POST" and form.is_valid():
        try:
            users.invite(actor=request.user, user=person, **form.cleaned_data)
            return _link_page(request, person)
        except Refused as problem:
            generic.show(form, problem)
    return _form_page(request, form, _("Invite %(name)s") % {"name": person.name}, _("Invite"), person=person)


@login_required
@require_POST
def password_link(request: HttpRequest, id: int) -> HttpResponse:
    return _link_page(request, doors.find(User.objects, request.user, pk=id))


@login_required
@require_POST
def disabling(request: HttpRequest, id: int) -> HttpResponse:
    person = doors.find(User.objects, request.user, pk=id)
    users.disable(actor=request.user, user=person)
    return doors.go_to(
        request, f"/people/{person.pk}/", _("%(name)s can no longer sign in.") % {"name": person.name}
    )


@login_required
@require_POST
def enabling(request: HttpRequest, id: int) -> HttpResponse:
    person = doors.find(User.objects, request.user, pk=id)
    users.enable(actor=request.user, user=person)
    return doors.go_to(
        request, f"/people/{person.pk}/", _("%(name)s can sign in again.") % {"name": person.name}
    )


urls = [
    path("people/", people, name="people"),
    path("people/choices/", choices, name="people_choices"),
    path("people/new/", new, name="people_new"),
    path("people/<int:id>/", detail, name="people_detail"),
    path("people/<int:id>/edit/", edit, name="people_edit"),
    path("people/<int:id>/invitations/", invitation, name="people_invitations"),
    path("people/<int:id>/password-links/", password_link, name="people_password_links"),
    path("people/<int:id>/disablings/", disabling, name="people_disablings"),
    path("people/<int:id>/enablings/", enabling, name="people_enablings"),
]
