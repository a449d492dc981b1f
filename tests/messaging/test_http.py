"""Q-3: a message as a file and as it looks, for those who may see it."""

from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_app.messaging.http import routes
from crm_app.models import User
from tests.messaging.written import Write
from tests.ui.tabs import cookie_of


@pytest.fixture
def browser() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes), base_url="https://crm.example") as client:
        yield client


def as_user(user: User) -> dict[str, str]:
    return {"cookie": cookie_of(user)}


def test_q3_a_message_is_downloaded_as_a_mail_program_reads_it(
    browser: TestClient, ben: User, write: Write
) -> None:
    message_id = write(of=ben)
    answer = browser.get(f"/outbox/{message_id}.eml", headers=as_user(ben))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "message/rfc822"
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    mail = message_from_bytes(answer.content, policy=policy.default)
    assert mail["subject"] == "You are booked"


def test_q3_the_looks_run_and_load_nothing(browser: TestClient, ben: User, write: Write) -> None:
    message_id = write(of=ben, html="<p>Hi</p><script>alert(1)</script>")
    answer = browser.get(f"/outbox/{message_id}/look", headers=as_user(ben))
    assert answer.status_code == 200
    rules = answer.headers["content-security-policy"]
    assert "default-src 'none'" in rules
    assert "sandbox" in rules
    assert "frame-ancestors 'self'" in rules
    assert "script-src" not in rules


def test_a_plain_message_has_no_looks(browser: TestClient, ben: User, write: Write) -> None:
    message_id = write(of=ben, html="")
    answer = browser.get(f"/outbox/{message_id}/look", headers=as_user(ben))
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["{}.eml", "{}/look"])
def test_usr3_others_messages_confidential_ones_and_strangers(
    browser: TestClient, ada: User, ben: User, write: Write, path: str
) -> None:
    hers, secret = write(of=ada), write(of=ben, confidential=True)
    for message_id in (hers, secret, 0, 2**70):
        answer = browser.get("/outbox/" + path.format(message_id), headers=as_user(ben))
        assert answer.status_code == 404
        assert "Monday" not in answer.text
    answer = browser.get("/outbox/" + path.format(hers))
    assert answer.status_code == 401
    assert "Monday" not in answer.text
    answer = browser.get("/outbox/" + path.format(secret), headers=as_user(ada))
    assert answer.status_code == 200
