"""How a team feels, asked in a rhythm and told of the whole only. What was answered and who has answered are two tables, the second without a name."""

from datetime import date
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class PulseQuerySet(ScopedQuerySet):
    def running(self) -> Self:
        return self.filter(is_ended=False)

    def due(self, on: date) -> Self:
        """Those of which a round is to begin by this day."""
        return self.running().filter(next_on__lte=on)


class Pulse(Scoped):
    team = models.ForeignKey("people.Team", models.PROTECT, related_name="pulses", verbose_name=_("team"))
    name = models.CharField(_("name"), max_length=200)
    # texts in their order: each is answered from 1 to 5
    questions = models.JSONField(_("questions"), default=list)
    every_weeks = models.PositiveSmallIntegerField(_("every so many weeks"), default=4, validators=[MinValueValidator(1), MaxValueValidator(26)])
    open_days = models.PositiveSmallIntegerField(_("days to answer"), default=5, validators=[MinValueValidator(2), MaxValueValidator(14)])
    next_on = models.DateField(_("next round on"))
    is_ended = models.BooleanField(_("ended"), default=False)

    objects = PulseQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["next_on"], name="pulse_next", condition=models.Q(is_ended=False))]
        constraints = [models.UniqueConstraint(fields=["team"], condition=models.Q(is_ended=False), name="one_pulse_of_a_team")]

    def __str__(self) -> str:
        return self.name


class PulseRoundQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(is_closed=False)

    def asking(self, user: Any) -> Self:
        """Open rounds in which the person is asked."""
        return self.open().filter(asked__contains=user.pk)

    def unanswered_by(self, user: Any) -> Self:
        marks = PulseTurnout.objects.filter(round__in=self).values_list("round", "marks")
        return self.exclude(pk__in=[pk for pk, found in marks if mark_of(pk, user.pk) in found])

    def waiting_for(self, user: Any) -> Self:
        """Open rounds in which the person is asked and has not answered."""
        return self.asking(user).unanswered_by(user)


class PulseRound(Scoped):
    """One time that a team was asked. Nothing of it changes while answers come in; when it closes, only what is told is kept."""

    pulse = models.ForeignKey(Pulse, models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    questions = models.JSONField(default=list)
    opened_on = models.DateField()
    # the last day on which it can be answered
    closes_on = models.DateField()
    is_closed = models.BooleanField(default=False)
    # whose answers are asked for, by their numbers; those who are asked read the names beside the form
    asked = models.JSONField(default=list)
    asked_count = models.PositiveIntegerField()
    answered_count = models.PositiveIntegerField(null=True)
    # an average for each question, to the half step; none where too few answered
    results = models.JSONField(null=True)
    words = models.JSONField(default=list)

    objects = PulseRoundQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["pulse", "number"], name="pulse_round_number"),
            models.UniqueConstraint(fields=["pulse"], condition=models.Q(is_closed=False), name="one_open_pulse_round"),
            # below five answers nothing is kept: not even by mistake
            models.CheckConstraint(
                condition=models.Q(answered_count__isnull=False, answered_count__gte=5) | models.Q(results__isnull=True, words=[]), name="pulse_tells_from_five"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pulse_id} #{self.number}"


class PulseBox(models.Model):
    """What a round has gathered, in one row that is written anew with each answer: how often each step was chosen, the words in
    alphabetical order. No name, no row, no number and no moment belongs to one answer. It goes when the round closes. The
    table is UNLOGGED (migration 0011): it is in no backup, no archive of the log, no replica."""

    round = models.OneToOneField(PulseRound, models.CASCADE, primary_key=True, related_name="box")
    tallies = models.JSONField(default=list)
    words = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"box of {self.round_id}"


class PulseTurnout(models.Model):
    """That somebody has answered, so that nobody does twice: marks in the order of their digits, written anew with each answer. Whose a mark is
    can be told only with the secret key, which is not in the database. UNLOGGED like the box, and gone with it."""

    round = models.OneToOneField(PulseRound, models.CASCADE, primary_key=True, related_name="turnout")
    marks = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"turnout of {self.round_id}"


def mark_of(round_id: int, user_id: int) -> str:
    return salted_hmac("tandem.pulse", f"{round_id}:{user_id}", algorithm="sha256").hexdigest()
