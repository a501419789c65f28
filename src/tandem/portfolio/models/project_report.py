"""What was reported of a project for a day: dates, money, the ratings. Each report is a baseline of date and cost."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.portfolio.models.project import Project
from tandem.strategy.models.unit import Confidence, amount


class ProjectReportQuerySet(ScopedQuerySet):
    def in_order(self) -> Self:
        return self.order_by("project_id", "on", "id")

    def below(self, space_ids: set[int]) -> Self:
        """Of the projects in these spaces."""
        return self.filter(space_id__among=frozenset(space_ids))


class ProjectReport(Scoped):
    class Rating(models.IntegerChoices):
        """Delivery confidence in five steps, as governments report it: the source's word, not computed."""

        SURE = 5, _("Success highly likely")
        LIKELY = 4, _("Success probable")
        FEASIBLE = 3, _("Success feasible")
        DOUBTFUL = 2, _("Success in doubt")
        FAILING = 1, _("Success appears unachievable")

    class Way(models.TextChoices):
        HAND = "hand", _("By hand")
        FILE = "file", _("From a file")
        API = "api", _("By the API")

    project = models.ForeignKey(Project, models.CASCADE, related_name="reports", verbose_name=_("project"))
    on = models.DateField(_("as of"))
    source_name = models.CharField(_("source"), max_length=100, blank=True)
    department = models.CharField(_("department"), max_length=200, blank=True)
    category = models.CharField(_("category"), max_length=200, blank=True)
    phase = models.CharField(_("phase"), max_length=100, blank=True)
    planned_start = models.DateField(_("planned start"), null=True, blank=True)
    planned_finish = models.DateField(_("planned finish"), null=True, blank=True)
    original_finish = models.DateField(_("original finish"), null=True, blank=True)
    budget = amount(_("cost"), is_optional=True)
    original_budget = amount(_("original cost"), is_optional=True)
    spent = amount(_("spent"), is_optional=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    rating = models.PositiveSmallIntegerField(
        _("rating of the source"), choices=Rating.choices, null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )  # fmt: skip
    said = models.CharField(_("owner's word"), max_length=5, choices=Confidence.choices, blank=True)
    commentary = models.TextField(_("commentary"), blank=True)
    # what the source itself says of the variance, later and dearer being positive: kept beside what is computed
    stated_slip_days = models.IntegerField(_("slip that the source states"), null=True, blank=True)
    stated_slip_step = models.IntegerField(_("slip since its last report, as stated"), null=True, blank=True)
    stated_growth = amount(_("cost growth that the source states"), is_optional=True)
    stated_growth_step = amount(_("cost growth since its last report, as stated"), is_optional=True)
    # field → the text that stands in place of a value: an exemption is no zero
    withheld = models.JSONField(_("withheld"), default=dict, blank=True)
    # every value of the source in its own writing
    values = models.JSONField(_("values of the source"), default=dict, blank=True)
    way = models.CharField(max_length=5, choices=Way.choices, default=Way.HAND)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ProjectReportQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [models.UniqueConstraint(fields=["project", "on", "source_name"], name="one_project_report_a_day")]
        indexes = [models.Index(fields=["space", "on"], name="project_report_space")]

    def __str__(self) -> str:
        return f"{self.project}: {self.on:%Y-%m-%d}"
