"""Every address of the program."""

from django.urls import URLResolver, include, path
from django.urls.resolvers import RoutePattern

from tandem.config import health
from tandem.web import routes


class _Later(URLResolver):
    """Like include(), but read with the first request to it: the shapes of its 600 routes take longer to make than all pages."""

    def _populate(self) -> None:
        if "urlconf_module" in self.__dict__:  # whoever looks for the name of a page does not need them
            super()._populate()


urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    _Later(RoutePattern("api/v1/", is_endpoint=False), "tandem.config.api_urls", app_name="ninja", namespace="api"),
    path("accounts/", include("allauth.urls")),
    *routes.urlpatterns,
]
handler404 = "tandem.web.refusals.not_found"
handler500 = "tandem.web.refusals.broken"
handler403 = "tandem.web.refusals.forbidden"
