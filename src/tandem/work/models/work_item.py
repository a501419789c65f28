"""One table for everything that somebody has to do: story, task, bug, epic, milestone of a plan."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from tandem.kit.text import grams, near_grams, pinyin_key, search_grams
from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.work.models.workflow import State

GIVEN_UP = Q(is_given_up=True) | Q(state__is_given_up=True)
"""Over, and neither finished nor open: by its own word, or by that of the state it ended in."""


@ArrayField.register_lookup
class HoldsOneOf(models.Lookup):  # type: ignore[type-arg]
    """Contains all of one of these lists: thirty conditions as one, for making thirty takes longer than answering them."""

    lookup_name = "holds_one_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        parts = " OR ".join(f"{left} @> %s::varchar(64)[]" for _terms in self.rhs)
        return f"({parts})", [value for terms in self.rhs for value in (*params, list(terms))]


class WorkItemQuerySet(ScopedQuerySet):
    def present(self) -> Self:
        """Not removed. Removed items stay for undo and history."""
        return self.filter(removed_at=None)

    def unarchived(self) -> Self:
        """What lists show unless archived items are asked for; figures of the past count all of them."""
        return self.filter(archived_at=None)

    def open(self) -> Self:
        return self.present().exclude(state__category=State.Category.DONE)

    def finished(self) -> Self:
        return self.present().filter(state__category=State.Category.DONE)

    def made(self) -> Self:
        """Finished with a result: what speed, duration and chances are reckoned from."""
        return self.finished().exclude(GIVEN_UP)

    def resting_since(self, moment: Any) -> Self:
        """Finished and untouched since then, with no open part, and in no sprint that runs: what a rule may put away."""
        parts = self.model.objects.filter(parent=OuterRef("pk"), removed_at=None).exclude(state__category=State.Category.DONE)
        running = self.model.sprints.through.objects.filter(workitem=OuterRef("pk"), sprint__state="active")
        still = self.finished().unarchived().filter(Q(updated_at=None) | Q(updated_at__lte=moment), actual_finish__lte=moment)
        return still.filter(~Exists(parts), ~Exists(running))

    def in_backlog_order(self) -> Self:
        return self.order_by("rank", "id")

    def matching(self, text: str) -> Self:
        """Every word of the text begins a word of the title or key; Chinese titles are found by pinyin as well."""
        terms = search_grams(text)
        return self.filter(grams__contains=terms) if terms else self

    def resembling(self, text: str) -> Self:
        """As `matching`, but each word may hold one typing error: a wrong, missing, swapped or additional letter."""
        found = self
        for choices in near_grams(text):
            found = found.filter(grams__holds_one_of=choices)
        return found

    def assigned_to(self, user: models.Model) -> Self:
        return self.filter(assignments__user=user)


class Constraint(models.TextChoices):
    ASAP = "ASAP", _("As soon as possible")
    ALAP = "ALAP", _("As late as possible")
    SNET = "SNET", _("Start no earlier than")
    SNLT = "SNLT", _("Start no later than")
    FNET = "FNET", _("Finish no earlier than")
    FNLT = "FNLT", _("Finish no later than")
    MSO = "MSO", _("Must start on")
    MFO = "MFO", _("Must finish on")


class ServiceClass(models.TextChoices):
    """How delay costs: at once, from a day on, steadily, or not yet."""

    EXPEDITE = "expedite", _("Expedite")
    FIXED_DATE = "fixed_date", _("Fixed date")
    STANDARD = "standard", _("Standard")
    INTANGIBLE = "intangible", _("Intangible")


class WorkItem(Scoped):
    class Priority(models.IntegerChoices):
        URGENT = 1, _("Urgent")
        HIGH = 2, _("High")
        MEDIUM = 3, _("Medium")
        LOW = 4, _("Low")

    number = models.PositiveIntegerField()
    key = models.CharField(max_length=24, unique=True)
    title = models.CharField(_("title"), max_length=1000)
    description = models.TextField(_("description"), blank=True)
    description_format = models.CharField(max_length=10, default="markdown")
    type = models.ForeignKey("work.WorkItemType", models.PROTECT, related_name="+", verbose_name=_("type"))
    state = models.ForeignKey("work.State", models.PROTECT, related_name="+", verbose_name=_("state"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, null=True, blank=True
    )
    service_class = models.CharField(
        _("class of service"), max_length=12, choices=ServiceClass.choices, default=ServiceClass.STANDARD
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reporter"),
    )
    assignees = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="work.Assignment",
        related_name="work_items",
        verbose_name=_("assignees"),
    )
    labels = ArrayField(models.CharField(max_length=200), default=list, blank=True, verbose_name=_("labels"))
    fields = models.JSONField(default=dict, blank=True)
    # what follows from fields by formulas and roll-ups: written by `actions.derived` alone, not a change of anybody's
    derived = models.JSONField(default=dict, blank=True, editable=False)
    rank = models.FloatField(default=0)
    sprints = models.ManyToManyField("work.Sprint", related_name="items", blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    estimate_points = models.FloatField(_("points"), null=True, blank=True)
    estimate_minutes = models.IntegerField(_("estimate"), null=True, blank=True)
    # brought along by an import; what is logged here stands in time entries, and their sum beside it
    spent_minutes = models.IntegerField(_("time spent"), null=True, blank=True)
    entered_minutes = models.IntegerField(default=0, editable=False)
    # what somebody said it will take in all, when that is no longer the estimate
    expected_minutes = models.IntegerField(_("expected in all"), null=True, blank=True)
    logged_minutes = models.GeneratedField(
        verbose_name=_("time logged"), db_persist=True, output_field=models.IntegerField(),
        expression=F("entered_minutes") + Coalesce(F("spent_minutes"), Value(0)),
    )  # fmt: skip
    remaining_minutes = models.GeneratedField(
        verbose_name=_("time left"), db_persist=True, output_field=models.IntegerField(),
        expression=Case(
            When(
                Q(expected_minutes__isnull=False) | Q(estimate_minutes__isnull=False),
                then=Greatest(
                    Value(0),
                    Coalesce(F("expected_minutes"), F("estimate_minutes")) - F("entered_minutes") - Coalesce(F("spent_minutes"), Value(0)),
                ),
            ),
            default=Value(None),
        ),
    )  # fmt: skip
    # planned: what people or an imported plan said. Computed dates live in planning.ComputedDates.
    planned_start = models.DateTimeField(_("planned start"), null=True, blank=True)
    planned_finish = models.DateTimeField(_("planned finish"), null=True, blank=True)
    actual_start = models.DateTimeField(_("actual start"), null=True, blank=True)
    actual_finish = models.DateTimeField(_("actual finish"), null=True, blank=True)
    # of a finished item alone; one in a state that is closed without a result needs no word of its own
    is_given_up = models.BooleanField(_("closed without a result"), default=False)
    # the plan's own figures; working minutes
    duration_minutes = models.IntegerField(_("duration"), null=True, blank=True)
    is_duration_elapsed = models.BooleanField(default=False)
    percent_complete = models.PositiveSmallIntegerField(_("complete"), default=0)
    is_milestone = models.BooleanField(_("milestone"), default=False)
    is_summary = models.BooleanField(default=False)
    is_manual = models.BooleanField(_("dates by hand"), default=False)
    constraint = models.CharField(
        _("constraint"), max_length=4, choices=Constraint.choices, default=Constraint.ASAP
    )
    constraint_at = models.DateTimeField(_("constraint date"), null=True, blank=True)
    deadline_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    calendar = models.ForeignKey(
        "work.WorkingCalendar", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    plan = models.JSONField(default=dict, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    # it lives on in another space; here it is removed, and its key an address that leads there
    moved_to = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="moved_from")
    updated_at = models.DateTimeField(null=True, blank=True)
    grams = ArrayField(models.CharField(max_length=64), default=list, editable=False)

    awaiting: Any = None
    "Set by the change that found that its move waits for approval: the request."

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["space", "number"], name="one_number_per_item"),
            models.CheckConstraint(condition=models.Q(percent_complete__lte=100), name="percent_at_most_100"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="not_its_own_parent"),
        ]
        indexes = [
            models.Index(fields=["space", "rank", "id"], name="item_backlog"),
            models.Index(fields=["space", "state", "rank", "id"], name="item_board"),
            models.Index(fields=["space", "-updated_at", "-id"], name="item_updated"),
            # the orders in which the table of all work items is read: as `web.paging` writes them
            models.Index(
                models.F("updated_at").desc(nulls_last=True), models.F("id").asc(), name="item_recent",
                condition=models.Q(removed_at__isnull=True),
            ),
            models.Index(fields=["due_on", "id"], name="item_due", condition=models.Q(removed_at__isnull=True)),
            models.Index(
                fields=["space", "actual_finish"],
                name="item_finished",
                condition=models.Q(actual_finish__isnull=False),
            ),
            GinIndex(fields=["grams"], name="item_grams"),
            GinIndex(fields=["labels"], name="item_labels"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def is_done(self) -> bool:
        return self.state.is_done

    @property
    def became(self) -> "WorkItem | None":
        """Where it lives now, however often it was moved to another space or brought back since; the last place, where it lives
        nowhere any more."""
        found = self.moved_to
        while found is not None and found.removed_at is not None and found.moved_to is not None:
            found = found.moved_to
        return found

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def set_grams(self) -> None:
        self.grams = grams(f"{self.key} {self.title} {pinyin_key(self.title)}")


class Assignment(models.Model):
    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="assignments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments")
    share = models.PositiveSmallIntegerField(_("share"), default=100)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["item", "user"], name="one_assignment_per_person")]
        indexes = [models.Index(fields=["user", "item"], name="assignment_user")]

    def __str__(self) -> str:
        return f"{self.item_id} ← {self.user_id}"
