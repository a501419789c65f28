"""The table of approvals: whose yes a change takes, line by line, for a place and everything below it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tandem.governance.actions import approval_rules
from tandem.governance.models import ApprovalRule
from tandem.people.access import Permission
from tandem.web import doors, generic
from tandem.web.generic import Column, Fact, Noun
from tandem.web.governance.change_forms import RuleForm
from tandem.web.portfolio import money


def create(*, actor: Any, home: Any, **values: Any) -> ApprovalRule:
    return approval_rules.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: ApprovalRule, version: int | None, **values: Any) -> ApprovalRule:
    return approval_rules.change(actor=actor, approval_rule=row, version=version, **values)


def remove(*, actor: Any, row: ApprovalRule, version: int | None) -> None:
    approval_rules.remove(actor=actor, approval_rule=row, version=version)


def _kinds(row: ApprovalRule) -> str:
    return ", ".join(str(ApprovalRule.Kind(one).label) for one in row.kinds) or now_("whatever it touches")


def _days(row: ApprovalRule) -> str:
    return now_("however many") if row.days_most is None else str(row.days_most)


def _money(row: ApprovalRule) -> str:
    return now_("however much") if row.money_most is None else money.money(row.money_most, row.currency)


noun = Noun(
    slug="approval_rules", model=ApprovalRule, one=_("line of the table"), many=_("Table of approvals"),
    purpose=_("Whose yes a change takes. The first line of a place that fits decides; where nothing fits, each side has one voice."),
    columns=(
        Column("place", _("Line"), lambda r: f"{r.space.name} {r.rank}", "space__name", is_title=True),
        Column("kinds", _("Touches at most"), _kinds),
        Column("days", _("Days at most"), _days, is_number=True),
        Column("money", _("Money at most"), _money, is_number=True),
        Column("product", _("Voices of the product side"), lambda r: r.product_voices, is_number=True),
        Column("pmo", _("Voices of the PMO side"), lambda r: r.pmo_voices, is_number=True),
    ),
    facts=(
        Fact(_("Of"), lambda r: r.space.name), Fact(_("Line"), lambda r: r.rank), Fact(_("Touches at most"), _kinds), Fact(_("Days at most"), _days), Fact(_("Money at most"), _money),
        Fact(_("Voices of the product side"), lambda r: r.product_voices), Fact(_("Voices of the PMO side"), lambda r: r.pmo_voices),
    ),
    order="space__name", related=("space",), permission=Permission.EDIT_PORTFOLIO, form=RuleForm, create=create, change=change, remove=remove,
    home_kinds=("organisation", "portfolio", "programme", "project", "product"), is_at_home_in_root=True, detail_template="governance/approval_rule.html",
    names={"new": _("New line"), "home": _("Where")},
)  # fmt: skip


@login_required
@require_POST
def moves(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    approval_rules.move(actor=request.user, approval_rule=row, version=doors.version_in(request), is_up=request.POST.get("to") == "up")
    return doors.go_to(request, noun.url(row))


urls = [*generic.urls(noun), path("approval-rules/<int:id>/moves/", moves, name="approval_rules_moves")]
