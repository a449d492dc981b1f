"""The forms' endpoints: the public pages, and the builder's preview and file."""

from starlette.routing import Route

from crm_app.campaigns.forms.http import desk, fill

routes: list[Route] = [*fill.routes, *desk.routes]
