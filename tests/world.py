"""The small named world: Alma leads the PMO, Boris manages the project, Chen owns the product, Mei is on the team,
Dana is a stranger to them."""

from dataclasses import dataclass

from tandem.people.actions import users
from tandem.people.models import Role, Space, User
from tandem.portfolio.models import Project
from tandem.product.models import Product
from tests import make


@dataclass
class World:
    root: Space
    admin: User
    alma: User
    boris: User
    chen: User
    mei: User
    dana: User
    project: Project
    product: Product


def build() -> World:
    admin = users.bootstrap(
        organisation="Harbourline", name="Ada Admin", email="ada@example.org", password=make.PASSWORD
    )
    root = Space.objects.get(parent=None)
    alma = make.user(actor=admin, name="Alma Berg", role=Role.PMO_LEAD, email="alma@example.org")
    project = make.project(actor=alma, name="Portal", key="POR")
    product = make.product(actor=alma, name="Shipper", key="SHI")
    boris = make.user(
        actor=admin,
        name="Boris Orlov",
        role=Role.PROJECT_MANAGER,
        space=project.space,
        email="boris@example.org",
    )
    chen = make.user(
        actor=admin, name="陈悦", role=Role.PRODUCT_MANAGER, space=product.space, email="chen@example.org"
    )
    make.spaces.grant(actor=admin, space=project.space, user=chen, role=Role.PRODUCT_MANAGER)
    mei = make.user(
        actor=admin, name="Mei Lin", role=Role.MEMBER, space=project.space, email="mei@example.org"
    )
    dana = make.user(actor=admin, name="Dana Stranger", email="dana@example.org")
    for person in (admin, alma, boris, chen, mei, dana):
        person.refresh_from_db()
    return World(root, admin, alma, boris, chen, mei, dana, project, product)
