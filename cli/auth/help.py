"""What `cancel auth --help` says; the venue in its examples is the registry's first."""

from venues.face import Face
from venues.registry import VENUES

FACE = next(iter(VENUES.values()))


def login_json(face: Face) -> str:
    """Out: the JSON object that `auth login` reads for a venue, without its values."""
    return "{" + ", ".join(f'"{name}": "..."' for name in face.ways[0]) + "}"


def _jq(face: Face) -> str:
    """Out: a shell line that makes that object of an open value and a secret in a file."""
    secret = {field.name: field.secret for field in face.fields}
    given = (f"--rawfile {name} FILE" if secret[name] else f"--arg {name} VALUE" for name in face.ways[0])
    return f"jq -n {' '.join(given)} '$ARGS.named'"


AUTH = f"""Store, show and remove the credentials of an account, in the operating system's keyring.

\b
Examples:
  cancel auth login {FACE.name:<30} asks for each field, secrets hidden
  cancel auth login {FACE.name} --profile bot < keys.json
  cancel auth status --check                       what is set, from where, and does it work
  cancel auth logout {FACE.name}
"""

LOGIN = f"""Store the credentials of a venue after trying them.

\b
Examples:
  cancel auth login {FACE.name}
  cancel auth login {FACE.name + " < keys.json":<30} {login_json(FACE)}
  {_jq(FACE)} | cancel auth login {FACE.name}

Asks on a terminal; a PEM key may be pasted whole. Otherwise reads one JSON object from standard input.
"""

STATUS = f"""Show where each credential comes from; nothing of a secret.

\b
Examples:
  cancel auth status
  cancel auth status {FACE.name + " --check":<29} one harmless authenticated read
  cancel auth status -o json

The first source that has any field gives the whole set: environment, credentials directory, keyring.
--profile NAME means the keyring's account.
Exit 0 means complete: the venue named, or with none named every venue that has any field. Else 6.
"""

LOGOUT = f"""Remove what `auth login` stored.

\b
Example:
  cancel auth logout {FACE.name} --profile bot
"""
