"""How Reflex builds and serves the dashboard. Nothing here depends on the machine or its address."""

import reflex as rx
from reflex.plugins.sitemap import SitemapPlugin

from crm_app.ui.building import HousePlugin, themed

config = rx.Config(
    app_name="crm_app",
    app_module_import="crm_app.app",
    plugins=[rx.plugins.RadixThemesPlugin(theme=themed()), HousePlugin()],
    # The sitemap would list every page of the dashboard to strangers.
    disable_plugins=[SitemapPlugin],
    # The door checks origins; an empty list lets no other site in by CORS.
    cors_allowed_origins=[],
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    default_color_mode="system",
    react_strict_mode=False,
)
