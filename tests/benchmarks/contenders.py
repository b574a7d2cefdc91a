"""The programs that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from environments import CHECKOUT, Environment, plain_environ
from measure import HERE, Program, Server
from table import note

UNLIMITED = "100000000"  # requests a minute


@dataclass(frozen=True)
class Contenders:
    """The programs, each in its environment below `folder`."""

    ours: Environment
    py3cw: Environment
    tradernet: Environment
    requests: Environment
    folder: Path

    @classmethod
    def installed(cls, folder: Path) -> Contenders:
        packages = {"py3cw": ("py3cw", "pycryptodome"), "tradernet": ("tradernet-sdk",), "requests": ("requests",)}
        made = {}
        for name, wanted in {"ours": (str(CHECKOUT),), **packages}.items():
            note(f"installing {', '.join(wanted) if name != 'ours' else 'this checkout'} ...")
            made[name] = Environment(folder / name, *wanted)
        (folder / "home").mkdir()
        return cls(**made, folder=folder)

    def cancel(
        self, arguments: str, server: Server, *, requests: int, stdin: Path | None = None, unlimited: bool = False
    ) -> Program:
        """The installed `cancel` with these arguments; `unlimited` lifts the budgets of its requests."""
        command = (self.ours.script("cancel"), *arguments.split())
        environ = self._environ(server)
        for venue in ("3COMMAS", "TANX") if unlimited else ():
            environ[f"CANCEL_{venue}_REQUESTS_PER_MINUTE"] = UNLIMITED
        return Program(command, environ, requests, stdin)

    def peer(self, environment: Environment, script: str, server: Server, *, requests: int) -> Program:
        """Another program that does the same."""
        return Program((environment.python, str(HERE / "peers" / script)), self._environ(server), requests)

    def bare(self, server: Server) -> Program:
        """The interpreter alone."""
        return Program((self.ours.python, "-c", "pass"), self._environ(server))

    def _environ(self, server: Server) -> dict[str, str]:
        kept = {name: value for name, value in plain_environ().items() if not name.startswith(("CANCEL_", "XDG_"))}
        return kept | {
            "HOME": str(self.folder / "home"),
            "BENCHMARK_URL": server.url,
            "CANCEL_3COMMAS_URL": server.url,
            "CANCEL_3COMMAS_API_KEY": "throwaway-key",
            "CANCEL_3COMMAS_API_SECRET": "throwaway-secret",
            "CANCEL_NEURATRADE_URL": server.url,
            "CANCEL_NEURATRADE_TOKEN": "throwaway-token",
            "CANCEL_TANX_URL": server.url,
            "CANCEL_TANX_ACCESS_TOKEN": "throwaway-access",
            "CANCEL_TANX_REFRESH_TOKEN": "throwaway-refresh",
            "CANCEL_TRADERNET_URL": server.url,
            "CANCEL_TRADERNET_PUBLIC_KEY": "throwaway-public",
            "CANCEL_TRADERNET_PRIVATE_KEY": "throwaway-private",
        }

    def versions(self) -> str:
        """Out: what was compared."""
        pairs = (
            (self.ours, "ordercancel"), (self.py3cw, "py3cw"),
            (self.tradernet, "tradernet-sdk"), (self.requests, "requests"),
        )  # fmt: skip
        return ", ".join(f"{package} {environment.version(package)}" for environment, package in pairs)
