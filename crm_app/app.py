"""The map of the product: the two faces, every page in one line, the door, the guard, the workers.

Reflex builds and serves this app; a worker process never imports it.
"""

import contextlib
from collections.abc import AsyncIterator

import reflex as rx
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from crm_app.accounts import http as accounts_http
from crm_app.accounts import queries, sessions
from crm_app.accounts.ui import (
    audit_page,
    hours_page,
    jobs_page,
    profile_page,
    sessions_page,
    users_page,
    workspace_page,
)
from crm_app.accounts.ui.access_state import Access
from crm_app.accounts.ui.apps_state import Apps
from crm_app.accounts.ui.audit_state import AuditLog
from crm_app.accounts.ui.hours_state import WorkHours
from crm_app.accounts.ui.jobs_state import Background
from crm_app.accounts.ui.profile_state import Profile
from crm_app.accounts.ui.sessions_state import Sessions
from crm_app.accounts.ui.users_state import Users
from crm_app.accounts.ui.workspace_state import WorkspaceSettings
from crm_app.activities.ui import contact_view as contact_tasks
from crm_app.activities.ui import tasks_page
from crm_app.activities.ui.contact_state import ContactTasks
from crm_app.activities.ui.tasks_state import Tasks
from crm_app.appointments.ui import calendar_page, calendars_page, outside, teams_page
from crm_app.appointments.ui.calendar_state import CalendarPage
from crm_app.appointments.ui.calendars_state import Calendars
from crm_app.appointments.ui.teams_state import Teams
from crm_app.booking import http as booking_http
from crm_app.booking.ui import home_page
from crm_app.booking.ui.home_state import Home
from crm_app.campaigns.editing.ui import builder_page as campaign_builder_page
from crm_app.campaigns.editing.ui import campaigns_page
from crm_app.campaigns.editing.ui import contact_view as contact_campaigns
from crm_app.campaigns.editing.ui.builder_state import Builder as CampaignBuilder
from crm_app.campaigns.editing.ui.campaigns_state import Campaigns
from crm_app.campaigns.editing.ui.contact_state import ContactCampaigns
from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.forms import http as forms_http
from crm_app.campaigns.forms.ui import builder_page as form_builder_page
from crm_app.campaigns.forms.ui import forms_page
from crm_app.campaigns.forms.ui.builder_state import FormBuilder
from crm_app.campaigns.forms.ui.forms_state import FormsList
from crm_app.campaigns.forms.ui.sent_state import SentForms
from crm_app.campaigns.rehearsal.ui import rehearsal_page
from crm_app.campaigns.rehearsal.ui.rehearsal_state import Rehearsal
from crm_app.campaigns.triggers import http as triggers_http
from crm_app.campaigns.triggers.ui import triggers_page
from crm_app.campaigns.triggers.ui.editor_state import TriggerEditor
from crm_app.campaigns.triggers.ui.triggers_state import Triggers
from crm_app.contacts import http as contacts_http
from crm_app.contacts.ui import beside, contacts_page, duplicates_page, import_page, layout_page
from crm_app.contacts.ui.bulk_state import Bulk
from crm_app.contacts.ui.card_state import ContactCard
from crm_app.contacts.ui.contacts_state import Contacts
from crm_app.contacts.ui.duplicates_state import Duplicates
from crm_app.contacts.ui.import_state import Imports
from crm_app.contacts.ui.layout_state import LayoutStudio
from crm_app.contacts.ui.merge_state import Merging
from crm_app.contacts.ui.views_state import ListViews
from crm_app.core import db, log
from crm_app.core.access import Actor
from crm_app.core.i18n import N_
from crm_app.core.settings import get_settings
from crm_app.messaging import http as messaging_http
from crm_app.messaging.ui import channels_page, mail_page, outbox_page, received_page
from crm_app.messaging.ui.bell import bell
from crm_app.messaging.ui.bell_state import Bell
from crm_app.messaging.ui.channels_state import Channels
from crm_app.messaging.ui.mail_state import MailSettings
from crm_app.messaging.ui.outbox_state import Outbox
from crm_app.messaging.ui.received_state import Received
from crm_app.models import User
from crm_app.sync import http as sync_http
from crm_app.sync.books.ui import accounts_page, configuration_page, flag_view
from crm_app.sync.books.ui.accounts_state import ExternalAccounts
from crm_app.sync.books.ui.configuration_page import Configuration
from crm_app.sync.books.ui.connecting_state import NewAccount
from crm_app.sync.books.ui.flag_state import SyncMobile
from crm_app.sync.books.ui.queue_state import CardQueue
from crm_app.sync.ui import connections_page, integrations_page
from crm_app.sync.ui.connecting_state import Connecting
from crm_app.sync.ui.connections_state import Connections
from crm_app.sync.ui.guests_state import Guests
from crm_app.sync.ui.option_state import SyncOptions
from crm_app.sync.ui.outside import Calendars as ConnectedCalendars
from crm_app.sync.ui.review_state import Review
from crm_app.ui import guard, health, live, pages, settings_frame, shell
from crm_app.ui.door import Door, Keys
from crm_app.ui.public import files
from crm_app.ui.state import unexpected
from crm_app.worker import Worker


def load_actor(session: Session, user_id: int) -> Actor | None:
    """The actor of an active user as the database has him now."""
    user = session.get(User, user_id)
    return queries.actor_of(user) if user and user.active else None


def has_users() -> bool:
    """Whether the set-up is done (USR-1)."""
    with db.reading() as session:
        return queries.has_users(session)


ROUTES: list[BaseRoute] = [
    *files.routes,
    *health.routes,
    *accounts_http.routes,
    *messaging_http.routes,
    *contacts_http.routes,
    *booking_http.routes,
    *forms_http.routes,
    *sync_http.routes,
    *triggers_http.routes,
]

http = Starlette(routes=ROUTES)
keys = Keys(
    resolve=sessions.resolve_actor, has_users=has_users, public_url=lambda: get_settings().url
)
app = rx.App(
    api_transformer=[http, lambda inner: Door(inner, keys)],
    app_wraps=pages.WRAPS,
    toaster=pages.toaster(),
    head_components=pages.head(),
    backend_exception_handler=unexpected,
)
guard.install(app, resolve=sessions.resolve_actor, load_actor=load_actor)
outside.use(ConnectedCalendars())
beside.use(contact_campaigns.PANEL, contact_tasks.PANEL)
beside.use_fields(flag_view.FIELD)
shell.use_corner(bell, on_load=Bell.refresh, on_live={"notifications": Bell.refresh})

# fmt: off
pages.add(app, "/", home_page.page, title=home_page.TITLE, on_load=Home.load, on_live={"appointments": Home.load, "contacts": Home.load, "messages": Home.load, "connections": Home.load})
pages.add(app, "/calendar", calendar_page.page, title=N_("Calendar"), on_load=CalendarPage.load, on_live={"appointments": CalendarPage.reread}, width="wide")
pages.add(app, "/contacts/[[contact_id]]", contacts_page.page, title=contacts_page.TITLE, on_load=[Contacts.load, ListViews.load_views, Bulk.load_run, ContactCard.load, Merging.look, ContactCampaigns.load, ContactTasks.load, SyncMobile.load], on_live={"contacts": ContactCard.follow_contacts, "contact_work": Bulk.follow_run, "saved_views": ListViews.load_views, "card_links": SyncMobile.follow, "appointments": ContactCard.follow, "layouts": ContactCard.follow, "campaigns": ContactCampaigns.load, "enrolments": ContactCampaigns.load, "activities": ContactTasks.load}, width="wide")
pages.add(app, "/duplicates", duplicates_page.page, title=duplicates_page.TITLE, on_load=Duplicates.load, on_live={"contacts": Duplicates.load})
pages.add(app, "/import/[[import_id]]", import_page.page, title=import_page.TITLE, on_load=Imports.load, on_live={"contact_work": Imports.follow})
pages.add(app, "/outbox/[[message_id]]", outbox_page.page, title=outbox_page.TITLE, on_load=Outbox.load, on_live={"messages": Outbox.follow}, width="wide")
pages.add(app, "/campaigns", campaigns_page.page, title=campaigns_page.TITLE, on_load=Campaigns.load, on_live={"campaigns": Campaigns.load, "enrolments": Campaigns.load})
pages.add(app, "/campaigns/[campaign_id]", campaign_builder_page.page, title=campaign_builder_page.TITLE, on_load=CampaignBuilder.load, on_live={"campaigns": Inspector.follow, "enrolments": Inspector.follow, "messages": Inspector.follow}, width="bleed")
pages.add(app, "/campaigns/[campaign_id]/rehearsal", rehearsal_page.page, title=rehearsal_page.TITLE, on_load=Rehearsal.load, on_live={"campaigns": Rehearsal.load}, width="wide")
pages.add(app, "/forms", forms_page.page, title=forms_page.TITLE, on_load=FormsList.load, on_live={"forms": FormsList.follow})
pages.add(app, "/forms/[form_id]", form_builder_page.page, title=form_builder_page.TITLE, on_load=[FormBuilder.load, SentForms.arrive], on_live={"forms": SentForms.follow}, width="wide")
pages.add(app, "/tasks", tasks_page.page, title=tasks_page.TITLE, on_load=Tasks.load, on_live={"activities": Tasks.follow})
pages.add(app, "/triggers/[[trigger_id]]", triggers_page.page, title=triggers_page.TITLE, on_load=[Triggers.load, TriggerEditor.load], on_live={"triggers": TriggerEditor.follow})
pages.add(app, "/received", received_page.page, title=received_page.TITLE, on_load=Received.load, on_live={"messages": Received.follow})
pages.add(app, "/settings", settings_frame.overview, title=N_("Settings"))
pages.add(app, "/settings/accounts", accounts_page.page, title=accounts_page.TITLE, on_load=[ExternalAccounts.load, NewAccount.arrive, CardQueue.load], on_live={"address_books": ExternalAccounts.follow, "card_links": ExternalAccounts.follow}, width="wide")
pages.add(app, "/settings/audit", audit_page.page, title=audit_page.TITLE, on_load=AuditLog.load)
pages.add(app, "/settings/calendars", calendars_page.page, title=N_("Calendars"), on_load=Calendars.load)
pages.add(app, "/settings/configuration", configuration_page.page, title=configuration_page.TITLE, on_load=Configuration.load)
pages.add(app, "/settings/connections", connections_page.page, title=connections_page.TITLE, on_load=[Connections.load, Connecting.arrive, SyncOptions.load, Guests.load, Review.load], on_live={"connections": Review.follow})
pages.add(app, "/settings/hours", hours_page.page, title=hours_page.TITLE, on_load=WorkHours.load)
pages.add(app, "/settings/integrations", integrations_page.page, title=integrations_page.TITLE, on_load=[Connections.load, Connecting.arrive, Apps.load], on_live={"connections": Connecting.follow})
pages.add(app, "/settings/jobs", jobs_page.page, title=jobs_page.TITLE, on_load=Background.load, on_live={"messages": Background.load, "appointments": Background.load, "connections": Background.load})
pages.add(app, "/settings/layout", layout_page.page, title=layout_page.TITLE, on_load=LayoutStudio.load, on_live={"layouts": LayoutStudio.follow}, width="wide")
pages.add(app, "/settings/mail", mail_page.page, title=mail_page.TITLE, on_load=MailSettings.load, on_live={"messages": MailSettings.follow})
pages.add(app, "/settings/messages", channels_page.page, title=channels_page.TITLE, on_load=Channels.load, on_live={"messages": Channels.follow})
pages.add(app, "/settings/profile", profile_page.page, title=profile_page.TITLE, on_load=[Profile.load, Access.load])
pages.add(app, "/settings/sessions", sessions_page.page, title=sessions_page.TITLE, on_load=Sessions.load)
pages.add(app, "/settings/teams", teams_page.page, title=teams_page.TITLE, on_load=Teams.load, on_live={"appointments": Teams.reread})
pages.add(app, "/settings/users", users_page.page, title=users_page.TITLE, on_load=Users.load, on_live={"users": Users.load})
pages.add(app, "/settings/workspace", workspace_page.page, title=workspace_page.TITLE, on_load=WorkspaceSettings.load)
pages.add_not_found(app)
# fmt: on


@contextlib.asynccontextmanager
async def work() -> AsyncIterator[None]:
    """Run jobs beside the pages, unless this process is to serve pages only."""
    settings = get_settings()
    log.configure(settings)
    worker = Worker(settings) if settings.role != "web" else None
    if worker:
        worker.start()
    try:
        yield
    finally:
        if worker:
            worker.stop()


app.register_lifespan_task(work)
app.register_lifespan_task(live.feed, dashboard=app, resolve=sessions.resolve_actor)
