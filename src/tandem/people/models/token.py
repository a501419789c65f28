"""A key for programs: acts as its owner, at most with the scopes it was given. Stored as a digest."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> "ApiTokenQuerySet":
        return self.filter(revoked_at=None, user__is_active=True).filter(
            models.Q(expires_at=None) | models.Q(expires_at__gt=clock.now())
        )

    def visible_to(self, user: "settings.AUTH_USER_MODEL") -> "ApiTokenQuerySet":  # type: ignore[name-defined]
        return self.filter(user=user)


class ApiToken(models.Model):
    class Scope(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Read and write")
        CALENDAR = "calendar", _("Calendars only")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    scope = models.CharField(_("scope"), max_length=10, choices=Scope.choices, default=Scope.READ)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def event_space_id(self) -> None:
        return None
