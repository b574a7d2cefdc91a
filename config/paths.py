"""Where our few files live on each platform. Nothing here touches the disk."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path


def config_file(environ: Mapping[str, str]) -> Path | None:
    """Out: where config.toml belongs, or None when there is no home to look in."""
    if sys.platform in ("darwin", "win32"):
        import platformdirs

        return platformdirs.user_config_path("cancel", appauthor=False) / "config.toml"
    folder = _xdg(environ, "XDG_CONFIG_HOME", ".config")
    return folder / "config.toml" if folder else None


def state_dir(environ: Mapping[str, str]) -> Path | None:
    """Out: the folder for what we remember between runs (never a secret), or None without a home."""
    if sys.platform in ("darwin", "win32"):
        import platformdirs

        return platformdirs.user_state_path("cancel", appauthor=False)
    return _xdg(environ, "XDG_STATE_HOME", ".local/state")


def cache_dir(environ: Mapping[str, str]) -> Path | None:
    """Out: the folder for what may be lost at any time, or None without a home."""
    if sys.platform in ("darwin", "win32"):
        import platformdirs

        return platformdirs.user_cache_path("cancel", appauthor=False)
    return _xdg(environ, "XDG_CACHE_HOME", ".cache")


def _xdg(environ: Mapping[str, str], variable: str, below_home: str) -> Path | None:
    # By hand, because importing platformdirs costs more than all the rest of reading the settings.
    # The XDG base directory specification has a relative path ignored.
    folder = environ.get(variable, "")
    if folder.startswith("/"):
        return Path(folder) / "cancel"
    home = environ.get("HOME", "")
    return Path(home) / below_home / "cancel" if home.startswith("/") else None
