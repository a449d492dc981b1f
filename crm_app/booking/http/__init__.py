"""The booking pages' endpoints: choosing and booking a time, and the page behind its signed link."""

from starlette.routing import Route

from crm_app.booking.http import book, manage, move

routes: list[Route] = [*book.routes, *manage.routes, *move.routes]
