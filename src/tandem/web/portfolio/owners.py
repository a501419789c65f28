"""What portfolios, programmes and projects share: each owns a space under another."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.web import cells
from tandem.web.generic import Column, Fact, Noun


def unclassified(form: Any) -> None:
    """Kind and horizon of an investment may stay open: it is said as what it is."""
    for name in {"kind", "horizon"} & form.fields.keys():
        form.fields[name].choices = [("", _("Not classified")), *((v, text) for v, text in form.fields[name].choices if v)]


def form_for(model: Any, *extra: str) -> type[forms.Form]:
    """Name, description and owner; a new one also says its key and whether it is confidential."""

    class OwnerForm(forms.ModelForm):
        class Meta:
            fields = ["name", "description", "owner", *extra]
            widgets = {
                "description": forms.Textarea({"rows": 4}),
                "starts_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
                "as_of": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            }

        def for_request(self, request: Any, row: Any) -> None:
            unclassified(self)
            if row is None:
                self.fields["key"] = forms.CharField(
                    label=_("key"),
                    max_length=10,
                    required=False,
                    help_text=_("Stands before each number: POR-12. Left empty, it is made from the name."),
                )
                self.fields["is_confidential"] = forms.BooleanField(
                    label=_("confidential"),
                    required=False,
                    help_text=_("Only people who are given access here see it."),
                )

    OwnerForm.Meta.model = model  # type: ignore[attr-defined]
    return forms.modelform_factory(model, form=OwnerForm)


def noun_for(
    *, slug: str, model: Any, one: Any, many: Any, purpose: Any, new: Any, permission: Permission, kinds: tuple[str, ...],
    create: Callable[..., Any], change: Callable[..., Any], extra: tuple[str, ...] = (), columns: tuple[Column, ...] = (), facts: tuple[Fact, ...] = (), **more: Any,
) -> Noun:  # fmt: skip
    return Noun(
        owns_space=True, slug=slug, model=model, one=one, many=many, purpose=purpose,
        columns=(
            Column("name", _("Name"), lambda r: r.name, "name", is_title=True),
            Column("key", _("Key"), lambda r: r.space.key),
            *columns,
            Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
        ),
        facts=(
            Fact(_("Key"), lambda r: r.space.key),
            Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"),
            *facts,
            Fact(_("Confidential"), lambda r: _("Yes") if r.space.is_confidential else _("No")),
        ),
        search=("name", "description"), order="name", related=("owner", "space"), text="description", permission=permission,
        form=form_for(model, *extra), create=create, change=change, home_kinds=kinds, names={"new": new, "home": _("Under")}, **more,
    )  # fmt: skip
