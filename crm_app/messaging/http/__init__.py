"""What is reached of this room outside of the dashboard: files of messages, links in them, services."""

from starlette.routing import Route

from crm_app.messaging.http import hooks, leaving, links, outbox

routes: list[Route] = [*outbox.routes, *links.routes, *leaving.routes, *hooks.routes]
