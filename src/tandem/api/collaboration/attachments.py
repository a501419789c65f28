"""Files on a record of any noun: attach, list, fetch, remove."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Path, Router
from ninja.errors import ValidationError
from ninja.files import UploadedFile

from tandem.api import generic, subjects
from tandem.api.generic import NO, NO_WRITE, ONCE, Key, Noun
from tandem.api.shapes import Body
from tandem.collaboration import storing
from tandem.collaboration.actions import attachments
from tandem.collaboration.actions.idempotent_requests import Answer
from tandem.collaboration.models import Attachment
from tandem.kit.errors import Hidden
from tandem.kit.http import download, is_fragment_request
from tandem.kit.types import Id

router = Router(tags=["collaboration"])

NOUN = Noun(
    path="attachments",
    model=Attachment,
    word="attachment",
    shows="id space_id subject_kind subject_id name mime size url author_id created_at version",
    filters="space_id subject_kind subject_id author_id",
)


class AttachmentCreate(Body):
    subject_kind: subjects.SubjectKind
    subject_id: Id


generic.reads(router, NOUN)
generic.removes(router, NOUN, attachments.remove)


@router.post("/", response={201: generic.shape_of(NOUN), **NO_WRITE}, operation_id="attachments_create")
def create(
    request: HttpRequest,
    payload: Form[AttachmentCreate],
    file: File[UploadedFile],
    key: Key | None = ONCE,  # type: ignore[valid-type]
) -> HttpResponse:
    """A form with one file. The largest size is the setting TANDEM_MAX_UPLOAD_MB."""

    _refuse_more(request)

    def work() -> Answer:
        subject = subjects.find(request.auth, payload.subject_kind, payload.subject_id)
        made = attachments.add(
            actor=request.auth, subject=subject, name=file.name or "", chunks=file.chunks()
        )
        shown = generic.dumps(NOUN.one(request.auth, made.pk)).decode()
        return Answer(201, shown, shown)

    return generic.once(request, key, work, location=request.path, body=lambda: _digest(payload, file))


def _refuse_more(request: HttpRequest) -> None:
    """A form's parts are looked up by their names: what nobody asked for would be passed over in silence."""
    more = sorted(set(request.POST) - set(AttachmentCreate.model_fields))
    if more:
        raise ValidationError(
            [{"loc": ("body", one), "msg": "no such field", "type": "extra_forbidden"} for one in more]
        )


def _digest(payload: Body, file: UploadedFile) -> bytes:
    """What makes two forms the same: their boundaries differ each time they are sent."""
    found = hashlib.sha256(generic.dumps(payload.model_dump()) + (file.name or "").encode())
    for chunk in file.chunks():
        found.update(chunk)
    return found.digest()


@router.get("/{id}/content/", response={200: bytes, **NO}, operation_id="attachments_content_read")
def content(request: HttpRequest, id: Path[Id]) -> Any:
    """The file itself, always as a download."""
    row = NOUN.row(request.auth, id)
    if is_fragment_request(request.headers, request.GET):
        raise Hidden
    try:
        return download(storing.path_of(row.stored_as), row.name)
    except (OSError, LookupError):
        raise Hidden from None
