"""Sentences of the timeline in the reader's words (CON-1, CON-5)."""

from crm_app.appointments.ownership import OwnerRule
from crm_app.contacts import timeline


def test_con5_every_rule_that_changes_an_owner_has_a_reason_in_words() -> None:
    changing = {OwnerRule.WAS_UNOWNED, OwnerRule.REPLACED}
    assert {rule.value for rule in changing} <= set(timeline.REASONS)
    for rule in timeline.REASONS:
        assert timeline.reason("en", rule) == timeline.REASONS[rule]


def test_con5_a_rule_of_a_later_version_is_still_told() -> None:
    assert timeline.reason("en", "moved_by_wizard") == "Rule: moved by wizard"


def test_con1_values_fill_the_sentence() -> None:
    changed = timeline.sentence("en", timeline.CHANGED, {"fields": ["emails", "note", "new_one"]})
    assert changed == "Changed: E-mail addresses, Note, new_one"
    assert timeline.sentence("en", timeline.TAGS_ADDED, {"tags": ["VIP", "{x}"]}) == (
        "Tags added: VIP, {x}"
    )


def test_con1_a_note_is_shown_as_written() -> None:
    assert timeline.sentence("en", timeline.NOTE, {"text": "50% {off} {0}"}) == "50% {off} {0}"


def test_con1_missing_values_leave_the_sentence_standing() -> None:
    assert timeline.sentence("en", timeline.OWNER_FIRST, {}) == "{to_name} became the owner"


def test_con5_owner_sentences() -> None:
    assert timeline.owner_message(False, True) == timeline.OWNER_FIRST
    assert timeline.owner_message(True, True) == timeline.OWNER_CHANGED
    assert timeline.owner_message(True, False) == timeline.OWNER_GONE


def test_con1_where_a_contact_came_from() -> None:
    assert "booking page" in timeline.created_message("calendar:sales")
    assert timeline.created_message("by pigeon") == timeline.CREATED


def test_con1_instants_and_statuses_are_told_in_the_readers_words() -> None:
    params = {"starts_at": "2026-11-22T09:00:00+00:00", "status": "no_show"}
    told = timeline.sentence("de", "{starts_at} {status}", params, time_zone="Europe/Berlin")
    assert told.startswith("22.11.2026, 10:00")
    assert timeline.sentence("en", "{status}", params) == "No-show"
