"""A team's own colour never costs readability."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_app.ui import theme
from crm_app.ui.public import accent, files
from crm_app.ui.public.page import page

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS, st.booleans())
def test_q6_any_colour_stays_readable(colour: str, dark: bool) -> None:
    ground = theme.DARK if dark else theme.LIGHT
    shades = accent.shades(colour, dark=dark)
    assert accent.contrast(shades["on-accent"], shades["accent"]) >= 4.5
    assert accent.contrast(shades["on-accent"], shades["accent-hover"]) >= 4.5
    for behind in (ground["page"], ground["surface"], shades["accent-soft"]):
        assert accent.contrast(shades["accent-text"], behind) >= 4.5
    assert accent.contrast(ground["text"], shades["accent-soft"]) >= 4.5
    assert accent.contrast(ground["muted"], shades["accent-soft"]) >= 4


@given(COLOURS)
def test_inv6_a_colour_that_is_readable_already_is_taken_as_it_is(colour: str) -> None:
    readable = max(accent.contrast(text, colour) for text in ("#ffffff", "#0b0f17")) >= 4.5
    assert (accent.shades(colour, dark=False)["accent"] == colour) == readable


def test_q6_contrast_is_the_one_of_wcag() -> None:
    assert accent.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert accent.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_inv6_replaces_only_what_the_theme_has() -> None:
    assert set(accent.shades("#0f766e", dark=True)) <= set(theme.LIGHT) & set(theme.DARK)


@pytest.mark.parametrize("text", ["", "red", "#12345", "#1234567", "#12345g", "0f766e;}", "é23456"])
def test_q1_what_is_no_colour_changes_nothing(text: str) -> None:
    assert accent.normal(text) == ""
    shown = page(locale="en", title="t", body="x", accent=text)
    assert b"accent" not in bytes(shown.body)
    client = TestClient(Starlette(routes=files.routes))
    assert client.get(f"/public/accent/{text}.css").status_code == 404


def test_inv6_the_page_loads_the_teams_colour_after_the_theme() -> None:
    shown = bytes(page(locale="en", title="t", body="x", accent="#0F766E").body).decode()
    assert shown.index("style.css") < shown.index("/public/accent/0f766e.css")
    answer = TestClient(Starlette(routes=files.routes)).get("/public/accent/0f766e.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert "--accent:#0f766e" in answer.text
