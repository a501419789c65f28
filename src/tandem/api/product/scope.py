"""Which work items belong to a feature or a release."""

from typing import Any

from django.db.models import BigIntegerField, Case, F, Value, When
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from tandem.api import generic
from tandem.api.generic import NO_WRITE, Noun
from tandem.api.shapes import Reference, body
from tandem.kit.errors import Hidden
from tandem.kit.types import Id
from tandem.product.actions import features
from tandem.product.models import Scope
from tandem.work.models import WorkItem


def _item(user: Any) -> Any:
    """An item that the asker cannot see counts, but is not named."""
    seen = When(item__space_id__in=user.visible_space_ids(), then=F("item__id"))
    return Case(seen, default=Value(None), output_field=BigIntegerField(null=True))


NOUN = Noun(
    path="scope",
    model=Scope,
    shows="id space_id feature_id release_id added_at",
    computes={"work_item_id": (int | None, _item)},
)
_takes = body("ScopeCreate", Scope, "", work_item_id=Reference(WorkItem, "item"))


def add_routes(router: Router, owner: Noun) -> None:
    """`…/{id}/scope/` of a feature or a release."""

    def add(*, actor: Any, item: WorkItem, **owned: Any) -> Scope:
        subject = owned[owner.word]
        features.add_scope(actor=actor, subject=subject, items=[item])
        return NOUN.of(actor).of(subject).get(item=item)

    def remove(request: HttpRequest, id: Path[Id], work_item_id: Path[Id]) -> HttpResponse:
        """Take the work item out."""
        subject = owner.row(request.auth, id)
        entry = NOUN.of(request.auth).of(subject).filter(item_id=work_item_id).first()
        item = WorkItem.objects.visible_to(request.auth).filter(pk=work_item_id).first()
        if entry is None or item is None:
            raise Hidden
        features.remove_scope(actor=request.auth, subject=subject, items=[item])
        return HttpResponse(status=204)

    generic.parts(router, owner, "scope", NOUN, lambda user, subject: NOUN.of(user).of(subject))
    generic.adds(router, owner, "scope", _takes, add, gives=NOUN)
    router.add_api_operation(
        "/{id}/scope/{work_item_id}/",
        ["DELETE"],
        remove,
        response={204: None, **NO_WRITE},
        operation_id=f"{owner.name}_scope_remove",
        summary=f"{owner.path}: take scope out",
    )
