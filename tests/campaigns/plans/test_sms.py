"""What a text costs as an SMS (CAM-2)."""

import pytest

from crm_app.campaigns.plans import sms


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("Grüße für alle", 1),
        ("ü" * 160, 1),
        # Two places each.
        ("€" * 80, 1),
        ("€" * 81, 2),
        # Not in the alphabet of 7 bits.
        ("ł" * 70, 1),
        ("ł" * 71, 2),
        ("„" + "a" * 134, 3),
        # Outside the basic plane: two units each.
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_cam2_parts_of_an_sms(text: str, parts: int) -> None:
    assert sms.parts(text) == parts


def test_cam2_merge_fields_are_counted_as_what_they_become() -> None:
    short = sms.about("{{contact.first_name|there}}")
    link = sms.about("{{user.calendar_link}}")
    assert 5 < len(short) < len(link)
    assert "{" not in short + link
