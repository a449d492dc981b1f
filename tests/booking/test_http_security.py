"""The booking pages against those who mean harm: programs, scripts in fields, foreign frames."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import select

from crm_app.appointments import links
from crm_app.booking import entered, form_token
from crm_app.booking.visit import slot_text
from crm_app.core import db
from crm_app.models import User
from tests import factories
from tests.booking.offices import HALF_HOUR, NINE, NOW, appointments, open_office, take
from tests.booking.visitor import Visitor

Clock = time_machine.Traveller
TYPED = {"name": "Zoë Nowak", "email": "zoe@example.com"}
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{7*7}}{name}{0.__class__}",
    "%(name)s %n ${x}",
    "\u202egpj.exe",
)


def _form(clock: Clock, at: object = NINE) -> Visitor:
    visitor = Visitor().open("/cal/advice", slot=slot_text(at))  # type: ignore[arg-type]
    clock.shift(timedelta(seconds=5))
    return visitor


def _scripts_and_handlers(visitor: Visitor) -> list[str]:
    inline = visitor.page.xpath("//script[not(@src)]|//style|//*[@style]")
    handlers = visitor.page.xpath("//@*[starts-with(name(), 'on')]")
    links_of_script = visitor.page.xpath("//@href[starts-with(., 'javascript:')]")
    return [*map(str, inline), *handlers, *links_of_script]


@pytest.mark.parametrize("attack", ATTACKS)
def test_q1_nothing_typed_becomes_markup(lite: str, friday: Clock, attack: str) -> None:
    questions = [
        {"key": "goal", "label": "Goal", "kind": "text"},
        {"key": "size", "label": "Size", "kind": "choice", "choices": ["S", "L"]},
    ]
    open_office(form_fields=questions)
    names = [entered.Question(key, key.title()).name for key in ("goal", "size")]
    names += ["name", "email", "phone", "guests", "note", "reply_by", "form", "consent"]
    visitor = _form(friday).submit(**dict.fromkeys(names, attack))
    assert visitor.status == 422
    assert _scripts_and_handlers(visitor) == []
    assert visitor.fields()["note"].strip() == attack


@pytest.mark.parametrize("attack", ATTACKS)
def test_q1_nothing_configured_becomes_markup(lite: str, friday: Clock, attack: str) -> None:
    calendar = open_office(
        name=attack,
        description=attack,
        location=attack,
        consent_text=attack,
        form_fields=[
            {"key": attack, "label": attack, "kind": "choice", "choices": [attack, "b"]},
            {"key": "k", "label": attack, "kind": "checkbox"},
        ],
    )
    with db.unit_of_work() as session:
        for user in session.exec(select(User)):
            user.name = attack
            session.add(user)
    public_id = take(calendar, NINE + HALF_HOUR)
    address = f"/booking/{links.manage_token(public_id)}"
    pages = ("/cal/advice", "/cal/advice/anna", f"/cal/advice?slot={slot_text(NINE)}", address)
    for path in (*pages, f"{address}/cancel", f"{address}/reschedule"):
        visitor = Visitor().open(path)
        assert visitor.status == 200, path
        assert _scripts_and_handlers(visitor) == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_q1_nothing_in_an_address_becomes_markup(lite: str, friday: Clock, attack: str) -> None:
    public_id = take(open_office(), NINE)
    names = ["month", "day", "slot", "tz", "lang", "embed", "choose", "news", "other"]
    for path in ("/cal/advice", f"/booking/{links.manage_token(public_id)}"):
        visitor = Visitor().open(path, **dict.fromkeys(names, attack))
        assert visitor.status == 200
        assert attack not in visitor.html
        assert _scripts_and_handlers(visitor) == []


def test_api4_booking_pages_may_be_framed_and_managing_pages_not(lite: str, friday: Clock) -> None:
    public_id = take(open_office(), NINE)
    address = f"/booking/{links.manage_token(public_id)}"
    for path in ("/cal/advice", f"/cal/advice?slot={slot_text(NINE + HALF_HOUR)}"):
        headers = Visitor().open(path).headers
        assert "frame-ancestors *" in headers["content-security-policy"]
        assert "x-frame-options" not in headers
    for path in (address, f"{address}/cancel", f"{address}/reschedule"):
        headers = Visitor().open(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"


def test_cal7_pages_behind_tokens_are_not_stored_and_do_not_tell_other_sites(
    lite: str, friday: Clock
) -> None:
    public_id = take(open_office(), NINE)
    address = f"/booking/{links.manage_token(public_id)}"
    for path in (address, f"{address}/cancel", f"{address}/reschedule"):
        headers = Visitor().open(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"
    assert Visitor().raw("GET", f"{address}/invite.ics").headers["cache-control"] == "no-store"


def test_q1_policy_allows_nothing_inline_and_nothing_foreign(lite: str, friday: Clock) -> None:
    open_office()
    visitor = Visitor().open("/cal/advice")
    policy = visitor.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    loaded = visitor.page.xpath("//script/@src|//link/@href|//img/@src")
    assert loaded
    assert all(each.startswith("/public/") for each in loaded)
    for each in loaded:
        assert Visitor().raw("GET", each).status_code == 200


def test_frm1_a_program_that_fills_every_field_is_stopped(lite: str, friday: Clock) -> None:
    open_office()
    visitor = _form(friday)
    assert visitor.page.xpath(f"//input[@name='{entered.HONEYPOT}']/ancestor::*[@inert]")
    visitor.submit(**TYPED, **{entered.HONEYPOT: "https://spam.example"})
    assert visitor.status == 422
    assert appointments() == []
    # A person whose browser filled it in can see it now, empty it, and go on.
    assert not visitor.page.xpath(f"//input[@name='{entered.HONEYPOT}']/ancestor::*[@inert]")
    assert "/booking/" in visitor.submit(**{entered.HONEYPOT: ""}).url


def test_frm1_a_form_that_comes_back_at_once_is_asked_again(lite: str, friday: Clock) -> None:
    open_office()
    visitor = Visitor().open("/cal/advice", slot=slot_text(NINE))
    friday.shift(timedelta(seconds=1))
    visitor.submit(**TYPED)
    assert visitor.status == 422
    assert appointments() == []
    friday.shift(timedelta(seconds=2))
    assert "/booking/" in visitor.submit().url


@pytest.mark.parametrize("kind", ["none", "rubbish", "other calendar", "too old", "of a link"])
def test_frm1_a_form_that_is_not_ours_books_nothing(lite: str, friday: Clock, kind: str) -> None:
    calendar = open_office()
    assert calendar.id
    token = {
        "none": "",
        "rubbish": "x.y",
        "other calendar": form_token.issue(calendar.id + 1, NOW).text(),
        "too old": form_token.issue(calendar.id, NOW - timedelta(days=3)).text(),
        "of a link": links.manage_token("abc"),
    }[kind]
    visitor = _form(friday).submit(**TYPED, form=token)
    assert visitor.status == 422
    assert visitor.fields()["name"] == TYPED["name"]
    assert appointments() == []
    friday.shift(timedelta(seconds=5))
    assert "/booking/" in visitor.submit().url


def test_frm1_one_address_cannot_be_flooded(lite: str, friday: Clock) -> None:
    open_office(members=3)
    for n in range(11):
        visitor = _form(friday, NINE + n * HALF_HOUR).submit(**TYPED, note=f"number {n}")
    assert visitor.status == 429
    assert visitor.fields()["note"].strip() == "number 10"
    assert "Too many attempts" in visitor.text
    assert len(appointments()) == 10
    friday.shift(timedelta(days=1))
    assert "/booking/" in visitor.submit().url


def test_frm1_one_network_cannot_fill_the_calendar(lite: str, friday: Clock) -> None:
    open_office(members=3)
    statuses = []
    for n in range(32):
        at = NINE + timedelta(days=n // 16) + (n % 16) * HALF_HOUR
        statuses.append(_form(friday, at).submit(name="A", email=f"p{n}@example.com").status)
    assert statuses[:30] == [200] * 30
    assert statuses[30:] == [429] * 2


@pytest.mark.parametrize(
    "body",
    [
        b"x" * 300_000,
        b"&".join(b"a%d=1" % n for n in range(300)),
        b"\xff\xfe=\xff&name=%00%ff",
        b"",
        b"form=&form=&form",
    ],
)
def test_q1_odd_bodies_get_a_page_and_no_traceback(lite: str, friday: Clock, body: bytes) -> None:
    open_office()
    answer = Visitor().raw(
        "POST",
        "/cal/advice",
        content=body,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code in (413, 422)
    assert "<h1" in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", "text/plain"])
def test_q1_other_kinds_of_bodies_are_no_forms(lite: str, friday: Clock, content_type: str) -> None:
    open_office()
    answer = Visitor().raw(
        "POST", "/cal/advice", content=b'{"name": 1}', headers={"content-type": content_type}
    )
    assert answer.status_code == 422


def test_q1_what_we_did_not_foresee_is_a_page_in_the_visitors_language(
    lite: str, friday: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    calendar = open_office()
    with db.unit_of_work() as session:
        found = session.get_one(type(calendar), calendar.id)
        found.hours = {"weekly": {"9": "broken"}}
        session.add(found)
    visitor = Visitor("de").open("/cal/advice")
    assert (visitor.status, visitor.page.get("lang")) == (500, "de")
    assert "Traceback" not in visitor.html
    assert "ValueError" not in visitor.html
    assert "Traceback" in caplog.text


def test_cal6_a_page_is_light(lite: str, friday: Clock) -> None:
    import gzip

    open_office(members=3)
    with db.unit_of_work() as session:
        factories.user(session)
    html = Visitor().open("/cal/advice").html
    assert len(gzip.compress(html.encode())) < 4_000
    script, style = (
        Visitor().raw("GET", re.search(f'/public/{name}[^"]+', html).group())  # type: ignore[union-attr]
        for name in ("booking.js", "style.css")
    )
    assert len(script.content) < 4_200
    assert len(gzip.compress(style.content)) < 6_000
