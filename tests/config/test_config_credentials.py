"""Which source wins, when the keyring is asked, what an error says, and where renewed tokens go."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.credentials import Credentials, FieldStatus
from config.errors import CredentialsError
from config.keyring_store import KeyringProblem
from config.sources import Source
from ordercancel.secret import Secret

Make = Callable[..., Credentials]
Put = Callable[..., None]


def text(credentials: Credentials, field: str) -> str | None:
    secret = credentials.get(field)
    return secret.reveal() if secret else None


def test_first_hit_wins_field_by_field(make: Make, put: Put, folder: Path) -> None:
    put(wallet_key="stored", access_token="stored", refresh_token="stored")
    (folder / "cancel_acme_access_token").write_text("filed\n")
    (folder / "cancel_acme_wallet_key").write_text("filed\n")
    credentials = make(wallet_key="set")
    assert text(credentials, "wallet_key") == "set"
    assert text(credentials, "access_token") == "filed"
    assert text(credentials, "refresh_token") == "stored"
    assert text(credentials, "email") is None


def test_a_set_complete_without_the_keyring_never_asks_it(make: Make, backend: Any, folder: Path) -> None:
    (folder / "cancel_acme_password").write_text("p")
    credentials = make(email="a@example.com")
    assert credentials.complete() == ("email", "password")
    assert text(credentials, "password") == "p"
    assert text(credentials, "access_token") is None  # a preferred set, passed over
    assert text(credentials, "wallet_key") is None
    assert backend.asked == []


def test_the_keyring_is_not_even_imported_then() -> None:
    code = (
        "import sys\n"
        "from config.credentials import Credentials\n"
        "from config.keyring_store import KeyringStore\n"
        "c = Credentials('acme', 'default', fields=(), ways=(('a',),), environ={'CANCEL_ACME_A': 'x'},"
        " keyring=KeyringStore())\n"
        "c.complete()\n"
        "heavy = {'keyring', 'platformdirs', 'tomllib', 'requests', 'pydantic'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=_root(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_set_that_comes_later_is_still_there_to_fall_back_on(make: Make, put: Put) -> None:
    put(wallet_key="k")
    credentials = make(access_token="a", refresh_token="r")
    assert credentials.complete() == ("access_token", "refresh_token")
    assert text(credentials, "wallet_key") == "k"


def test_the_keyring_fills_what_is_missing_and_stops_when_a_set_is_complete(
    make: Make, put: Put, backend: Any
) -> None:
    put(refresh_token="r", wallet_key="w")
    credentials = make(access_token="a")
    assert credentials.complete() == ("access_token", "refresh_token")
    assert backend.asked == [("cancel:acme:default", "refresh_token")]


def test_profiles_have_their_own_entries(make: Make, put: Put) -> None:
    put("work", wallet_key="w")
    assert make("work").complete() == ("wallet_key",)
    with pytest.raises(CredentialsError):
        make().complete()


def test_what_is_missing_is_named_three_ways(make: Make) -> None:
    with pytest.raises(CredentialsError) as caught:
        make("work", email="a@example.com", access_token="CANARY").complete()
    message = caught.value.message
    assert message.startswith("acme, profile work: missing refresh_token (or instead wallet_key, or password).")
    assert "Set CANCEL_ACME_REFRESH_TOKEN, or provide cancel_acme_refresh_token in $CREDENTIALS_DIR" in message
    assert message.endswith("or run: cancel auth login acme --profile work")
    assert "CANARY" not in message
    assert message.count("\n") == 1


def test_every_missing_field_of_the_nearest_set(make: Make, keyring: Any) -> None:
    credentials = Credentials(
        "acme", "default", fields=(), ways=(("public", "private"),), environ={}, keyring=keyring
    )
    with pytest.raises(CredentialsError) as caught:
        credentials.complete()
    assert "missing public and private." in caught.value.message
    assert "CANCEL_ACME_PUBLIC and CANCEL_ACME_PRIVATE" in caught.value.message
    assert "cancel_acme_public and cancel_acme_private in $CREDENTIALS_DIRECTORY" in caught.value.message


def test_a_keyring_that_failed_says_how(make: Make, backend: Any) -> None:
    backend.fault = KeyringProblem("the keyring is locked (x)", lasting=True)
    credentials = make()
    with pytest.raises(CredentialsError, match=r"; the keyring is locked \(x\)\.\n"):
        credentials.complete()
    assert len(backend.asked) == 1
    assert credentials.keyring_problem == "the keyring is locked (x)"


def test_a_keyring_that_failed_does_no_harm_when_it_is_not_needed(make: Make, backend: Any) -> None:
    backend.fault = KeyringProblem("silent", lasting=True)
    credentials = make(access_token="a", refresh_token="r")
    credentials.complete()
    assert credentials.get("wallet_key") is None


@pytest.mark.parametrize("field", ["wallet_key", "access_token"])
def test_a_malformed_variable_is_refused_by_name(make: Make, field: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        make(**{"email": "a@example.com", "password": "p", field: "CAN ARY"}).complete()
    assert f"CANCEL_ACME_{field.upper()} holds white space" in caught.value.message
    assert "ARY" not in caught.value.message.replace("CANCEL_ACME", "")


def test_a_malformed_keyring_entry_is_refused_by_name(make: Make, put: Put) -> None:
    put(wallet_key="CAN ARY")
    with pytest.raises(CredentialsError, match="keyring entry cancel:acme:default wallet_key holds white"):
        make().complete()


def test_renewed_tokens_go_back_into_the_keyring(make: Make, put: Put, backend: Any) -> None:
    put(access_token="a1", refresh_token="r1")
    credentials = make()
    credentials.complete()
    assert credentials.store({"access_token": Secret("a2"), "refresh_token": Secret("r2")})
    assert credentials.store_problem is None
    assert backend.entries["cancel:acme:default", "refresh_token"] == "r2"
    assert text(credentials, "access_token") == "a2"


def test_tokens_from_elsewhere_are_not_stored(make: Make, put: Put, backend: Any) -> None:
    put(access_token="hidden", refresh_token="r1")
    credentials = make(access_token="a1")
    before = dict(backend.entries)
    assert not credentials.store({"refresh_token": Secret("r2"), "access_token": Secret("a2")})
    assert credentials.store_problem == "access_token did not come from the keyring (environment)"
    assert backend.entries == before
    assert not make().store({"wallet_key": Secret("w")})


def test_a_keyring_that_cannot_store_is_no_exception(make: Make, put: Put, backend: Any) -> None:
    put(access_token="a1", refresh_token="r1")
    credentials = make()
    credentials.complete()
    backend.fault = RuntimeError("read-only CANARY")
    assert not credentials.store({"access_token": Secret("CANARY")})
    assert credentials.store_problem is not None
    assert "the keyring failed" in credentials.store_problem
    assert "CANARY" not in credentials.store_problem


def test_reload_sees_what_another_process_stored(make: Make, put: Put, backend: Any) -> None:
    put(access_token="a1", refresh_token="r1")
    credentials = make()
    credentials.complete()
    put(access_token="a2")
    assert text(credentials, "access_token") == "a1"
    reloaded = credentials.reload("access_token")
    assert reloaded is not None
    assert reloaded.reveal() == "a2"
    assert text(credentials, "access_token") == "a2"
    backend.fault = RuntimeError("gone")
    kept = credentials.reload("access_token")
    assert kept is not None
    assert kept.reveal() == "a2"


def test_reload_asks_the_keyring_for_a_set_that_was_passed_over(make: Make, put: Put) -> None:
    put(wallet_key="w")
    credentials = make(email="a@example.com", password="p", access_token="a")
    credentials.complete()
    assert credentials.get("wallet_key") is None
    assert credentials.reload("wallet_key") is not None
    given = credentials.reload("access_token")
    assert given is not None
    assert given.reveal() == "a"


def test_status_says_where_from_and_what_is_hidden(make: Make, put: Put, folder: Path) -> None:
    put(access_token="stored", refresh_token="stored")
    (folder / "cancel_acme_access_token").write_text("filed")
    status = make(access_token="set", email="trader@example.com", wallet_key="a b").sources()
    assert status == [
        FieldStatus("access_token", Source.ENVIRONMENT, "***", (Source.DIRECTORY, Source.KEYRING)),
        FieldStatus("refresh_token", Source.KEYRING, "***"),
        FieldStatus(
            "wallet_key",
            Source.ENVIRONMENT,
            "",
            (),
            "CANCEL_ACME_WALLET_KEY holds white space or a control character inside",
        ),
        FieldStatus("email", Source.ENVIRONMENT, "….com"),
        FieldStatus("password", Source.MISSING, ""),
    ]


@pytest.mark.parametrize(("value", "masked"), [("a@b.com", ""), ("a@bc.com", "….com")])
def test_short_public_values_show_nothing(make: Make, value: str, masked: str) -> None:
    assert make(email=value).sources()[3].masked == masked


def test_completeness_for_status(make: Make, put: Put) -> None:
    assert not make().has_any()
    assert make(email="x@y").has_any()
    assert not make(email="x@y").is_complete()
    assert not make(wallet_key="a b").is_complete()
    put(wallet_key="w")
    assert make().is_complete()


def test_lock_is_that_of_the_venue_and_profile(make: Make, tmp_path: Path) -> None:
    with make("work").lock(0) as held, make("work").lock(0) as second, make().lock(0) as other:
        assert (held, second, other) == (True, False, True)
    assert (tmp_path / ".local/state/cancel/refresh-acme-work.lock").exists()


def _root() -> Path:
    return Path(__file__).parents[2]
