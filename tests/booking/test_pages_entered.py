"""What visitors type: the table of good and bad input, and that nothing of it is lost."""

from typing import Any

import pytest

from crm_app.booking import entered
from crm_app.booking.entered import Asked, Question

GOOD = {"name": "Zoë Nowak", "email": "zoe@example.com"}
QUESTIONS = Asked(
    questions=(
        Question("goal", "What is your goal?", "text", required=True),
        Question("more", "Tell us more", "long_text"),
        Question("call", "Number to call", "phone"),
        Question("size", "Size", "choice", required=True, choices=("S", "M")),
        Question("terms", "I have read the terms", "checkbox", required=True),
    ),
    consent_text="Yes, use my data.",
)


def _names() -> dict[str, str]:
    return {question.key: question.name for question in QUESTIONS.questions}


def _whole(**changes: str) -> dict[str, str]:
    names = _names()
    answers = {"goal": "Sun", "size": "M", "terms": "yes"}
    form = {**GOOD, **{names[key]: value for key, value in answers.items()}, "consent": "yes"}
    return {**form, **{names.get(key, key): value for key, value in changes.items()}}


@pytest.mark.parametrize(
    ("field", "value", "accepted"),
    [
        ("name", "李小龍", True),
        ("name", "O'Brien-Sánchez, Dr.", True),
        ("name", "", False),
        ("name", "   ", False),
        ("name", "x" * 121, False),
        ("name", "Win at https://spam.example", False),
        ("name", "Cheap pills www.spam.example", False),
        ("email", "zoe@example.com", True),
        ("email", "Zoë.Nowak+crm@bücher.example", True),
        ("email", "", False),
        ("email", "zoe", False),
        ("email", "zoe@localhost", False),
        ("email", "a@b.example, c@d.example", False),
        ("email", "zoe@example.com\nBcc: all@example.com", False),
        ("email", "x" * 250 + "@example.com", False),
        ("phone", "", True),
        ("phone", "+48 22 123-45-67", True),
        ("phone", "(030) 123 456 ext. 12", True),
        ("phone", "call me", False),
        ("phone", "1" * 41, False),
        ("phone", "12", False),
        ("note", "x" * 4000, True),
        ("note", "x" * 4001, False),
        ("guests", "", True),
        ("guests", "a@example.com, b@example.com;c@example.com\nd@example.com", True),
        ("guests", "a@example.com, nobody", False),
        ("guests", ",".join(f"g{n}@example.com" for n in range(11)), False),
        ("goal", "", False),
        ("goal", "x" * 301, False),
        ("more", "x" * 4000, True),
        ("more", "x" * 4001, False),
        ("call", "no number", False),
        ("call", "+49 30 1234567", True),
        ("size", "", False),
        ("size", "XL", False),
        ("size", "S", True),
        ("terms", "", False),
        ("terms", "no", False),
        ("consent", "", False),
        ("consent", "no", False),
        (entered.HONEYPOT, "http://spam.example", False),
    ],
)
def test_q1_bad_input_has_its_message_and_stays(field: str, value: str, accepted: bool) -> None:
    name = _names().get(field, field)
    result = entered.read(_whole(**{field: value}), QUESTIONS)
    assert set(result.errors) == (set() if accepted else {name})
    assert result.values[name] == value.strip()


def test_cal6_answers_are_kept_by_the_calendars_keys() -> None:
    result = entered.read(_whole(goal="Sun & wind", more="a\r\nb"), QUESTIONS)
    assert result.answers == {
        "goal": "Sun & wind",
        "more": "a\nb",
        "call": "",
        "size": "M",
        "terms": True,
        "consent": "Yes, use my data.",
    }


def test_cal6_guests_come_once_and_without_the_visitor() -> None:
    result = entered.read(
        _whole(guests="A@example.com a@example.com ZOE@example.com b@example.com"), QUESTIONS
    )
    assert result.guests == ("A@example.com", "b@example.com")


def test_cal6_no_guests_where_the_calendar_wants_none() -> None:
    result = entered.read({**GOOD, "guests": "not, mails"}, Asked(allow_guests=False))
    assert (result.errors, result.guests) == ({}, ())


@pytest.mark.parametrize("hidden", ["\x00", "\x1b[2J", "\x07", "\x9b"])
def test_q1_control_characters_are_dropped(hidden: str) -> None:
    assert entered.read({**GOOD, "note": f"a{hidden}b\tc"}, Asked()).values["note"].startswith("a")
    assert hidden not in entered.read({**GOOD, "note": f"a{hidden}b"}, Asked()).values["note"]


def test_con2_letters_are_composed() -> None:
    assert entered.read({**GOOD, "name": "Zoe\u0308"}, Asked()).values["name"] == "Zoë"


def test_cal6_question_names_are_safe_and_stay_when_reordered() -> None:
    rows: list[dict[str, Any]] = [
        {"key": "", "label": 'Ваш <b>"город"</b>?'},
        {"key": "", "label": "另一個"},
    ]
    first = entered.asked(rows, allow_guests=True, consent_text="")
    second = entered.asked(rows[::-1], allow_guests=True, consent_text="")
    assert [q.name for q in first.questions] == [q.name for q in second.questions][::-1]
    assert all(q.name.replace("answer-", "").isalnum() for q in first.questions)
    assert len({q.key for q in first.questions}) == 2
