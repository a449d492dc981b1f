"""``/healthz`` for load balancers and ``/metrics`` for Prometheus (Q-5).

Health says no more than whether the database answers and how long due work has been waiting.
Metrics hold counts and times, no names; they are given to callers on this machine that no proxy
stands before, and to nobody else.
"""

import time
from datetime import datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from sqlalchemy import func, select, text
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from crm_app.core import clock, db
from crm_app.core.facts import FactRow
from crm_app.core.jobs import Job
from crm_app.core.kinds import JobState

_STARTED = time.monotonic()
_LOCAL = ("127.0.0.1", "::1")


def healthz(_request: Request) -> Response:
    """200 while the database answers, 503 while it does not."""
    try:
        with db.reading() as session:
            session.execute(text("SELECT 1"))
            lag = waiting(session, clock.now())
    except Exception:
        return JSONResponse({"status": "no database"}, 503, {"Cache-Control": "no-store"})
    body = {"status": "ok", "oldest_due_job_seconds": round(lag)}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def waiting(session: Session, now: datetime) -> float:
    """Seconds that the oldest due job has been waiting; 0 when none is due."""
    oldest = session.execute(
        select(func.min(Job.run_at)).where(col(Job.state) == JobState.READY, col(Job.run_at) <= now)
    ).scalar()
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def metrics(request: Request) -> Response:
    """Prometheus' text format."""
    direct = "x-forwarded-for" not in request.headers and "forwarded" not in request.headers
    if not (direct and request.client and request.client.host in _LOCAL):
        return PlainTextResponse("Metrics are given on this machine only.", 403)
    return Response(generate_latest(_registry()), media_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    jobs = Gauge("tandem_jobs", "Jobs by state", ["state"], registry=registry)
    lag = Gauge("tandem_oldest_due_job_seconds", "Wait of the oldest due job", registry=registry)
    facts = Gauge("tandem_facts_recorded", "Id of the newest fact", registry=registry)
    uptime = Gauge("tandem_uptime_seconds", "Since this process began", registry=registry)
    with db.reading() as session:
        for state, count in session.execute(
            select(col(Job.state), func.count()).group_by(col(Job.state))
        ):
            jobs.labels(state=state.value).set(count)
        lag.set(waiting(session, clock.now()))
        facts.set(session.execute(select(func.max(FactRow.id))).scalar() or 0)
    uptime.set(time.monotonic() - _STARTED)
    return registry


routes = [Route("/healthz", healthz), Route("/metrics", metrics)]
