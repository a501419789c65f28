"""People, teams and working calendars."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from tandem.kit.errors import Refused
from tandem.people.access import Permission, may
from tandem.people.actions import bootstrap, spaces, users
from tandem.people.models import Membership, Role, Space, User
from tandem.web import doors, generic


class PersonForm(forms.Form):
    name = forms.CharField(max_length=200)
    email = forms.EmailField()
    role = forms.ChoiceField(choices=Role.choices, initial=Role.MEMBER)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (
            ("name", _("Name")),
            ("email", _("E-mail")),
            ("role", _("Role in the organisation")),
        ):
            self.fields[name].label = label


@login_required
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, by name; placeholders of imports apart."""
    root = Space.objects.visible_to(request.user).root()
    may_manage = root is not None and may(request.user, Permission.MANAGE_PEOPLE, root.pk)
    text = request.GET.get("q", "").strip()
    rows = User.objects.visible_to(request.user).active().prefetch_related("teams")
    if text:
        rows = rows.matching(text)
    # house: reads — roles in the organisation, whose space the asker sees
    roles = dict(Membership.objects.filter(space=root).values_list("user_id", "role")) if root else {}
    shown = [{"person": u, "role": Role(roles[u.pk]).label if u.pk in roles else ""} for u in rows[:500]]
    return render(request, "people/people.html", {"rows": shown, "q": text, "may_manage": may_manage})


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """An account; the link that sets its password is shown once, to be handed over."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = users.add(actor=request.user, **form.cleaned_data)
            return render(
                request,
                "people/invited.html",
                {"person": person, "link": request.build_absolute_uri(bootstrap.password_path(person))},
            )
        except Refused as problem:
            generic.show(form, problem)
    return render(request, "people/person_form.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def disabling(request: HttpRequest, id: int) -> HttpResponse:
    person = doors.find(User.objects, request.user, pk=id)
    if request.method == "POST":
        users.disable(actor=request.user, user=person)
    return doors.go_to(request, "/people/", _("%(name)s can no longer sign in.") % {"name": person.name})


@login_required
def access(request: HttpRequest, key: str) -> HttpResponse:
    """Who may do what in a space: give a role, take it away."""
    space = doors.find(Space.objects, request.user, key=key)
    if request.method == "POST":
        number = request.POST.get("user", "")
        person = doors.find(User.objects, request.user, pk=int(number) if number.isdigit() else 0)
        if request.POST.get("role") in Role.values:
            spaces.grant(actor=request.user, space=space, user=person, role=request.POST["role"])
        else:
            spaces.revoke(actor=request.user, space=space, user=person)
        return doors.go_to(request, request.path, _("Saved."))
    rows = space.memberships.select_related("user").order_by("user__name")
    return render(
        request,
        "people/access.html",
        {
            "space": space,
            "rows": rows,
            "roles": Role.choices,
            "may_manage": may(request.user, Permission.MANAGE_ACCESS, space.pk),
            "people": User.objects.visible_to(request.user).active()[:1000],
        },
    )


urls = [
    path("people/", people, name="people"),
    path("people/new/", new, name="people_new"),
    path("people/<int:id>/disablings/", disabling, name="people_disablings"),
    path("spaces/<slug:key>/access/", access, name="access"),
]
