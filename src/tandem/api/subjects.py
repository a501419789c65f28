"""Records of any noun, as comments and contributions name them: a kind and a number."""

from typing import Any, Literal

from django.apps import apps

from tandem.collaboration.models.watch import NOUNS
from tandem.kit.errors import Refused

SUBJECTS = NOUNS
SubjectKind = Literal[SUBJECTS]


def find(user: Any, kind: str, pk: int) -> Any:
    """The record, if the asker sees it; a kind comes from the table above only."""
    if kind not in SUBJECTS:
        raise Refused("reference_unknown", field="subject_kind")
    model: Any = apps.get_model(kind)
    found = model.objects.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Refused("reference_unknown", field="subject_id")
    return found
