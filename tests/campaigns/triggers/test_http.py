"""TRG-1: other programs call a trigger, and what is not let in."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_app import models
from crm_app.campaigns.triggers import http, service
from crm_app.ui.door import Door, Keys
from tests.campaigns.triggers import staged
from tests.campaigns.triggers.staged import Office

HOME = "https://crm.example"


@pytest.fixture
def office(lite: str) -> Office:
    return staged.opened()


@pytest.fixture
def caller(lite: str) -> Iterator[TestClient]:
    """A program at our door: no cookie, no Origin."""
    keys = Keys(resolve=lambda _cookie: None, has_users=lambda: True, public_url=lambda: HOME)
    with TestClient(Door(Starlette(routes=http.routes), keys), base_url=HOME) as client:
        yield client


def listening(office: Office, **options: Any) -> tuple[models.Trigger, str]:
    """A trigger and the path under which it is called."""
    row = staged.trigger("inbound_webhook", **options)
    token = staged.do(
        lambda session: service.new_address(
            session, office.actor, session.get_one(models.Trigger, row.id)
        )
    )
    return row, f"/hooks/in/{token}"


def test_trg1_a_call_makes_the_contact_and_acts(office: Office, caller: TestClient) -> None:
    row, path = listening(office)
    answer = caller.post(path, json={"email": "Eva@new.example", "first_name": "Eva"})
    assert (answer.status_code, answer.json()) == (202, {"received": True})
    staged.settle()
    (made,) = staged.all_of(models.Contact)
    assert (made.name, made.source) == ("Eva", "webhook")
    assert staged.tags(made) == {"seen"}
    assert staged.runs(row.id) == [("acted", "acted")]


def test_trg1_a_form_body_and_mapped_fields(office: Office, caller: TestClient) -> None:
    row, path = listening(office, fields={"email": "lead.mail", "name": "full"})
    known = staged.lead()
    caller.post(path, json={"lead": {"mail": "ann@lead.example"}, "full": "Other"})
    staged.settle()
    assert staged.tags(known) == {"seen"}
    assert staged.fresh(known).name == "Ann Lee"
    assert caller.post(path, data={"lead.mail": "x@new.example"}).status_code == 202
    staged.settle()
    assert staged.acted(row.id) == 2


def test_trg1_by_phone_alone(office: Office, caller: TestClient) -> None:
    row, path = listening(office)
    for _ in range(2):
        assert caller.post(path, json={"phone": "+49 30 987654"}).status_code == 202
    staged.settle()
    assert len(staged.all_of(models.Contact)) == 1
    assert staged.acted(row.id) == 2


def test_trg1_words_in_the_call_are_a_condition(office: Office, caller: TestClient) -> None:
    row, path = listening(office)
    row.filters = [{"field": "text", "op": "contains", "value": "gold"}]
    row.hook_hash = staged.fresh(row).hook_hash
    staged.do(lambda session: session.merge(row))
    for plan in ("silver", "gold"):
        caller.post(path, json={"email": f"{plan}@new.example", "plan": plan})
    staged.settle()
    assert sorted(outcome for outcome, _ in staged.runs(row.id)) == ["acted", "refused"]


def test_trg1_the_same_call_twice_acts_once(office: Office, caller: TestClient) -> None:
    row, path = listening(office)
    for _ in range(2):
        caller.post(path, json={"email": "a@b.example"}, headers={"Idempotency-Key": "7"})
    staged.settle()
    assert staged.acted(row.id) == 1


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 422),
        (b'{"email": "no address"}', "application/json", 422),
        (b"[1]", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b"x" * 64_001, "application/json", 413),
        (json.dumps({"email": {"deep": 1}}).encode(), "application/json", 422),
        (b"a=1", "application/x-www-form-urlencoded", 422),
    ],
)
def test_trg1_what_cannot_be_read_is_refused(
    office: Office, caller: TestClient, content: bytes, kind: str, status: int
) -> None:
    _, path = listening(office)
    answer = caller.post(path, content=content, headers={"content-type": kind})
    assert answer.status_code == status
    assert "error" in answer.json()
    assert staged.all_of(models.Contact) == []


def test_trg1_strangers_and_what_is_off_learn_nothing(office: Office, caller: TestClient) -> None:
    row, path = listening(office)
    body = {"email": "a@b.example"}
    assert caller.post("/hooks/in/wrong", json=body).status_code == 404
    assert caller.get(path).status_code == 405
    staged.do(
        lambda session: service.switch(
            session, office.actor, session.get_one(models.Trigger, row.id), on=False
        )
    )
    assert caller.post(path, json=body).status_code == 404
    assert staged.all_of(models.Contact) == []


def test_trg1_a_new_address_ends_the_one_before(office: Office, caller: TestClient) -> None:
    row, path = listening(office)
    staged.do(
        lambda session: service.new_address(
            session, office.actor, session.get_one(models.Trigger, row.id)
        )
    )
    assert caller.post(path, json={"email": "a@b.example"}).status_code == 404


def test_trg1_calls_are_rate_limited(office: Office, caller: TestClient) -> None:
    _, path = listening(office)
    statuses = [caller.post(path, json={}).status_code for _ in range(61)]
    assert statuses == [422] * 60 + [429]
    assert caller.post(path, json={}).headers["retry-after"].isdigit()
