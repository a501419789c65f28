"""A file that somebody gave us: its questions and answers, its preview, its report."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped


class Import(Scoped):
    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        QUESTIONS = "questions", _("Questions")
        PREVIEWED = "previewed", _("Previewed")
        APPLIED = "applied", _("Imported")
        REFUSED = "refused", _("Refused")

    file_name = models.CharField(_("file"), max_length=400)
    stored_as = models.CharField(max_length=64, blank=True)
    format = models.CharField(_("format"), max_length=20, default="auto")
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    into = models.ForeignKey("people.Space", models.SET_NULL, null=True, blank=True, related_name="+")
    options = models.JSONField(default=dict, blank=True)
    questions = models.JSONField(default=list, blank=True)
    report = models.JSONField(default=dict, blank=True)
    # what came in of costs: apart from the report, which more people may read
    costs = models.JSONField(default=dict, blank=True)
    problem = models.JSONField(default=dict, blank=True)
    job = models.ForeignKey("collaboration.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name
