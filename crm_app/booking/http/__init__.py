"""The booking pages' endpoints: choosing and booking a time, and the page behind its signed link."""

from starlette.routing import Route

from crm_app.booking.http import book, manage, move
from crm_app.ui.public import edge

routes: list[Route] = [
    *book.routes,
    *manage.routes,
    *move.routes,
    Route("/cal/{rest:path}", edge.missing),
    Route("/booking/{rest:path}", edge.missing),
]
