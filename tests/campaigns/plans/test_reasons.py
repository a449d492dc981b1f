"""Why something did or did not happen, in the reader's words, time and language (CAM-6, CAM-7)."""

import ast
import string
from pathlib import Path

import crm_app.campaigns
from crm_app.campaigns.plans.reasons import REASONS, explain

ROOT = Path(crm_app.campaigns.__file__).parent
# Whose first argument but one is a code.
_SAY = {"leave", "stay", "go_on", "needs_attention"}


def _codes() -> set[str]:
    """All codes that the rules write out."""
    found: set[str] = set()
    for path in (ROOT / "running").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                values = [*node.args, *(k.value for k in node.keywords if k.arg == "reason")]
                if node.func.id in _SAY:
                    found |= {v.value for v in values if isinstance(v, ast.Constant) and v.value}
    return {code for code in found if isinstance(code, str)}


def test_cam6_every_reason_of_the_rules_has_a_sentence() -> None:
    codes = _codes()
    assert {"unfilled", "step_off", "window", "goal_missed"} <= codes
    assert codes <= set(REASONS)


def test_cam6_an_instant_is_told_in_the_readers_zone_and_language() -> None:
    detail = {"until": "2026-11-23T08:00:00+00:00"}
    assert "9:00" in explain("en", "waits", detail, "Europe/Berlin")
    assert "3:00" in explain("en", "waits", detail, "America/New_York")
    assert "Mo., 23. Nov. 2026, 09:00" in explain("de", "waits", detail, "Europe/Berlin")


def test_cam6_a_length_of_time_is_told_as_one() -> None:
    detail = {"span": {"amount": 2, "unit": "days"}}
    assert "2 days" in explain("en", "timed_out", detail, "UTC")


def test_q1_what_to_do_about_a_failure_is_told_in_the_readers_language() -> None:
    error = "Please check the marked fields."
    assert "markierten" in explain("de", "failed", {"error": error}, "UTC")


def test_cam9_a_channel_is_told_by_its_name() -> None:
    assert "(SMS)" in explain("en", "do_not_disturb", {"channel": "sms"}, "UTC")


def test_cam6_a_row_of_another_release_is_shown_all_the_same() -> None:
    assert explain("en", "never heard of", {}, "UTC") == "never heard of"
    assert explain("en", "unfilled", {}, "UTC").endswith("empty: ….")
    assert "within …" in explain("en", "timed_out", {"span": {"amount": "x"}}, "UTC")
    assert explain("en", "", {}, "UTC") == ""


def test_cam6_sentences_ask_only_for_what_is_kept() -> None:
    names = {
        name
        for sentence in REASONS.values()
        for _, name, _, _ in string.Formatter().parse(sentence)
        if name
    }
    assert names <= {"until", "span", "fields", "channel", "arm", "error", "who"}
