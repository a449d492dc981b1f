"""All that the rules may look at, loaded for many contacts at once in a handful of queries.

What one contact's step sees is what the database holds at that moment, in the transaction of the
step: whoever was assigned a moment ago is the owner whose link is rendered (CAM-4).
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session

from crm_app.accounts.queries import by_id
from crm_app.booking.bound import bind
from crm_app.campaigns.running import hosts, meetings, people
from crm_app.campaigns.running.hosts import Team
from crm_app.campaigns.running.standing import Meeting, Person, World
from crm_app.models import Workspace

_NONE: Mapping[int, int] = {}


def load(
    session: Session,
    contact_ids: Collection[int],
    *,
    now: datetime,
    about: Mapping[int, int] = _NONE,
    calendars: Mapping[int, int] = _NONE,
) -> dict[int, World]:
    """The worlds of these contacts, by id; those that do not exist are left out.

    ``about`` gives the appointment that matters for a contact, ``calendars`` the calendar on which
    links to book lead (``Settings.calendar_id``).
    """
    workspace = by_id(session, Workspace, 1)
    team = hosts.load(session)
    persons = people.load(session, contact_ids, locale=workspace.locale if workspace else "en")
    dates = meetings.load(session, list(persons), about, now=now)
    return {
        person.id: _world(person, dates.get(person.id), team, workspace, calendars.get(person.id))
        for person in persons.values()
    }


def _world(
    person: Person,
    meeting: Meeting | None,
    team: Team,
    workspace: Workspace | None,
    calendar_id: int | None,
) -> World:
    own, everybodys = team.link_of(person.owner_id, calendar_id), team.calendar_link(calendar_id)
    # Signed once for both: thousands of links are made in a moment.
    bound = bind("", person.id) if own or everybodys else ""
    return World(
        person=person,
        owner=team.host(person.owner_id, own and own + bound),
        meeting=meeting,
        workspace_name=workspace.name if workspace else "",
        workspace_zone=workspace.time_zone if workspace else "UTC",
        calendar_link=everybodys and everybodys + bound,
        users=team.users,
    )
