"""What may stand in a field, the slugs of names, and where a visitor may be sent."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.accounts import checks, next_page, slugs, time_zones
from crm_app.core.errors import Invalid


@pytest.mark.parametrize(
    ("check", "typed", "stored"),
    [
        (checks.line(20, required=True), "  Anna \t  Nowak\x00 ", "Anna Nowak"),
        (checks.paragraph(20), "one\r\ntwo\x07\n", "one\ntwo"),
        (checks.email, " Anna@X.example ", "Anna@X.example"),
        (checks.slug, " Anna-2 ", "anna-2"),
        (checks.time_zone, "Europe/Warsaw", "Europe/Warsaw"),
        (checks.time_zone, "Asia/Calcutta", "Asia/Calcutta"),
        (checks.locale, "pl", "pl"),
        (checks.cap, "", None),
        (checks.cap, " 7 ", 7),
        (checks.cap, None, None),
        (checks.colour, "#4F46E5", "#4f46e5"),
        (checks.file_name, "logo-1.png", "logo-1.png"),
        (checks.web_address, "https://x.example/privacy", "https://x.example/privacy"),
        (checks.smtp_address, "smtps://u:p%40@mail.example:465", "smtps://u:p%40@mail.example:465"),
        (checks.smtp_address, "", None),
        (checks.sender, "Team <team@x.example>", "Team <team@x.example>"),
        (checks.sender, "", ""),
        (
            checks.hours,
            {"weekly": {"0": [[600, 700], [540, 620]]}},
            {"weekly": {"0": [[540, 700]]}, "overrides": {}},
        ),
    ],
)
def test_usr4_good_values_are_stored_in_one_form(
    check: checks.Check, typed: Any, stored: Any
) -> None:
    assert check(typed) == stored


@pytest.mark.parametrize(
    ("check", "typed"),
    [
        (checks.line(5), "sixsix"),
        (checks.line(5, required=True), "  "),
        (checks.paragraph(3), "four"),
        (checks.email, "anna"),
        (checks.email, "anna@x.example\nBcc: all@x.example"),
        (checks.email, ""),
        (checks.slug, "Größe"),
        (checks.slug, "-a"),
        (checks.slug, "a--b"),
        (checks.slug, "a/b"),
        (checks.slug, "a" * 61),
        (checks.slug, "embed"),
        (checks.time_zone, "../../etc/passwd"),
        (checks.time_zone, "localtime"),
        (checks.time_zone, "europe/berlin"),
        (checks.locale, "xx"),
        (checks.flag, "on"),
        (checks.flag, 1),
        (checks.cap, 0),
        (checks.cap, "-1"),
        (checks.cap, True),
        (checks.cap, "²"),
        (checks.cap, "9" * 5000),
        (checks.position(9), 10),
        (checks.position(9), True),
        (checks.colour, "red; background: url(x)"),
        (checks.file_name, "../secret.key"),
        (checks.file_name, "a/b.png"),
        (checks.web_address, "javascript:alert(1)"),
        (checks.web_address, "https://x.example:99999/"),
        (checks.web_address, "https://[x"),
        (checks.smtp_address, "http://mail.example"),
        (checks.smtp_address, "smtp://"),
        (checks.sender, "Team <team>"),
        (checks.hours, {"weekly": {"0": [[700, 600]]}}),
        (checks.hours, {"weekly": {"7": []}}),
        (checks.hours, "always"),
        (checks.hours, {"weekly": {"0": [[0, 60]], "x": {}}}),
    ],
)
def test_q1_bad_values_get_a_sentence(check: checks.Check, typed: Any) -> None:
    with pytest.raises(ValueError, match=r"[a-z].*"):
        check(typed)


def test_q1_all_mistakes_of_a_form_are_named_at_once() -> None:
    with pytest.raises(Invalid) as raised:
        checks.cleaned(
            {"name": checks.line(9, required=True), "zone": checks.time_zone, "on": checks.flag},
            {"name": "", "zone": "Mars", "on": True},
        )
    assert set(raised.value.fields) == {"name", "zone"}


def test_fields_without_a_check_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="password_hash"):
        checks.cleaned({}, {"password_hash": "x"})


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Łucja Groß", "lucja-gross"),
        ("Jörg  Müller-Lüdenscheidt", "joerg-mueller-luedenscheidt"),
        ("Àngel d'Ítalia", "angel-d-italia"),
        ("李雷", "user"),
        ("Embed", "embed-1"),
        ("..//..", "user"),
    ],
)
def test_usr4_a_name_gives_a_slug(name: str, slug: str) -> None:
    assert slugs.slug_of(name) == slug


@given(st.text(max_size=200))
def test_usr4_every_name_gives_a_good_slug(name: str) -> None:
    made = slugs.slug_of(name)
    assert checks.slug(made) == made


def test_every_zone_on_the_list_is_accepted() -> None:
    names = [name for name, _ in time_zones.choices()]
    assert {"Europe/Berlin", "America/New_York", "UTC"} <= set(names)
    assert [checks.time_zone(name) for name in names] == names


@pytest.mark.parametrize(
    "wanted", ["/", "/calendar", "/contacts/5?tab=notes#x", "/c%C3%B3/%0a", "/?next=//evil"]
)
def test_usr2_local_pages_are_followed(wanted: str) -> None:
    assert next_page.safe_next(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "calendar",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "/ /evil.example",
        "/x\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/login",
        "/login?next=/x",
        "/logout",
        "/auth/google",
        "/" + "a" * 3000,
        "/\x00",
        "/\ud800",
    ],
)
def test_usr2_nobody_is_sent_away_after_signing_in(wanted: str | None) -> None:
    assert next_page.safe_next(wanted) == "/"
