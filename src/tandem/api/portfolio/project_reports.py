"""Reports of projects. Slip and growth against the first report are computed where they are shown, never sent."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.portfolio.actions import project_reports
from tandem.portfolio.models import ProjectReport

router = Router(tags=["portfolio"])
_FIELDS = (
    "on source_name department category phase planned_start planned_finish original_finish budget original_budget spent currency"
    " rating said commentary stated_slip_days stated_slip_step stated_growth stated_growth_step withheld values"
)
NOUN = Noun(
    path="project-reports",
    model=ProjectReport,
    word="project_report",
    shows=f"id space_id project_id {_FIELDS} way written_by_id version created_at",
    filters="space_id project_id source_name rating",
)


def _create(**values: Any) -> ProjectReport:
    return project_reports.create(way=ProjectReport.Way.API, **values)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("ProjectReportCreate", ProjectReport, f"project {_FIELDS}"), _create)
generic.changes(
    router, NOUN, body("ProjectReportChange", ProjectReport, _FIELDS, partial=True), project_reports.change
)
generic.removes(router, NOUN, project_reports.remove)
