"""Q-5 on Settings > Audit log: search, filters, pages, and who may read it."""

from collections.abc import Callable
from typing import Any

from crm_app.accounts import audit, service
from crm_app.accounts.ui import audit_words
from crm_app.accounts.ui.audit_state import PAGE, AuditLog
from crm_app.core import access, db
from crm_app.models import User
from tests import factories
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]


def note(user: User, action: str, **detail: Any) -> None:
    with db.unit_of_work() as session:
        audit.record(
            session,
            factories.actor(user),
            action,
            subject_kind="user",
            subject_id=user.id,
            **detail,
        )


def actions(tab: Tab) -> list[str]:
    return [row["action"] for row in tab.see(AuditLog).rows]


def test_q5_entries_read_as_sentences_newest_first(open_tab: OpenTab, ada: User) -> None:
    note(ada, "user.profile", fields=["name", "slug"])
    note(ada, "something.new")
    with db.unit_of_work() as session:
        audit.record(session, access.visitor(), "user.sign_in_failed", address="203.0.113.7")
        audit.record(session, access.system("sync"), "connection.needs_reconnect")
    tab = open_tab(ada).fire(AuditLog.load)
    rows = tab.see(AuditLog).rows
    assert [row["what"] for row in rows] == [
        "An outside account let us in no more",
        "Failed to sign in",
        "something.new",
        "Changed a profile",
    ]
    assert [row["who"] for row in rows] == ["By itself", "Visitor", "Ada Byron", "Ada Byron"]
    assert rows[3]["detail"] == "fields: name, slug"
    assert rows[3]["about"] == "Ada Byron"
    assert rows[3]["page"] == "/settings/users"
    assert "Today" in rows[0]["when"]


def test_q5_the_log_is_searched_by_text_action_and_person(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    note(ada, "user.role", role="admin")
    note(ben, "session.revoked")
    note(ben, "user.profile")
    tab = open_tab(ada).fire(AuditLog.load)
    assert actions(tab.fire(AuditLog.look, text="nowak prof")) == ["user.profile"]
    tab.fire(AuditLog.look, text="")
    assert actions(tab.fire(AuditLog.set_group, group="user.")) == ["user.profile", "user.role"]
    assert actions(tab.fire(AuditLog.set_user, user=str(ben.id))) == ["user.profile"]
    assert actions(tab.fire(AuditLog.set_group, group="' OR 1=1")) == [
        "user.profile",
        "session.revoked",
    ]
    assert actions(tab.fire(AuditLog.look, text="%_")) == []


def test_q5_a_long_log_comes_in_pages(open_tab: OpenTab, ada: User) -> None:
    for number in range(PAGE + 5):
        note(ada, f"step.n{number}")
    tab = open_tab(ada).fire(AuditLog.load)
    assert len(actions(tab)) == PAGE
    assert tab.see(AuditLog).more
    tab.fire(AuditLog.load_more)
    assert actions(tab) == [f"step.n{number}" for number in reversed(range(PAGE + 5))]
    assert not tab.see(AuditLog).more


def test_usr3_members_and_strangers_read_nothing(open_tab: OpenTab, ada: User, ben: User) -> None:
    note(ada, "user.role", role="admin")
    calls: list[tuple[Any, dict[str, Any]]] = [
        (AuditLog.load, {}),
        (AuditLog.look, {"text": "a"}),
        (AuditLog.set_group, {"group": "user."}),
        (AuditLog.set_user, {"user": str(ada.id)}),
        (AuditLog.load_more, {}),
    ]
    for user, answer in ((ben, "not allowed"), (None, "/login")):
        tab = open_tab(user)
        for handler, payload in calls:
            assert answer in tab.fire(handler, **payload).said
        assert "Changed a role" not in str(tab.held)


def test_q5_no_secret_gets_into_a_detail(open_tab: OpenTab, ada: User) -> None:
    with db.unit_of_work() as session:
        service.update_workspace(
            session, factories.actor(ada), smtp_url="smtp://u:swordfish@mail.example.com"
        )
    tab = open_tab(ada).fire(AuditLog.load)
    assert actions(tab) == ["workspace.changed"]
    assert "swordfish" not in str(tab.held)


def test_q5_details_name_people_and_speak_plainly() -> None:
    detail = {"to_user_id": 7, "enabled": True, "rule": "was_unowned", "fields": ["time_zone"]}
    assert audit_words.details(detail | {"note": ""}, {7: "Ben"}) == (
        "to: Ben · enabled: ✓ · rule: was_unowned · fields: time zone"
    )
    assert audit_words.about("user", 7, {7: "Ben"}) == "Ben"
    assert audit_words.about("contact", 7, {}) == "contact 7"


def test_every_sentence_belongs_to_a_part_of_the_log() -> None:
    beginnings = [value for value, _ in audit_words.GROUPS if value]
    loose = {"identity.", "time_off."}
    for action in audit_words.WORDS:
        assert any(action.startswith(one) for one in [*beginnings, *loose]), action
