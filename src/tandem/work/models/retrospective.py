"""What a team says after a sprint: notes that are their writer's until all are shown, votes, and what is done about it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.scoping import Scoped


class Retrospective(Scoped):
    class Format(models.TextChoices):
        START_STOP = "start_stop", _("Start, stop, continue")
        FOUR_LS = "four_ls", _("Liked, learned, lacked, longed for")
        MAD_SAD_GLAD = "mad_sad_glad", _("Mad, sad, glad")

    class State(models.TextChoices):
        WRITING = "writing", _("Writing")
        SHOWN = "shown", _("Grouping and voting")
        CLOSED = "closed", _("Closed")

    COLUMNS: dict[str, tuple[tuple[str, Any], ...]] = {
        "start_stop": (("start", _("Start")), ("stop", _("Stop")), ("continue", _("Continue"))),
        "four_ls": (
            ("liked", _("Liked")), ("learned", _("Learned")), ("lacked", _("Lacked")), ("longed", _("Longed for")),
        ),
        "mad_sad_glad": (("mad", _("Mad")), ("sad", _("Sad")), ("glad", _("Glad"))),
    }  # fmt: skip

    sprint = models.OneToOneField("work.Sprint", models.CASCADE, related_name="retrospective")
    format = models.CharField(_("format"), max_length=20, choices=Format.choices, default=Format.START_STOP)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WRITING)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Retrospective of {self.sprint_id}"

    @property
    def columns(self) -> tuple[tuple[str, Any], ...]:
        return self.COLUMNS[self.format]


class RetrospectiveNote(models.Model):
    retrospective = models.ForeignKey(Retrospective, models.CASCADE, related_name="notes")
    column = models.CharField(max_length=20)
    text = models.TextField(_("note"), max_length=1000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # it says the same as that one: votes go there
    group = models.ForeignKey("self", models.SET_NULL, null=True, related_name="alike")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"note {self.pk} of {self.retrospective_id}"


class RetrospectiveVote(models.Model):
    MOST = 3

    note = models.ForeignKey(RetrospectiveNote, models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="one_vote_per_note")]

    def __str__(self) -> str:
        return f"vote for {self.note_id}"


class RetrospectiveAction(models.Model):
    """A work item that the team agreed on."""

    retrospective = models.ForeignKey(Retrospective, models.CASCADE, related_name="actions")
    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.item_id} agreed in {self.retrospective_id}"
