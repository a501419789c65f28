"""Every address of the program."""

from functools import cached_property
from typing import Any

from django.urls import Resolver404, ResolverMatch, URLResolver, include, path
from django.urls.resolvers import RoutePattern

from tandem.config import health
from tandem.web import routes


class _Later(URLResolver):
    """Like include(), but read with the first request to it: the shapes of its 600 routes take longer to make than all pages."""

    def _populate(self) -> None:
        if "urlconf_module" in self.__dict__:  # whoever looks for the name of a page does not need them
            super()._populate()


class _ByWord(URLResolver):
    """Many patterns, of which only those are tried that begin with the first word of the address, or with none."""

    @cached_property
    def _among(self) -> dict[str, list[Any]]:
        begins = [(str(one.pattern).partition("/")[0], one) for one in self.url_patterns]
        words = {word for word, _one in begins if "<" not in word}
        return {word: [one for begin, one in begins if begin == word or "<" in begin] for word in words}

    def resolve(self, path: str) -> ResolverMatch:
        word = path.partition("/")[0]
        for one in self._among.get(word, self.url_patterns):
            if found := one.resolve(path):
                return found
        raise Resolver404({"path": path})


urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    _Later(RoutePattern("api/v1/", is_endpoint=False), "tandem.config.api_urls", app_name="ninja", namespace="api"),
    path("accounts/", include("allauth.urls")),
    _ByWord(RoutePattern("", is_endpoint=False), routes.urlpatterns),
]
handler404 = "tandem.web.refusals.not_found"
handler500 = "tandem.web.refusals.broken"
handler403 = "tandem.web.refusals.forbidden"
