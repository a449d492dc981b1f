"""The plain pages' frame, form controls, files and errors."""

import logging
from pathlib import Path

import htpy as h
import lxml.html
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from crm_app.core import errors
from crm_app.core.i18n import LOCALES
from crm_app.ui import theme
from crm_app.ui.public import edge, files, forms, icons, style
from crm_app.ui.public.page import message_page, page


def _client(*routes: Route) -> TestClient:
    return TestClient(Starlette(routes=[*files.routes, *routes]), base_url="https://crm.example")


def _luminance(colour: str) -> float:
    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(colour[at : at + 2]) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_q6_text_and_borders_stand_out(colours: dict[str, str]) -> None:
    for ground in ("page", "surface", "raised"):
        for text in ("text", "muted", "accent-text", "bad", "good", "warn"):
            assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
        assert _contrast(colours["control"], colours[ground]) >= 3 or ground == "raised"
        assert _contrast(colours["focus"], colours[ground]) >= 3
    assert _contrast(colours["on-accent"], colours["accent"]) >= 4.5
    assert _contrast(colours["accent-text"], colours["accent-soft"]) >= 4.5
    for kind in ("good", "warn", "bad"):
        assert _contrast(colours[kind], colours[f"{kind}-soft"]) >= 4.5
        assert _contrast(colours["text"], colours[f"{kind}-soft"]) >= 4.5


def test_q6_initials_stand_out_on_every_members_colour() -> None:
    assert len(set(theme.MEMBER_COLORS)) == 10
    assert all(_contrast("#ffffff", colour) >= 4.5 for colour in theme.MEMBER_COLORS)


def test_q6_sheets_use_only_what_the_theme_defines() -> None:
    import re

    sheet = style.stylesheet()
    defined = set(re.findall(r"(--[\w-]+):", sheet))
    assert set(re.findall(r"var\((--[\w-]+)", sheet)) <= defined
    assert "/*" not in sheet
    assert "url(http" not in sheet.replace('url("data:', "")


def test_q6_every_page_has_language_title_and_landmarks() -> None:
    languages = {locale: f"?lang={locale}" for locale in LOCALES}
    shown = page(
        locale="pl", title="A <b>", body=h.h1["A"], workspace_name="W", languages=languages
    )
    document = lxml.html.fromstring(bytes(shown.body))
    assert document.get("lang") == "pl"
    assert document.findtext(".//title") == "A <b> · W"
    assert document.xpath("//a[@class='skip']/@href") == ["#main"]
    assert document.xpath("//main[@id='main']")
    assert document.xpath("//nav//a/@lang") == list(LOCALES)
    assert document.xpath("//nav//a[@aria-current]/@lang") == ["pl"]


def test_api4_only_pages_that_are_meant_to_can_be_framed() -> None:
    plain = page(locale="en", title="t", body=h.p["x"])
    framed = page(locale="en", title="t", body=h.p["x"], embed=True)
    assert "frame-ancestors 'none'" in plain.headers["content-security-policy"]
    assert plain.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    assert "x-frame-options" not in framed.headers


def test_q1_controls_keep_the_value_and_name_their_error() -> None:
    shown = h.form[
        forms.field("en", "name", "Name", value='"><x>', error="Wrong", help="Your name"),
        forms.textarea("en", "note", "Note", value="\na</textarea>", error="Long"),
        forms.select("en", "size", "Size", [("s", "S"), ("l", "L")], value="l"),
        forms.radios("en", "sun", "Sun", [("a", "A"), ("b", "B")], value="b", error="No"),
        forms.checkbox("ok", "OK", checked=True, error="Tick"),
        forms.hidden("token", "a&b"),
    ]
    form = lxml.html.fromstring(str(shown))
    values = dict(form.form_values())
    assert values["name"] == '"><x>'
    assert values["note"].endswith("\na</textarea>")
    assert (values["size"], values["sun"], values["ok"], values["token"]) == (
        "l",
        "b",
        "yes",
        "a&b",
    )
    for name in ("name", "note", "ok"):
        control = form.xpath(f"//*[@name='{name}']")[0]
        assert control.get("aria-invalid") == "true"
        assert f"{name}-error" in control.get("aria-describedby").split()
    assert form.xpath("//fieldset/@aria-describedby") == ["sun-error"]


def test_q1_summary_leads_to_the_fields() -> None:
    shown = forms.error_summary("en", {"name": "Missing", "": "Too late"}, labels={"name": "Name"})
    summary = lxml.html.fromstring(str(shown))
    assert summary.xpath("//a/@href") == [f"#{forms.control_id('name')}"]
    assert summary.xpath("//li/text()|//li/a/text()") == ["Name: Missing", "Too late"]
    assert forms.error_summary("en", {}) is None


@pytest.mark.parametrize("name", sorted(files._files()))
def test_q4_files_may_be_kept_for_ever_under_their_fingerprint(name: str) -> None:
    client = _client()
    answer = client.get(files.address(name))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    again = client.get(files.address(name), headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = client.get(f"/public/{name}", headers={"accept-encoding": "identity"})
    assert plain.content == answer.content
    assert ("immutable" in plain.headers["cache-control"]) == name.endswith(".woff2")


@pytest.mark.parametrize(
    "path", ["/public/nothing.js", "/public/../page.py", "/public/%2e%2e/page.py", "/public/"]
)
def test_q1_nothing_else_is_served(path: str) -> None:
    assert _client().get(path).status_code == 404


def test_q6_scripts_are_squeezed_without_harm() -> None:
    folder = Path(files.__file__).parent / "scripts"
    for script in folder.glob("*.js"):
        code = script.read_text(encoding="utf-8")
        squeezed = files.squeezed_script(code)
        assert len(squeezed) < len(code)
        # What the line-wise squeezing cannot know about must not be there.
        assert "/*" not in code
        assert all(line.count("`") % 2 == 0 for line in code.splitlines())
        assert not any(line.startswith("//") for line in squeezed.splitlines())


def test_q6_icons_are_silent() -> None:
    for name in icons._PATHS:
        drawn = lxml.html.fromstring(str(icons.icon(name)))
        assert drawn.get("aria-hidden") == "true"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFound(), 404),
        (errors.NotAllowed(), 403),
        (errors.Invalid("Wrong {what}.", what="<b>"), 422),
        (errors.Conflict(), 409),
        (errors.TooMany(retry_after=61.5), 429),
        (errors.CrmError("Something."), 400),
        (ZeroDivisionError("secret detail"), 500),
    ],
)
@pytest.mark.parametrize("locale", LOCALES)
def test_q1_every_error_is_a_page_in_the_visitors_language(
    error: Exception, status: int, locale: str, caplog: pytest.LogCaptureFixture
) -> None:
    @edge.public
    def broken(_request: Request, _form: edge.Form) -> Response:
        raise error

    answer = _client(Route("/x", broken)).get("/x", headers={"accept-language": locale})
    assert answer.status_code == status
    document = lxml.html.fromstring(answer.content)
    assert document.get("lang") == locale
    assert document.findtext(".//h1")
    assert "secret detail" not in answer.text
    assert "<b>" not in answer.text.replace("<body", "")
    assert ("secret detail" in caplog.text) == (status == 500)
    if status == 429:
        assert answer.headers["retry-after"] == "62"


def test_q1_forms_are_read_within_bounds(caplog: pytest.LogCaptureFixture) -> None:
    @edge.public
    def echo(_request: Request, form: edge.Form) -> Response:
        return PlainTextResponse(repr(dict(form)))

    client = _client(Route("/x", echo, methods=["GET", "POST"]))
    with caplog.at_level(logging.ERROR):
        assert client.post("/x", data={"a": "1", "b": ""}).text == "{'a': '1', 'b': ''}"
        assert client.post("/x", data={"a\x00": "x\x00y"}).text == "{'a': 'xy'}"
        assert client.get("/x?a=1").text == "{}"
        assert client.post("/x", files={"a": b"1"}).text == "{}"
        assert client.post("/x", data={"a": "x" * edge.LARGEST_FORM}).status_code == 413
        many = {f"f{n}": "" for n in range(edge.MOST_FIELDS + 1)}
        assert client.post("/x", data=many).status_code == 413
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [("gzip, deflate, br", "gzip"), ("br, gzip;q=0.5", "gzip"), ("gzip;q=0", None), ("", None)],
)
def test_cal6_pages_are_compressed_where_that_is_welcome(
    accepted: str, expected: str | None
) -> None:
    @edge.public
    def long(_request: Request, _form: edge.Form) -> Response:
        return page(locale="en", title="t", body=h.p["word " * 1000])

    answer = _client(Route("/x", long)).get("/x", headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == expected
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "word word" in answer.text
    assert (int(answer.headers["content-length"]) < 2_000) == (expected == "gzip")


def test_q1_message_pages_offer_a_way_on() -> None:
    shown = message_page(
        locale="en", title="Gone", text="It is gone.", status=404, action=("/", "Home")
    )
    document = lxml.html.fromstring(bytes(shown.body))
    assert shown.status_code == 404
    assert document.xpath("//main//a/@href") == ["/"]
