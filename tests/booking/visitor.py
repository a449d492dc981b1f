"""A visitor without JavaScript: opens pages, follows links, fills in forms, and looks at the HTML."""

import itertools
import re
from typing import Any, Self
from urllib.parse import urljoin

import lxml.html
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_app.booking.http import routes
from crm_app.ui.public import files

ORIGIN = "https://crm.example"


class Visitor:
    """One browser. ``page`` is what it shows, ``status`` how it was answered, ``url`` where it is."""

    def __init__(self, language: str = "en-GB", address: str = "192.0.2.7") -> None:
        self._client = TestClient(
            Starlette(routes=[*files.routes, *routes]),
            base_url=ORIGIN,
            client=(address, 5000),
            headers={"accept-language": language},
        )
        self.url, self.status = ORIGIN, 0
        self.headers: Any = {}
        self.html = ""

    def open(self, path: str, **params: str) -> Self:
        """Go to an address; redirects are followed."""
        return self._took(self._client.get(urljoin(self.url, path), params=params or None))

    def post(self, path: str, fields: dict[str, str]) -> Self:
        """Send a form as a browser would."""
        return self._took(self._client.post(urljoin(self.url, path), data=fields))

    def raw(self, method: str, path: str, **options: Any) -> Any:
        """The bare response, redirects not followed."""
        return self._client.request(method, path, follow_redirects=False, **options)

    def _took(self, response: Any) -> Self:
        self.url, self.status = str(response.url), response.status_code
        self.headers, self.html = response.headers, response.text
        return self

    @property
    def page(self) -> Any:
        """The document."""
        return lxml.html.fromstring(self.html)

    @property
    def text(self) -> str:
        """What is written on the page, white space squeezed."""
        return " ".join(self.page.body.text_content().split())

    def find(self, css: str) -> list[Any]:
        """The elements that a CSS selector of class, id and attribute names picks."""
        return list(self.page.xpath(_xpath(css)))

    def follow(self, css: str, nth: int = 0) -> Self:
        """Click the ``nth`` such link."""
        return self.open(self.find(css)[nth].get("href"))

    def fields(self) -> dict[str, str]:
        """What the page's posting form would send untouched."""
        return dict(self._form().form_values())

    def submit(self, **typed: str) -> Self:
        """Fill in and send the page's posting form; an empty text leaves the field empty."""
        form = self._form()
        return self.post(form.get("action"), {**dict(form.form_values()), **typed})

    def _form(self) -> Any:
        return next(form for form in self.page.forms if form.method == "POST")

    def control(self, label: str) -> Any:
        """The control that a label with this text belongs to."""
        for each in self.page.iter("label"):
            if " ".join(each.text_content().split()).startswith(label):
                named = each.get("for")
                return self.page.get_element_by_id(named) if named else each.find(".//input")
        raise AssertionError(f"no label {label!r}")

    def error_beside(self, name: str) -> str:
        """The error that stands beside the field called ``name``."""
        found = self.page.xpath(f"//*[@id='{name}-error']")
        return found[0].text_content() if found else ""


def _xpath(css: str) -> str:
    """Enough of CSS for these tests: ``tag.class``, ``.class``, ``#id``, ``[attr]``, descendants."""
    steps = []
    for part in css.split():
        tag = re.match(r"[a-z][a-z0-9]*", part)
        conditions = [
            f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"
            for name in re.findall(r"\.([\w-]+)", part)
        ]
        conditions += [f"@id='{name}'" for name in re.findall(r"#([\w-]+)", part)]
        conditions += [f"@{name}" for name in re.findall(r"\[([\w-]+)\]", part)]
        where = "".join(f"[{condition}]" for condition in conditions)
        steps.append(f"//{tag.group() if tag else '*'}{where}")
    return "".join(steps)


def assert_sound(visitor: Visitor) -> None:
    """What a screen reader needs: one h1, no skipped levels, names for all, no dangling ids."""
    page = visitor.page
    assert page.get("lang")
    assert page.findtext(".//title")
    assert len(page.findall(".//h1")) == 1
    assert len(page.findall(".//main")) == 1
    levels = [int(each.tag[1]) for each in page.xpath("//h1|//h2|//h3|//h4")]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    ids = [each.get("id") for each in page.xpath("//*[@id]")]
    assert len(ids) == len(set(ids)), f"an id comes twice: {ids}"
    for name in ("aria-describedby", "aria-labelledby", "for"):
        for each in page.xpath(f"//*[@{name}]"):
            assert set(each.get(name).split()) <= set(ids), f"{name} points to nothing"
    for link in page.xpath("//a[starts-with(@href, '#')]"):
        assert link.get("href")[1:] in ids
    for control in page.xpath("//input[not(@type='hidden')]|//select|//textarea"):
        own = page.xpath(f"//label[@for='{control.get('id')}']") if control.get("id") else []
        assert own or control.iterancestors("label"), f"{control.get('name')} has no label"
    for each in page.xpath("//a|//button"):
        assert each.text_content().strip(), "a link or button says nothing"
