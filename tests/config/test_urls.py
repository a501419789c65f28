"""Addresses: only those patterns are tried that begin as the address does, and the API is read when it is asked for."""

import subprocess
import sys

import pytest
from django.urls import Resolver404, get_resolver, resolve, reverse

from tandem.web import routes


def test_every_page_is_found_as_if_all_patterns_were_tried_in_their_order(rf):
    for path in ("/", "/work-items/", "/work-items/new/", "/work-items/ABC-1/", "/plans/abc/", "/imports/new/", "/people/3/", "/objectives/"):
        tried = next((found for one in routes.urlpatterns if (found := one.resolve(path[1:]))), None)
        assert tried is not None, path
        assert (resolve(path).func, resolve(path).kwargs) == (tried.func, tried.kwargs)


def test_an_unknown_address_is_not_found():
    with pytest.raises(Resolver404):
        get_resolver().resolve("/no-such-page/at-all/")


def test_names_of_pages_do_not_load_the_api_and_its_addresses_do():
    code = (
        "import sys, tandem.config.wsgi\n"
        "from django.urls import reverse, resolve\n"
        "reverse('work_items'); resolve('/work-items/')\n"
        "assert 'tandem.api.routes' not in sys.modules and 'numba' not in sys.modules\n"
        "resolve('/api/v1/work-items/')\n"
        "assert 'tandem.api.routes' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_names_of_pages_still_lead_to_them():
    assert reverse("work_items") == "/work-items/"
