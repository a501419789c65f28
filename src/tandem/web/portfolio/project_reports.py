"""Reports of projects: what was reported for a day, what has moved since, and where the source says otherwise."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.kit.text import whole_number
from tandem.people.access import Permission
from tandem.portfolio.actions import project_reports
from tandem.portfolio.models import Project, ProjectReport
from tandem.reports.queries import project_reports as reads
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.portfolio import money
from tandem.web.portfolio import report_words as words
from tandem.web.templating import day, url

_LATEST = 6


class ReportForm(forms.ModelForm):
    class Meta:
        model = ProjectReport
        fields = [
            "project", "on", "phase", "planned_start", "planned_finish", "budget", "spent", "currency", "said", "rating", "commentary",
            "department", "category", "source_name", "stated_slip_days", "stated_growth",
        ]  # fmt: skip
        widgets = {
            "commentary": forms.Textarea({"rows": 4}),
            **{name: forms.DateInput({"type": "date"}, "%Y-%m-%d") for name in ("on", "planned_start", "planned_finish")},
        }
        help_texts = {
            "budget": _("The whole cost as of that day, in full units: 12500000."),
            "currency": _("Three capital letters, such as EUR."),
            "source_name": _("Who reported it, when it was not written here."),
            "stated_slip_days": _("Only when the source gives a figure of its own: it stands beside the computed one. Later is positive."),
        }

    def for_request(self, request: HttpRequest, row: Any) -> None:
        """A report stays with its project; from a project's page only that one is offered."""
        if row is not None:
            del self.fields["project"]
        elif number := whole_number(request.GET.get("project", "")):
            field: Any = self.fields["project"]
            field.queryset = field.queryset.filter(pk=number)


def create(*, actor: Any, project: Project, **sent: Any) -> ProjectReport:
    return project_reports.create(actor=actor, project=project, **sent)


def change(*, actor: Any, row: ProjectReport, version: int | None, **sent: Any) -> ProjectReport:
    return project_reports.change(actor=actor, project_report=row, version=version, **sent)


def remove(*, actor: Any, row: ProjectReport, version: int | None) -> None:
    project_reports.remove(actor=actor, project_report=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    """What has moved since the first report and the one before: one query for a page of reports."""
    around = ProjectReport.objects.visible_to(request.user).filter(project_id__in={row.project_id for row in rows})
    found = {step.point.id: step for line in reads.courses(around) for step in line.course.steps}
    for row in rows:
        row.step = found[row.pk]


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    lines = reads.of_project(request.user, row.project)
    line = next(one for one in lines if one.source == row.source_name)
    step = next(one for one in line.course.steps if one.point.id == row.pk)
    return {
        "step": step, "said": words, "money": money, "line": line, "rating": words.rating(row.rating), "owner_word": words.said(row.said),
        "differences": [(words.difference(d.code), d, d.code.startswith("slip")) for d in line.course.differences if d.report_id == row.pk],
        "withheld": [(str(ProjectReport._meta.get_field(name).verbose_name), text) for name, text in row.withheld.items()],
        "values": list(row.values.items()),
    }  # fmt: skip


def course_of(request: HttpRequest, project: Project) -> dict[str, Any]:
    """For the project's own page: its newest reports with what has moved."""
    lines = reads.of_project(request.user, project)
    steps = sorted(((step, line) for line in lines for step in line.course.steps), key=lambda pair: pair[0].point.on)
    return {
        "reports": [
            {
                "href": url("project_reports_detail", id=step.point.id), "on": step.point.on, "source": line.source,
                "finish": step.point.finish, "budget": money.money(step.point.budget, line.currency), "slip": words.days(step.slip),
                "growth": money.money(step.growth, line.currency, signed=True), "rating": words.rating(step.point.rating),
                "said": words.said(step.point.said),
            }
            for step, line in steps[-_LATEST:][::-1]
        ],
        "report_count": len(steps),
        "differences": sum(len(line.course.differences) for line in lines),
    }  # fmt: skip


def _finish(row: Any) -> Any:
    return cells.date(row.planned_finish) if row.planned_finish else words.instead(row, "planned_finish")


def _budget(row: Any) -> str:
    return money.money(row.budget, row.currency) if row.budget is not None else words.instead(row, "budget")


noun = Noun(
    slug="project_reports", model=ProjectReport, one=_("project report"), many=_("Project reports"),
    purpose=_("What was reported of a project for a day. Each is a baseline: what has moved is computed."),
    columns=(
        Column("project", _("Project"), lambda r: r.project.name, is_title=True),
        Column("on", _("As of"), lambda r: cells.date(r.on), "on", is_number=True),
        Column("phase", _("Phase"), lambda r: r.phase),
        Column("finish", _("Planned finish"), _finish, is_number=True),
        Column("slip", _("Slip"), lambda r: words.days(r.step.slip), is_number=True),
        Column("budget", _("Cost"), _budget, is_number=True),
        Column("growth", _("Cost growth"), lambda r: money.money(r.step.growth, r.currency, signed=True), is_number=True),
        Column("rating", _("Rating of the source"), lambda r: words.rating(r.rating)),
        Column("said", _("Owner's word"), lambda r: words.said(r.said)),
        Column("source", _("Source"), lambda r: r.source_name or r.get_way_display()),
    ),
    facts=(
        Fact(_("As of"), lambda r: day(r.on)),
        Fact(_("Source"), lambda r: r.source_name or r.get_way_display()),
        Fact(_("Department"), lambda r: r.department or "–"),
        Fact(_("Category"), lambda r: r.category or "–"),
        Fact(_("Phase"), lambda r: r.phase or "–"),
        Fact(_("Planned start"), lambda r: day(r.planned_start) if r.planned_start else words.instead(r, "planned_start")),
        Fact(_("Planned finish"), _finish),
        Fact(_("Cost"), _budget),
        Fact(_("Spent"), lambda r: money.money(r.spent, r.currency)),
    ),
    filters=(Filter("rating", _("Rating of the source"), lambda request: [(str(v), label) for v, label in ProjectReport.Rating.choices]),),
    search=("project__name", "source_name", "department", "commentary"), order="-on", related=("project",), text="commentary",
    permission=Permission.EDIT_PLAN, form=ReportForm, create=create, change=change, remove=remove, look_up=look_up,
    detail=detail, detail_template="portfolio/project_report.html",
    how=(_("Slip: the planned finish less the original finish that the source gives, else less the planned finish of the first report. Cost growth likewise. Each report leads to what it counts from and to what the source states."),),
    names={"new": _("Write a project report")},
)  # fmt: skip
urls = generic.urls(noun)
