"""Real servers for this room."""

from tests.servers.radicale import radicale_server

__all__ = ["radicale_server"]
