"""The budget of a project: approving more or less, and moving some of it to another project."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.kit.errors import Denied, Refused
from tandem.people.access import Permission, may, spaces_where
from tandem.portfolio.actions import budgets
from tandem.portfolio.models import Budget, Portfolio, Project
from tandem.reports.queries import money as reads
from tandem.web import doors, generic


class BudgetForm(forms.Form):
    amount = forms.DecimalField(
        label=_("amount"), max_digits=14, decimal_places=2, help_text=_("So much more may be spent. With a minus: so much less.")
    )
    currency = forms.ChoiceField(label=_("currency"), choices=Portfolio.CURRENCIES)
    note = forms.CharField(label=_("reason"), max_length=500, help_text=_("Who decided it, and for what: it stays with the budget."))
    override = forms.CharField(
        label=_("allowed all the same because"), max_length=500, required=False,
        help_text=_("Only where it goes below what is committed or spent."),
    )  # fmt: skip


class TransferForm(forms.Form):
    to = forms.ModelChoiceField(label=_("To the project"), queryset=Project.objects.none())
    amount = forms.DecimalField(label=_("amount"), max_digits=14, decimal_places=2, min_value=Decimal("0.01"))
    note = forms.CharField(label=_("reason"), max_length=500, help_text=_("Both projects show it."))
    override = BudgetForm.base_fields["override"]


@login_required
def approval(request: HttpRequest, key: str) -> HttpResponse:
    project = _project(request, key)
    budget = Budget.objects.visible_to(request.user).filter(project=project).first()
    form = BudgetForm(request.POST if request.method == "POST" else None, initial={"currency": budget.currency if budget else reads.currency_of(project.space)})
    if budget is not None:
        del form.fields["currency"]
    return _taken(request, form, project, now_("Change the budget"), lambda values: budgets.approve(actor=request.user, project=project, version=doors.version_in(request), **values), budget)


@login_required
def transfer(request: HttpRequest, key: str) -> HttpResponse:
    project = _project(request, key)
    budget = doors.find(Budget.objects.select_related("project__space"), request.user, project=project)
    form = TransferForm(request.POST if request.method == "POST" else None)
    choice: Any = form.fields["to"]
    choice.queryset = Project.objects.visible_to(request.user).filter(space_id__among=spaces_where(request.user, Permission.EDIT_PORTFOLIO)).exclude(pk=project.pk).order_by("name", "id")
    form.fields["amount"].help_text = now_("In %(currency)s; in another currency it arrives at the rate of today.") % {"currency": budget.currency}
    return _taken(request, form, project, now_("Move some of the budget"), lambda values: budgets.transfer(actor=request.user, budget=budget, version=doors.version_in(request), **values), budget)


def _taken(request: HttpRequest, form: forms.Form, project: Project, title: str, do: Any, budget: Budget | None) -> HttpResponse:
    back = f"{reverse('money')}?in={project.space.key}"
    if request.method == "POST" and form.is_valid():
        try:
            do(form.cleaned_data)
            return doors.go_to(request, f"{back}#budget", now_("Saved."))
        except Refused as problem:
            generic.show(form, problem)
    context = {"form": form, "row": project, "title": title, "cancel": back, "version": budget.version if budget else "", "theirs": []}
    return render(request, "generic/form.html", context, status=422 if form.errors else 200)


def _project(request: HttpRequest, key: str) -> Project:
    found = doors.find(Project.objects.select_related("space"), request.user, space__key=key)
    for needed in (Permission.SEE_COSTS, Permission.EDIT_PORTFOLIO):
        if not may(request.user, needed, found.space_id):
            raise Denied(needed)
    return found


urls = [path("money/<slug:key>/budget/", approval, name="budget"), path("money/<slug:key>/transfers/", transfer, name="budget_transfers")]
