"""Real servers for the contracts."""

from tests.servers.radicale import radicale_server

__all__ = ["radicale_server"]
