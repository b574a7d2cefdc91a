"""Where a venue's address was set: for a person whose run did not reach the venue's API."""

from __future__ import annotations

import os

from cli.account import settings_of
from config.names import env_name
from config.paths import config_file
from venues.face import Face


def where_set(face: Face, profile: str) -> str:
    """Out: the address of the venue in this profile, and the place to change it. Raises ConfigError."""
    settings = settings_of(face.name, profile)
    variable, file = env_name(face.name, "url"), config_file(os.environ) or "config.toml"
    table = f"url under [{profile}.{face.name}] in {file}"
    if settings.url_from == "environment":
        return f"{settings.url} is set by {variable}"
    if settings.url_from == "config.toml":
        return f"{settings.url} is set by {table}"
    return f"{settings.url} is the default of {face.title}; {variable} or {table} would change it"
