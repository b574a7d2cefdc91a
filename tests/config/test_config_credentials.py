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


TOKENS = ("access_token", "refresh_token")


def fails(credentials: Credentials) -> CredentialsError:
    with pytest.raises(CredentialsError) as caught:
        credentials.complete()
    assert caught.value.message.count("\n") == 1
    return caught.value


def test_the_first_source_with_any_field_gives_the_whole_set(make: Make, put: Put, folder: Path) -> None:
    put(access_token="stored", refresh_token="stored", wallet_key="stored")
    assert (make().complete(), make().source) == (TOKENS, Source.KEYRING)
    assert text(make(), "wallet_key") == "stored"  # another way of the same account
    (folder / "cancel_acme_wallet_key").write_text("filed\n")
    filed = make()
    assert (filed.complete(), filed.source) == (("wallet_key",), Source.DIRECTORY)
    assert [text(filed, field) for field in ("wallet_key", *TOKENS)] == ["filed", None, None]
    given = make(email="a@example.com", password="p")
    assert (given.complete(), given.source) == (("email", "password"), Source.ENVIRONMENT)
    assert [text(given, field) for field in ("password", "wallet_key", *TOKENS)] == ["p", None, None, None]


def test_a_profile_that_was_typed_is_the_keyrings_account(make: Make, put: Put, folder: Path, backend: Any) -> None:
    put("bot", wallet_key="stored")
    (folder / "cancel_acme_wallet_key").write_text("filed\n")
    typed = make("bot", named=True, wallet_key="set")
    assert (typed.complete(), typed.source, text(typed, "wallet_key")) == (("wallet_key",), Source.KEYRING, "stored")
    assert text(make("bot", wallet_key="set"), "wallet_key") == "set"  # CANCEL_PROFILE
    error = fails(make("default", named=True, wallet_key="set"))
    assert error.message == (
        "acme, profile default: missing access_token and refresh_token (or instead wallet_key, or email and "
        "password) in the keyring.\nThe environment has a complete set, which is not asked when --profile is typed: "
        "leave out --profile default to use it"
    )
    assert error.source is None
    error = fails(make("job", named=True, password="p"))
    assert error.message.startswith("acme, profile job: missing access_token and refresh_token (or instead ")
    assert "The credentials directory has a complete set, which" in error.message
    assert error.message.endswith("use CANCEL_PROFILE=job in its place to use it")


def test_a_typed_profile_asks_for_no_directory(make: Make, put: Put, folder: Path) -> None:
    put(wallet_key="stored")
    folder.rmdir()
    assert make(named=True).complete() == ("wallet_key",)
    assert make(wallet_key="set").complete() == ("wallet_key",)
    assert fails(make()).message == (
        f"acme, profile default, in the credentials directory: $CREDENTIALS_DIRECTORY does not exist: {folder}.\n"
        "Correct it, or take it away: the keyring has a complete set for profile default"
    )
    assert make().source is Source.DIRECTORY


def test_half_a_set_is_not_filled_up_from_elsewhere(make: Make, put: Put, folder: Path) -> None:
    put(access_token="stored", refresh_token="stored")
    error = fails(make(access_token="CANARY"))
    assert error.message == (
        "acme, profile default: the environment has access_token; missing there: refresh_token (or instead "
        "wallet_key, or email and password).\nThe keyring has a complete set for profile default: "
        "unset CANCEL_ACME_ACCESS_TOKEN to use it, or add --profile default"
    )
    assert error.source == "environment"
    (folder / "cancel_acme_email").write_text("a@example.com")
    error = fails(make())
    assert "the credentials directory has email; missing there: password (or instead access_token" in error.message
    assert "remove cancel_acme_email from $CREDENTIALS_DIRECTORY to use it, or add --profile def" in error.message
    assert error.source == "directory"
    (folder / "cancel_acme_password").write_text("p")
    message = fails(make(access_token="a")).message
    assert message.endswith(
        "The credentials directory has a complete set for profile default: unset CANCEL_ACME_ACCESS_TOKEN to use it"
    )


def test_half_a_set_without_a_whole_one_anywhere(make: Make, put: Put, folder: Path, backend: Any) -> None:
    assert fails(make(email="a@example.com")).message.endswith(
        "\nSet CANCEL_ACME_PASSWORD as well, or unset CANCEL_ACME_EMAIL and run: cancel auth login acme"
    )
    put("job", refresh_token="r")
    error = fails(make("job"))
    assert error.message.startswith(
        "acme, profile job: the keyring has refresh_token; missing there: access_token (or "
    )
    assert error.message.endswith("\nRun: cancel auth login acme --profile job")
    assert error.source == "keyring"
    backend.fault = KeyringProblem("the keyring is locked (x)", lasting=True)
    message = fails(make(email="a@example.com")).message
    assert "or wallet_key); the keyring is locked (x).\n" in message
    assert message.endswith("or unset CANCEL_ACME_EMAIL and unlock the keyring and run this again")


def test_the_half_of_another_way_is_not_used(make: Make, put: Put) -> None:
    """A complete way of the same source is; an access token alone is nobody's."""
    given = make(access_token="a", wallet_key="w", email="x@example.com")
    assert given.complete() == ("wallet_key",)
    assert [text(given, field) for field in (*TOKENS, "wallet_key", "email")] == [None, None, "w", None]
    put(password="p", wallet_key="w")
    assert make().complete() == ("wallet_key",)
    assert make().get("password") is None


def test_a_set_complete_in_the_environment_never_asks_the_keyring(make: Make, backend: Any, folder: Path) -> None:
    credentials = make(email="a@example.com", password="p")
    assert credentials.complete() == ("email", "password")
    assert text(credentials, "access_token") is None
    assert text(credentials, "wallet_key") is None
    assert credentials.refused() == (
        "email and password of profile default came from the environment (CANCEL_ACME_EMAIL and "
        "CANCEL_ACME_PASSWORD): renew there what is wrong or expired"
    )
    assert credentials.source is Source.ENVIRONMENT
    (folder / "cancel_acme_wallet_key").write_text("w")
    filed = make()
    assert filed.complete() == ("wallet_key",)
    assert "came from the credentials directory (cancel_acme_wallet_key): renew" in filed.refused()
    assert backend.asked == []


def test_what_is_refused_from_the_keyring_is_logged_in_again(make: Make, put: Put) -> None:
    put("bot", wallet_key="w")
    assert make("bot").refused() == (
        "wallet_key of profile bot came from the keyring: to replace what is stored, run: cancel auth login acme "
        "--profile bot"
    )


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


def test_both_ways_of_one_source_are_there_to_fall_back_on(make: Make, put: Put) -> None:
    put(wallet_key="stranger's")
    credentials = make(access_token="a", refresh_token="r", wallet_key="k")
    assert credentials.complete() == TOKENS
    assert text(credentials, "wallet_key") == "k"
    assert credentials.refused().startswith("access_token, refresh_token and wallet_key of profile default came from")
    assert text(make(access_token="a", refresh_token="r"), "wallet_key") is None


def test_profiles_have_their_own_entries(make: Make, put: Put) -> None:
    put("work", wallet_key="w")
    assert make("work").complete() == ("wallet_key",)
    with pytest.raises(CredentialsError):
        make().complete()


def test_what_is_missing_is_named_three_ways(make: Make) -> None:
    """The preferred set first, however many fields it has."""
    error = fails(make("work"))
    assert error.message == (
        "acme, profile work: missing access_token and refresh_token (or instead wallet_key, or email and password).\n"
        "Set CANCEL_ACME_ACCESS_TOKEN and CANCEL_ACME_REFRESH_TOKEN, or provide cancel_acme_access_token and "
        "cancel_acme_refresh_token in $CREDENTIALS_DIRECTORY, or run: cancel auth login acme --profile work"
    )
    assert error.source is None


def test_every_missing_field_of_the_nearest_set(make: Make, keyring: Any) -> None:
    credentials = Credentials(
        "acme", "default", fields=(), ways=(("public", "private"),), environ={}, keyring=keyring
    )
    with pytest.raises(CredentialsError) as caught:
        credentials.complete()
    assert "missing public and private." in caught.value.message
    assert "CANCEL_ACME_PUBLIC and CANCEL_ACME_PRIVATE" in caught.value.message
    assert "cancel_acme_public and cancel_acme_private in $CREDENTIALS_DIRECTORY" in caught.value.message


@pytest.mark.parametrize("named", [False, True])
def test_what_a_locked_keyring_holds_is_not_missing(make: Make, backend: Any, named: bool) -> None:
    backend.fault = KeyringProblem("the keyring is locked (x)", lasting=True)
    error = fails(make(named=named))
    assert "missing" not in error.message
    assert "login" not in error.message
    assert error.message.startswith(
        "acme, profile default: the keyring is locked (x), so what is stored there cannot be used.\n"
        "Unlock the keyring and run this again"
    )
    assert ("leave out --profile default and set CANCEL_ACME_ACCESS" in error.message) == named
    assert "set CANCEL_ACME_ACCESS_TOKEN and CANCEL_ACME_REFRESH_TOKEN, or provide cancel_acme_acc" in error.message
    assert error.source is None
    assert len(backend.asked) == 1


def test_a_keyring_that_falls_silent_half_way_is_replaced_by_a_whole_set(make: Make, put: Put, backend: Any) -> None:
    put(access_token="a", refresh_token="r")
    credentials = make()
    credentials.complete()
    backend.fault = KeyringProblem("the keyring did not answer", lasting=True)
    del credentials._found[Source.KEYRING, "refresh_token"]  # as if it had been silent by then
    message = fails(credentials).message
    assert "missing" not in message
    assert "set CANCEL_ACME_ACCESS_TOKEN and CANCEL_ACME_REFRESH_TOKEN, or" in message


def test_unlocking_goes_before_another_account(make: Make, backend: Any) -> None:
    backend.fault = KeyringProblem("the keyring is locked (x)", lasting=True)
    message = fails(make("bot", named=True, wallet_key="w")).message
    assert message.endswith("Unlock the keyring and run this again, or use CANCEL_PROFILE=bot in its place")


@pytest.mark.parametrize("named", [False, True])
def test_without_a_keyring_it_is_missing_and_none_can_be_unlocked(make: Make, backend: Any, named: bool) -> None:
    backend.fault = KeyringProblem("there is no keyring here", lasting=True, absent=True)
    message = fails(make("job", named=named)).message
    where = " in the keyring" if named else ""
    assert f"or email and password){where}; there is no keyring here.\n" in message
    assert "nlock" not in message
    for part in ("et CANCEL_ACME_ACCESS_TOKEN and CANCEL", "nstall a keyring and run: cancel auth login acme --prof"):
        assert part in message
    assert ("use CANCEL_PROFILE=job in its place" in message) == named


def test_a_keyring_that_failed_does_no_harm_when_it_is_not_needed(make: Make, backend: Any) -> None:
    backend.fault = KeyringProblem("silent", lasting=True)
    credentials = make(access_token="a", refresh_token="r")
    credentials.complete()
    assert credentials.get("wallet_key") is None


@pytest.mark.parametrize("field", ["wallet_key", "access_token"])
def test_a_malformed_variable_is_refused_by_name(make: Make, field: str) -> None:
    """Also where another way is complete: whoever set it means it."""
    with pytest.raises(CredentialsError) as caught:
        make(**{"email": "a@example.com", "password": "p", field: "CAN ARY"}).complete()
    assert f"CANCEL_ACME_{field.upper()} holds white space" in caught.value.message
    assert "ARY" not in caught.value.message.replace("CANCEL_ACME", "")
    assert caught.value.source == "environment"


@pytest.mark.parametrize("field", ["wallet_key", "access_token"])
def test_an_empty_variable_counts_as_set(make: Make, put: Put, folder: Path, field: str) -> None:
    put(wallet_key="stored")
    name = f"cancel_acme_{field}"
    message = fails(make(**{field: ""})).message
    assert message == (
        f"acme, profile default, in the environment: {name.upper()} is set, and empty.\n"
        "Correct it, or take it away: the keyring has a complete set for profile default"
    )
    assert (
        f"{name.upper()} is set, and empty" in fails(make(**{field: "", "email": "a@b.com", "password": "p"})).message
    )
    (folder / name).write_text("\n")
    assert f"{folder / name} is set, and empty" in fails(make()).message
    assert make(wallet_key="w").complete() == ("wallet_key",)  # that source is not asked


def test_a_malformed_keyring_entry_is_refused_by_name(make: Make, put: Put) -> None:
    put(wallet_key="CAN ARY")
    put(access_token="a", refresh_token="r")
    message = fails(make()).message
    assert "keyring entry cancel:acme:default wallet_key holds white" in message
    assert message.endswith("\nTo store it anew, run: cancel auth login acme")


def test_renewed_tokens_go_back_into_the_keyring(make: Make, put: Put, backend: Any) -> None:
    put(access_token="a1", refresh_token="r1")
    credentials = make()
    credentials.complete()
    assert credentials.store({"access_token": Secret("a2"), "refresh_token": Secret("r2")})
    assert backend.entries["cancel:acme:default", "refresh_token"] == "r2"
    assert text(credentials, "access_token") == "a2"


def test_tokens_from_elsewhere_are_not_stored(make: Make, put: Put, backend: Any) -> None:
    put(access_token="hidden", refresh_token="hidden")
    credentials = make(access_token="a1", refresh_token="r1")
    before = dict(backend.entries)
    assert not credentials.store({"refresh_token": Secret("r2"), "access_token": Secret("a2")})
    assert not make().store({"wallet_key": Secret("w")})
    assert backend.entries == before


def test_a_keyring_that_cannot_store_is_no_exception(make: Make, put: Put, backend: Any) -> None:
    put(access_token="a1", refresh_token="r1")
    credentials = make()
    credentials.complete()
    backend.fault = RuntimeError("read-only CANARY")
    assert not credentials.store({"access_token": Secret("CANARY")})
    assert text(credentials, "access_token") == "a1"


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


def test_reload_keeps_to_the_source_in_use(make: Make, put: Put, backend: Any) -> None:
    put(wallet_key="w", access_token="stored", refresh_token="stored")
    credentials = make(access_token="a", refresh_token="r")
    credentials.complete()
    assert credentials.reload("wallet_key") is None
    given = credentials.reload("access_token")
    assert given is not None
    assert given.reveal() == "a"
    assert backend.asked == []


def test_status_says_what_is_used_and_who_else_has_it(make: Make, put: Put, folder: Path) -> None:
    put(access_token="stored", refresh_token="stored")
    (folder / "cancel_acme_access_token").write_text("filed")
    status = make(access_token="set", email="trader@example.com", wallet_key="a b").sources()
    assert status == [
        FieldStatus("access_token", Source.ENVIRONMENT, "***", (Source.DIRECTORY, Source.KEYRING)),
        FieldStatus("refresh_token", Source.MISSING, "", (Source.KEYRING,)),
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
    typed = make(named=True, access_token="set").sources()
    assert typed[:3] == [
        FieldStatus("access_token", Source.KEYRING, "***", (Source.ENVIRONMENT, Source.DIRECTORY)),
        FieldStatus("refresh_token", Source.KEYRING, "***"),
        FieldStatus("wallet_key", Source.MISSING, "", needed=False),
    ]


@pytest.mark.parametrize(("value", "masked"), [("a@b.com", ""), ("a@bc.com", "….com")])
def test_short_public_values_show_nothing(make: Make, value: str, masked: str) -> None:
    assert make(email=value).sources()[3].masked == masked


def test_the_source_is_missing_only_where_no_source_has_any(make: Make, put: Put) -> None:
    assert make().source is Source.MISSING
    assert not make(email="x@y").is_stored()
    assert make(email="x@y").source is Source.ENVIRONMENT
    assert make(named=True, email="x@y").source is Source.MISSING
    put(wallet_key="a b")
    assert make().source is Source.KEYRING
    assert make(email="x@y").is_stored()


def test_lock_is_that_of_the_venue_and_profile(make: Make, tmp_path: Path) -> None:
    with make("work").lock(0) as held, make("work").lock(0) as second, make().lock(0) as other:
        assert (held, second, other) == (True, False, True)
    assert (tmp_path / ".local/state/cancel/refresh-acme-work.lock").exists()


def _root() -> Path:
    return Path(__file__).parents[2]
