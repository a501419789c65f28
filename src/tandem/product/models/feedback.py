"""What somebody outside said about a product, in their own words: who said it, for whom, and what became of it."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.scoping import Scoped, ScopedQuerySet

LONGEST = 20_000


class FeedbackQuerySet(ScopedQuerySet):
    def standing(self) -> Self:
        """Not merged into another entry."""
        return self.filter(merged_into=None)

    def waiting(self) -> Self:
        """Sent through the portal, and nobody has let it through or turned it away."""
        return self.filter(is_waiting=True)

    def undecided(self) -> Self:
        return self.filter(state__in=[Feedback.State.NEW, Feedback.State.REVIEW])

    def public(self) -> Self:
        return self.filter(is_public=True)

    def about(self, feature: models.Model) -> Self:
        return self.filter(links__feature=feature)


class Feedback(Scoped):
    class State(models.TextChoices):
        NEW = "new", _("New")
        REVIEW = "review", _("Under review")
        PLANNED = "planned", _("Planned")
        BUILDING = "building", _("In progress")
        SHIPPED = "shipped", _("Shipped")
        DECLINED = "declined", _("Declined")

    class Source(models.TextChoices):
        HAND = "hand", _("Written down by hand")
        PORTAL = "portal", _("Public portal")
        API = "api", _("API")
        FILE = "file", _("Imported file")
        GITHUB = "github", _("GitHub issues")
        REVIEWS = "reviews", _("App reviews")

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        CHINESE = "zh", _("Chinese")

    product = models.ForeignKey("product.Product", models.PROTECT, related_name="feedback", verbose_name=_("product"))
    title = models.CharField(_("title"), max_length=300)
    text = models.TextField(_("in their words"), max_length=LONGEST, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.NEW)
    # why it was declined, or what the givers are told beside the state
    answer = models.CharField(_("answer to the givers"), max_length=1000, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices, default=Source.HAND)
    url = models.URLField(_("address at the source"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, blank=True)
    labels = ArrayField(models.CharField(max_length=100), default=list, blank=True, verbose_name=_("labels"))
    customer = models.ForeignKey(
        "product.Customer", models.SET_NULL, null=True, blank=True, related_name="feedback", verbose_name=_("customer")
    )
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("giver with an account")
    )
    giver_name = models.CharField(_("giver"), max_length=200, blank=True)
    giver_email = models.EmailField(_("e-mail of the giver"), blank=True)
    # agreed to hear by e-mail what becomes of it
    wants_word = models.BooleanField(_("wants to hear by e-mail"), default=False)
    is_public = models.BooleanField(_("public"), default=False)
    given_on = models.DateField(_("given on"), default=clock.today)
    # counted by its source, where we know no single voter or comment
    outside_votes = models.PositiveIntegerField(_("votes at the source"), default=0)
    outside_comments = models.PositiveIntegerField(_("comments at the source"), default=0)
    # kept by the actions: its own, those at the source, and of all that was merged into it
    votes = models.PositiveIntegerField(_("votes"), default=0)
    # sent through the portal and not decided about: a digest of the sender's address, to count by
    sender = models.CharField(max_length=64, blank=True, editable=False)
    is_waiting = models.BooleanField(_("waits to be let through"), default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = "feedback", "feedback"
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="feedback_not_its_own_copy")]
        indexes = [
            models.Index(fields=["space", "id"], condition=Q(merged_into=None), name="feedback_standing"),
            models.Index(fields=["space", "votes", "id"], condition=Q(merged_into=None), name="feedback_votes"),
            models.Index(fields=["space", "state", "id"], condition=Q(merged_into=None), name="feedback_state"),
            models.Index(fields=["space", "id"], condition=Q(is_waiting=True), name="feedback_waiting"),
            models.Index(fields=["votes", "id"], name="feedback_most_voted"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def who(self) -> Any:
        """The giver's name as pages say it."""
        return self.giver.name if self.giver else self.giver_name


class FeedbackVote(Scoped):
    """One person's word that they want the same. Of a person without account: confirmed by a letter to their address."""

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="cast")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    email = models.EmailField(blank=True)
    wants_word = models.BooleanField(default=False)
    # empty until the person followed the link in the letter; counts from then on
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # when a letter asked whether somebody who had said no wants to hear of it after all
    word_asked_at = models.DateTimeField(null=True, blank=True)
    # a digest of the sender's address, to count by; not to find anybody
    sender = models.CharField(max_length=64, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(user=None) ^ Q(email=""), name="vote_of_one_person"),
            models.UniqueConstraint(fields=["feedback", "user"], name="one_vote_per_user"),
            models.UniqueConstraint(fields=["feedback", "email"], condition=~Q(email=""), name="one_vote_per_email"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or self.email} → {self.feedback_id}"


class FeedbackLink(Scoped):
    """This feedback asks for this feature, and here is the sentence that proves it."""

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="links")
    feature = models.ForeignKey("product.Feature", models.CASCADE, related_name="feedback_links")
    quote = models.TextField(_("sentence that proves it"), max_length=1000)
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["feedback", "feature"], name="one_link_of_feedback_to_feature")]

    def __str__(self) -> str:
        return f"{self.feedback_id} → {self.feature_id}"


class FeedbackLetter(Scoped):
    """What one outsider is told once about one entry: marked as sent before it is sent."""

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="letters")
    email = models.EmailField()
    name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=Feedback.State.choices)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["feedback", "email", "state"], name="one_letter_per_answer")]
        indexes = [models.Index(fields=["id"], condition=Q(sent_at=None), name="feedback_letter_due")]

    def __str__(self) -> str:
        return f"{self.email}: {self.feedback_id} {self.state}"
