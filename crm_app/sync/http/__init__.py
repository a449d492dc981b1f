"""What browsers and services reach of this room outside of the dashboard: signing in, being woken."""

from starlette.routing import Route

from crm_app.sync.http import connect, hooks

routes: list[Route] = [*connect.routes, *hooks.routes]
