"""A person: signs in, or is a placeholder that an import left behind."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.kit.text import pinyin_key


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def visible_to(self, user: Any) -> "UserQuerySet":
        """Colleagues: members see each other by name; rates and the like live elsewhere."""
        return self if user.is_authenticated else self.none()

    def matching(self, text: str) -> "UserQuerySet":
        return self.filter(models.Q(name__icontains=text) | models.Q(pinyin__contains=text.lower()))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django asks for it by name; accounts are made by `people.actions.users`."""

    def get_by_natural_key(self, username: str) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    class Theme(models.TextChoices):
        AUTO = "auto", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        COMPACT = "compact", _("Compact")
        COMFORTABLE = "comfortable", _("Comfortable")

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    pinyin = models.CharField(max_length=300, blank=True, editable=False)
    is_active = models.BooleanField(default=True)
    is_placeholder = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=clock.now)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    theme = models.CharField(_("theme"), max_length=8, choices=Theme.choices, default=Theme.AUTO)
    density = models.CharField(_("density"), max_length=12, choices=Density.choices, default=Density.COMPACT)
    has_shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    # raised whenever a membership or a space changes: what this person may see is cached under it
    access_version = models.PositiveIntegerField(default=1)
    last_looked_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        words = self.name.split()
        return (words[0][0] + words[-1][0]).upper() if len(words) > 1 else self.name[:2]

    @property
    def event_space_id(self) -> int | None:
        return None

    def visible_space_ids(self) -> frozenset[int]:
        from tandem.people.scoping import spaces_of

        return spaces_of(self) if self.is_active else frozenset()

    def visible_events(self, row: models.Model | None = None) -> models.Q:
        from tandem.people.told import events_for

        return events_for(self, row)

    def set_name(self, name: str) -> None:
        self.name = name
        self.pinyin = pinyin_key(name)
