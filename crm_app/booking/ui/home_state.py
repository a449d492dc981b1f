"""Home: what the day brings, what asks for somebody, and how it goes."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from crm_app.booking.ui import home_attention, home_figures, home_today
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.ui import moments
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]
# Appointments further ahead can be confirmed later.
_AHEAD = timedelta(days=60)


class Home(PrivateState):
    """Small rows for each card; all texts are finished."""

    loading: bool = True
    today: str = ""
    steps: list[Row] = []
    agenda: list[Row] = []
    next_one: Row = {}
    leads: list[Row] = []
    lead_count: str = "0"
    attention: list[Row] = []
    weeks: list[Row] = []
    teams: list[dict[str, Any]] = []

    @handler
    async def load(self) -> None:
        """Read everything anew: the page opens, or something changed somewhere."""
        found = await self._read(overview)
        self.today, self.steps = found["today"], found["steps"]
        self.agenda, self.next_one = found["agenda"], found["next_one"]
        self.leads, self.lead_count = found["leads"]
        self.attention = found["attention"]
        self.weeks, self.teams = found["weeks"], found["teams"]
        self.loading = False


def overview(session: Session, actor: Actor) -> dict[str, Any]:
    """All of the page, as the reader may see it."""
    now = clock.now()
    return {
        "today": moments.long_day(actor.locale, actor.time_zone, now),
        "steps": home_today.first_steps(session, actor),
        "agenda": home_today.agenda(session, actor, now),
        "next_one": home_today.next_one(session, actor, now),
        "leads": home_today.leads(session, actor, now),
        "attention": home_attention.rows(session, actor, now, now + _AHEAD),
        "weeks": home_figures.bookings(session, actor, now),
        "teams": home_figures.teams(session, actor, now),
    }
