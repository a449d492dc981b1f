"""Q-5: health for load balancers, metrics for this machine only."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_app.core import db, jobs
from crm_app.ui import health


@pytest.fixture
def client(lite: str) -> TestClient:
    return TestClient(Starlette(routes=health.routes), client=("127.0.0.1", 1))


def test_q5_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "oldest_due_job_seconds": 0}


def test_q5_health_without_a_database(client: TestClient) -> None:
    db.use("sqlite:////nowhere/at/all.sqlite3")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "nowhere" not in answer.text


def test_q5_metrics_are_for_this_machine(client: TestClient) -> None:
    with db.unit_of_work() as session:
        jobs.enqueue(session, "some.job")
    assert 'tandem_jobs{state="ready"} 1.0' in client.get("/metrics").text
    assert client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 403
    elsewhere = TestClient(Starlette(routes=health.routes), client=("203.0.113.9", 1))
    assert elsewhere.get("/metrics").status_code == 403
