"""`cancel auth logout`: remove what `auth login` stored, and say what is left elsewhere."""

from __future__ import annotations

import os

from cli.account import credentials_of
from cli.output.streams import warn
from config.keyring_store import KeyringStore
from config.login import Removal, remove_fields
from config.names import check_profile_name, env_name, file_name
from config.sources import Source
from venues.face import Face
from venues.registry import venue as face_named
from venues.result import Outcome


def logout(venue: str, profile: str) -> int:
    """Remove the venue's fields from the keyring. Out: 0, or 6 when one could not be. Raises ConfigError."""
    check_profile_name(profile)
    spec, keyring = face_named(venue), KeyringStore()
    names = [field.name for field in spec.fields]
    removal = remove_fields(venue, profile, names, keyring=keyring, environ=os.environ)
    _tell(spec, profile, removal)
    _tell_what_is_left(venue, profile, keyring)
    return Outcome.UNAUTHORIZED.exit_code if removal.could_not else 0


def _tell(spec: Face, profile: str, removal: Removal) -> None:
    who = f"{spec.title}, profile {profile}"
    if removal.removed:
        warn(f"{who}: removed {', '.join(removal.removed)} from the keyring.")
    elif not removal.could_not:
        warn(f"{who}: nothing was stored in the keyring.")
    for reason in dict.fromkeys(reason for _, reason in removal.could_not):
        fields = ", ".join(field for field, why in removal.could_not if why == reason)
        warn(f"{who}: {fields} could not be removed: {reason}.\nIf there is a keyring, unlock it and log out again.")


def _tell_what_is_left(venue: str, profile: str, keyring: KeyringStore) -> None:
    for field in credentials_of(venue, profile, keyring).sources():
        left = {field.source, *field.hides}
        if Source.ENVIRONMENT in left:
            warn(f"{env_name(venue, field.field)} is still set in the environment.")
        if Source.DIRECTORY in left and not field.fault:
            warn(f"{file_name(venue, field.field)} is still in the credentials directory.")
