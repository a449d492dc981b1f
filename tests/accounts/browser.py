"""A browser for the pages of this room: keeps cookies, follows nothing, posts forms."""

import re

from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_app.accounts import http

HOME = "https://crm.example"


def browser(address: str = "203.0.113.7", **headers: str) -> TestClient:
    """A fresh browser at that address."""
    return TestClient(
        Starlette(routes=http.routes),
        base_url=HOME,
        follow_redirects=False,
        client=(address, 50_000),
        headers={"Accept-Language": "en", **headers},
    )


def fields(html: str) -> dict[str, str]:
    """The values that the inputs of a page show."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = value[1] if value else ""
    return found
