"""Words of the sign-in library that we say in our own way: named here only so that they are collected.

English readers get ours from `locale/en`, which is written by hand; Chinese ones from `locale/zh_Hans`, like all others."""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext

BORROWED = (
    _("Email"),
    _("Password"),
    _("Remember Me"),
    _("Forgot your password?"),
    _("Current Password"),
    _("New Password"),
    _("New Password (again)"),
    _("Password (again)"),
    _("Code"),
    _("Authenticator code"),
    _("Passwordless"),
    _(
        "Enabling passwordless operation allows you to sign in using just this key, but imposes additional "
        "requirements such as biometrics or PIN protection."
    ),
    _("The email address and/or password you specified are not correct."),
    _("This account is currently inactive."),
    _("Too many failed login attempts. Try again later."),
    _("Incorrect code."),
    _("Incorrect password."),
    _("Please type your current password."),
    _("You must type the same password each time."),
    _("The new value must be different from the current one."),
    _("Be patient, you are sending too many requests."),
    _("Use your password"),
    _("Use authenticator app or code"),
    _("Use a security key"),
    _("Master key"),
    _("Backup key"),
    _("Key nr. {number}"),
    _("The password is too similar to the %(verbose_name)s."),
    _("Your password can’t be too similar to your other personal information."),
    _("This password is too common."),
    _("Your password can’t be a commonly used password."),
)


def counted(n: int) -> tuple[str, str]:
    """Those that have a number in them; asked by nobody either."""
    return (
        ngettext("This password is too short. It must contain at least %d character.", "This password is too short. It must contain at least %d characters.", n),
        ngettext("Your password must contain at least %(min_length)d character.", "Your password must contain at least %(min_length)d characters.", n),
    )
