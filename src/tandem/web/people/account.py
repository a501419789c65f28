"""One's own account: look, sessions, tokens; the welcome of the first administrator; setting a password."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib.auth import login, password_validation
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.kit.http import is_local_path
from tandem.people.actions import bootstrap, users
from tandem.people.models import ApiToken, User
from tandem.web import doors
from tandem.web.people.accounts import browser_named

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LIFETIMES = (30, 90, 365)


class WelcomeForm(forms.Form):
    organisation = forms.CharField(max_length=200)
    name = forms.CharField(max_length=200)
    email = forms.EmailField()
    password = forms.CharField(widget=forms.PasswordInput({"autocomplete": "new-password"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            "organisation": _("Name of the organisation"),
            "name": _("Your name"),
            "email": _("Your e-mail"),
            "password": _("Password"),
        }
        for name, label in words.items():
            self.fields[name].label = label
        self.fields["password"].help_text = _("At least ten characters; a few words are better than one.")

    def clean_password(self) -> str:
        said = {field: self.cleaned_data.get(field, "") for field in ("name", "email")}
        password_validation.validate_password(self.cleaned_data["password"], User(**said))
        return str(self.cleaned_data["password"])


class PasswordForm(forms.Form):
    password = forms.CharField(widget=forms.PasswordInput({"autocomplete": "new-password"}))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].label = _("New password")
        self.fields["password"].help_text = _("At least ten characters; a few words are better than one.")

    def clean_password(self) -> str:
        password_validation.validate_password(self.cleaned_data["password"], self.user)
        return str(self.cleaned_data["password"])


def _enter(request: HttpRequest, user: User) -> None:
    """Signed in without the sign-in page: the session is listed like any other."""
    login(request, user, backend=_BACKEND)
    UserSession.objects.create_from_request(request)  # house: reads — one's own session


def welcome(request: HttpRequest, key: str) -> HttpResponse:
    """The first start: the organisation and its administrator. The link works once."""
    bootstrap.check_invitation(key)
    form = WelcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = users.bootstrap(**form.cleaned_data)
        users.prefer(actor=user, language=get_language() or "en")
        _enter(request, user)
        return redirect("home")
    return render(request, "people/welcome.html", {"form": form}, status=422 if form.errors else 200)


def set_password(request: HttpRequest, key: str, token: str) -> HttpResponse:
    user = bootstrap.person_for(key, token)
    form = PasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        users.set_password(actor=user, user=user, password=form.cleaned_data["password"])
        if is_mfa_enabled(user):  # a link stands for the password, never for the second factor
            return doors.go_to(request, settings.LOGIN_URL, _("Your password was changed."))
        _enter(request, user)
        return redirect("home")
    return render(
        request,
        "people/set_password.html",
        {"form": form, "person": user},
        status=422 if form.errors else 200,
    )


@login_required
def account(request: HttpRequest, secret: str = "") -> HttpResponse:
    user: Any = request.user
    sessions = UserSession.objects.purge_and_list(user)  # house: reads — one's own sessions
    return render(
        request,
        "people/account.html",
        {
            "sessions": [
                {
                    "row": s,
                    "browser": browser_named(s.user_agent),
                    "is_this": s.session_key == request.session.session_key,
                }
                for s in sessions
            ],
            "tokens": list(ApiToken.objects.visible_to(user).usable().order_by("-created_at")),
            "lifetimes": [
                *[(n, ngettext("%(n)s day", "%(n)s days", n) % {"n": n}) for n in LIFETIMES],
                (0, _("no end")),
            ],
            "second_factor": is_mfa_enabled(user),
            "scopes": ApiToken.Scope.choices,
            "secret": secret,
            "memberships": user.memberships.select_related("space"),
        },
    )


@login_required
@require_POST
def tokens(request: HttpRequest) -> HttpResponse:
    """A new token: its secret is shown once."""
    user: Any = request.user
    scope = request.POST.get("scope", "read")
    name = request.POST.get("name", "").strip()[:100] or _("Token")
    days = request.POST.get("days", "")
    _row, secret = users.create_token(
        actor=user,
        name=name,
        scope=scope if scope in ApiToken.Scope.values else "read",
        days=int(days) if days in map(str, LIFETIMES) else 0,
    )
    return account(request, secret)


@login_required
@require_POST
def token_revocation(request: HttpRequest, id: int) -> HttpResponse:
    user: Any = request.user
    row = doors.find(ApiToken.objects, user, pk=id)
    users.revoke_token(actor=user, row=row)
    return doors.go_to(request, "/account/", _("The token no longer works."))


@login_required
@require_POST
def session_end(request: HttpRequest, id: int) -> HttpResponse:
    # house: reads — one's own sessions
    row = UserSession.objects.filter(user=request.user, pk=id).first()
    if row:
        row.end()
    return doors.go_to(request, "/account/", _("The session was ended."))


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Language, theme, density, shortcuts; a visitor's language is kept in a cookie."""
    user: Any = request.user
    allowed = {
        "language": dict(settings.LANGUAGES),
        "theme": dict(User.Theme.choices),
        "density": dict(User.Density.choices),
    }
    values: dict[str, Any] = {
        k: request.POST[k] for k, known in allowed.items() if request.POST.get(k) in known
    }
    if "shortcuts" in request.POST:
        values["has_shortcuts"] = request.POST["shortcuts"] == "on"
    if user.is_authenticated and values:
        users.prefer(actor=user, **values)
    target = request.POST.get("next", "/")
    response = redirect(target if is_local_path(target) else "/")
    if "language" in values:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, values["language"], max_age=365 * 24 * 3600, samesite="Lax"
        )
    return response


urls = [
    path("welcome/<str:key>/", welcome, name="welcome"),
    path("password/<slug:key>/<str:token>/", set_password, name="set_password"),
    path("account/", account, name="account"),
    path("account/tokens/", tokens, name="tokens"),
    path("account/tokens/<int:id>/revocations/", token_revocation, name="token_revocations"),
    path("account/sessions/<int:id>/ends/", session_end, name="session_ends"),
    path("preferences/", preferences, name="preferences"),
]
