"""A real server behind the proxy."""

from tests.servers.radicale import radicale_server

__all__ = ["radicale_server"]
