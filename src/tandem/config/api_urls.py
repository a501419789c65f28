"""The addresses below /api/v1/."""

from tandem.api.routes import api

urlpatterns = api.urls[0]
