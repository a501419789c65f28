"""Joining and leaving: lists of steps as templates, and the list of one person with who does what by when."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.access import Permission, spaces_where
from tandem.people.models import Role
from tandem.people.scoping import HandedDown, Scoped, ScopedQuerySet, spaces_with


class Kind(models.TextChoices):
    JOINING = "joining", pgettext_lazy("onboarding", "Joining")
    LEAVING = "leaving", pgettext_lazy("onboarding", "Leaving")


class Who(models.TextChoices):
    """Who does a step, where it is nobody of a role."""

    PERSON = "person", _("whom it is about")
    BUDDY = "buddy", _("the buddy")
    MANAGER = "manager", _("the manager")


class OnboardingTemplate(HandedDown):
    """`steps`: {"text", "who", "after"}: what, by whom (`Who`, or a role), so many working days after the day; before it below 0."""

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.JOINING)
    steps = models.JSONField(_("steps"), default=list)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class OnboardingQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Who it is about, who helps, who has a step of it, and who manages resources there: that somebody leaves is nobody else's."""
        if not user.is_active:
            return self.none()
        steps = OnboardingStep.objects.filter(OnboardingStep.is_of(user), onboarding=models.OuterRef("pk"))
        managed = spaces_where(user, Permission.MANAGE_RESOURCES)
        return self.filter(models.Q(person=user) | models.Q(buddy=user) | models.Q(manager=user) | models.Q(space_id__among=managed) | models.Exists(steps))

    def open(self) -> Self:
        return self.filter(state=Onboarding.State.OPEN)


class Onboarding(Scoped):
    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("onboarding", "Under way")
        FINISHED = "finished", pgettext_lazy("onboarding", "Finished")
        STOPPED = "stopped", pgettext_lazy("onboarding", "Stopped")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    template = models.ForeignKey(OnboardingTemplate, models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    # the first day of who joins, the last of who leaves
    on = models.DateField(_("day"))
    buddy = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("buddy"))
    manager = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("manager"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    finished_on = models.DateField(null=True, blank=True)

    objects = OnboardingQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["person", "on"], name="onboarding_of_person")]
        constraints = [models.UniqueConstraint(fields=["space", "person", "kind"], condition=models.Q(state="open"), name="one_open_onboarding")]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_kind_display()}"

    def is_seen_by(self, user: Any) -> bool:
        return type(self).objects.visible_to(user).filter(pk=self.pk).exists()


class OnboardingStepQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(onboarding__in=Onboarding.objects.visible_to(user))

    def due(self, by: date) -> Self:
        return self.filter(done_on=None, due_on__lte=by, onboarding__state=Onboarding.State.OPEN)

    def to_do_by(self, user: Any) -> Self:
        return self.filter(OnboardingStep.is_of(user))


class OnboardingStep(Scoped):
    """Done by one person (`doer`), or by whoever has the role there."""

    onboarding = models.ForeignKey(Onboarding, models.CASCADE, related_name="steps")
    place = models.PositiveSmallIntegerField()
    text = models.CharField(_("step"), max_length=300)
    who = models.CharField(max_length=20)
    doer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=20, blank=True)
    due_on = models.DateField(_("due"))
    done_on = models.DateField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = OnboardingStepQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "place"]
        indexes = [models.Index(fields=["due_on"], name="onboarding_step_due", condition=models.Q(done_on=None))]

    def __str__(self) -> str:
        return self.text

    @staticmethod
    def is_of(user: Any) -> models.Q:
        """By name, or by a role that they have there."""
        theirs = models.Q(doer=user)
        for role in Role.values:
            if spaces := spaces_with(user, frozenset({role})):
                theirs |= models.Q(role=role, space_id__among=spaces)
        return theirs
