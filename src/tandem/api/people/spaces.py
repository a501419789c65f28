"""Spaces, and who has which role in them."""

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from tandem.api import generic
from tandem.api.generic import NO_WRITE, Noun
from tandem.api.shapes import Reference, body
from tandem.kit.errors import Hidden
from tandem.kit.types import Id
from tandem.people.actions import spaces
from tandem.people.models import Membership, Space, User

router = Router(tags=["people"])

NOUN = Noun(
    path="spaces",
    model=Space,
    shows="id parent_id kind key name is_confidential version created_at",
    filters="parent_id kind key",
)
MEMBERS = Noun(path="members", model=Membership, shows="id space_id user_id role granted_at")
generic.reads(router, NOUN)

# roles given in this very space; what is inherited stands in the spaces above
generic.parts(router, NOUN, "members", MEMBERS, lambda user, space: space.memberships.all())

_grant = body("MemberCreate", Membership, "role", user_id=Reference(User, "user"))


@router.post(
    "/{id}/members/",
    response={201: generic.shape_of(MEMBERS), **NO_WRITE},
    operation_id="spaces_members_create",
)
def grant(request: HttpRequest, id: Path[Id], payload: _grant) -> HttpResponse:  # type: ignore[valid-type]
    """Give a role here and below; it replaces the one held here, so that sending it twice does no harm."""
    space = NOUN.row(request.auth, id)
    made = spaces.grant(actor=request.auth, space=space, **generic.resolve(request.auth, payload))
    return generic.send(generic.Values({name: getattr(made, name) for name in MEMBERS.columns}), 201)


@router.delete(
    "/{id}/members/{user_id}/", response={204: None, **NO_WRITE}, operation_id="spaces_members_remove"
)
def revoke(request: HttpRequest, id: Path[Id], user_id: Path[Id]) -> HttpResponse:
    """Take the role away that was given in this space."""
    space = NOUN.row(request.auth, id)
    user = User.objects.visible_to(request.auth).filter(pk=user_id).first()
    if user is None:
        raise Hidden
    spaces.revoke(actor=request.auth, space=space, user=user)
    return HttpResponse(status=204)
