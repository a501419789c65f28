"""Every address of the program."""

from django.urls import include, path

from tandem.api.routes import api
from tandem.config import health
from tandem.web import routes

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("api/v1/", api.urls),
    path("accounts/", include("allauth.urls")),
    *routes.urlpatterns,
]
handler404 = "tandem.web.refusals.not_found"
handler500 = "tandem.web.refusals.broken"
handler403 = "tandem.web.refusals.forbidden"
