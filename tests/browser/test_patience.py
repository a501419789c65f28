"""A browser that never answers does not hold up the tests: it is killed, and the next page has a new one."""

import pytest


def test_a_call_that_never_returns_ends_with_the_browser_and_the_next_page_opens(page_of, chromium):
    page = page_of(None)
    page.goto("/accounts/login/")
    with chromium.patience(3), pytest.raises(Exception, match="closed"):
        page.evaluate("new Promise(() => {})")
    page = page_of(None)
    page.goto("/accounts/login/")
    assert page.locator("form").count() > 0
