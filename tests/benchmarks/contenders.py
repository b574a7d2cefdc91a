"""The programs that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from environments import CHECKOUT, Environment, plain_environ
from measure import HERE, Program, Server
from table import note

TRUST = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")  # what one or the other of them reads
CCXT = "ccxt>=4.5,<4.6"
UNLIMITED = "100000000"  # requests a minute


@dataclass(frozen=True)
class Contenders:
    """The programs, each in its environment below `folder`."""

    ours: Environment
    py3cw: Environment
    tradernet: Environment
    requests: Environment
    ccxt: Environment
    folder: Path

    @classmethod
    def installed(cls, folder: Path) -> Contenders:
        """Those that are in the folder already stay as they are."""
        packages = {"py3cw": ("py3cw", "pycryptodome"), "tradernet": ("tradernet-sdk",), "requests": ("requests",)}
        packages |= {"ccxt": (CCXT,)}
        made = {}
        for name, wanted in {"ours": (f"{CHECKOUT}[ccxt]",), **packages}.items():
            if not (folder / name).is_dir():
                note(f"installing {', '.join(wanted) if name != 'ours' else 'this checkout'} ...")
            made[name] = Environment(folder / name, *wanted)
        (folder / "home").mkdir(exist_ok=True)
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

    def peer(
        self, environment: Environment, script: str, server: Server, *, requests: int, stdin: Path | None = None
    ) -> Program:
        """Another program that does the same."""
        return Program((environment.python, str(HERE / "peers" / script)), self._environ(server), requests, stdin)

    def curl(self, server: Server) -> Program:
        """The physical limit: the cancel of a SmartTrade, its headers made beforehand."""
        command = ("curl", "-sS", "-X", "DELETE", "-H", "Apikey: throwaway-key", "-H", f"Signature: {'0' * 64}")
        url = f"{server.url}/public/api/v2/smart_trades/30404547"
        return Program((*command, url), self._environ(server), requests=1)

    def bare(self, server: Server) -> Program:
        """The interpreter alone."""
        return Program((self.ours.python, "-c", "pass"), self._environ(server))

    def _environ(self, server: Server) -> dict[str, str]:
        kept = {name: value for name, value in plain_environ().items() if not name.startswith(("CANCEL_", "XDG_"))}
        return kept | {
            "HOME": str(self.folder / "home"),
            "BENCHMARK_URL": server.url,
            **(dict.fromkeys(TRUST, server.trust) if server.trust else {}),
            "CANCEL_3COMMAS_URL": server.url,
            "CANCEL_3COMMAS_API_KEY": "throwaway-key",
            "CANCEL_3COMMAS_API_SECRET": "throwaway-secret",
            "CANCEL_NEURATRADE_URL": server.url,
            "CANCEL_NEURATRADE_TOKEN": "throwaway-token",
            "CANCEL_TANX_URL": server.url,
            "CANCEL_TANX_ACCESS_TOKEN": "throwaway-access",
            "CANCEL_TANX_REFRESH_TOKEN": "throwaway-refresh",
            "CANCEL_BINANCE_URL": server.url,
            "CANCEL_BINANCE_API_KEY": "throwaway-key",
            "CANCEL_BINANCE_API_SECRET": "throwaway-secret",
            "CANCEL_TRADERNET_URL": server.url,
            "CANCEL_TRADERNET_PUBLIC_KEY": "throwaway-public",
            "CANCEL_TRADERNET_PRIVATE_KEY": "throwaway-private",
        }

    def versions(self) -> str:
        """Out: what was compared."""
        pairs = (
            (self.ours, "ordercancel"), (self.py3cw, "py3cw"),
            (self.tradernet, "tradernet-sdk"), (self.requests, "requests"), (self.ccxt, "ccxt"),
        )  # fmt: skip
        return ", ".join(f"{package} {environment.version(package)}" for environment, package in pairs)
