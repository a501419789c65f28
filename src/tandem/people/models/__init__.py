"""Users, spaces, memberships, teams, API tokens."""

from tandem.people.models.membership import Membership, Role
from tandem.people.models.space import Space, SpaceKind
from tandem.people.models.team import Team
from tandem.people.models.token import ApiToken
from tandem.people.models.user import User

__all__ = ["ApiToken", "Membership", "Role", "Space", "SpaceKind", "Team", "User"]
