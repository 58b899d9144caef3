"""Connection to a Ray cluster: an existing one, or a new one on this machine for the length of a run."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorfix.cluster.storage.uris import host_of, is_cluster_address
from colorfix.core.errors import OutputError, SettingError
from colorfix.core.stderr import silenced_stderr
from colorfix.core.text import one_line, printable
from colorfix.core.threads import usable_cores

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE, _ANY = "local", "auto"
_PATIENCE = 10.0  # seconds for a cluster to answer
_FRAME, _SETTINGS = 9, b"\x04"  # bytes of a frame's head in HTTP/2; the kind of frame that comes first
_STORE = 256 << 20  # bytes: rows are small
_QUIET = {"RAY_BACKEND_LOG_LEVEL": "fatal", "RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}


@dataclass(frozen=True)
class Cluster:
    """Address of a cluster, from the command line.

    Attributes:
        address: ``HOST:PORT``, ``ray://HOST:PORT``, ``auto`` for one that runs on this machine, ``local``
            for a new one on this machine; empty for that of ``RAY_ADDRESS``, or a new one if that is unset.
        verbose: print Ray's own messages.
    """

    address: str = ""
    verbose: bool = False

    def __post_init__(self) -> None:
        if self.address and not is_cluster_address(self.address):
            raise SettingError(
                f"--ray={printable(self.address)} is no cluster's address; "
                "write --ray=HOST:PORT, or --ray alone"
            )

    @property
    def location(self) -> tuple[str, str]:
        """Address for Ray, and the option or variable that it comes from."""
        if self.address:
            return self.address, f"--ray {printable(self.address)}"
        address = os.environ.get("RAY_ADDRESS")
        return (address, f"RAY_ADDRESS={printable(address)}") if address else (_HERE, "--ray")

    def check_reachable(self) -> None:
        """Check that a gRPC server listens there: Ray itself would retry for minutes, or forever.

        Raises:
            OutputError: none does.
        """
        address, name = self.location
        host = host_of(address)
        if host is None:
            return
        try:
            with socket.create_connection(host, _PATIENCE) as connection:
                answer = _SETTINGS if os.environ.get("RAY_USE_TLS") == "1" else _http2_reply(connection)
        except (OSError, OverflowError) as error:
            reason = f"does not answer ({one_line(error)}); check the address, and that the cluster runs"
            raise OutputError(name, reason) from error
        if answer != _SETTINGS:
            reason = "is no Ray cluster; give the port of its head, 6379 by default"
            raise OutputError(name, reason)


@contextmanager
def connection_to(cluster: Cluster, workers: int | None) -> Iterator[int]:
    """Connect to a cluster, or start one, and yield the number of actors.

    Args:
        cluster: its address.
        workers: number of actors; None is one a core.

    Raises:
        OutputError: it cannot be reached or started.
    """
    for name, value in {} if cluster.verbose else _QUIET.items():
        os.environ.setdefault(name, value)
    import ray

    address, name = cluster.location
    cluster.check_reachable()
    closed = sys.stderr is None
    if closed:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end: Ray prints to it
    ending = signal.getsignal(signal.SIGTERM)
    level = logging.INFO if cluster.verbose else logging.CRITICAL
    new: dict[str, Any] = {}
    if address == _HERE:
        new = {
            "num_cpus": workers or usable_cores(),
            "object_store_memory": _STORE,
            "include_dashboard": False,
        }
    settings = {"address": address, "log_to_driver": cluster.verbose, "logging_level": level, **new}
    # In the main thread Ray would handle SIGTERM itself, and a signal would end it half started. The thread
    # lives as long as the cluster: Ray's processes end with the thread that started them.
    with ThreadPoolExecutor(1) as starting:
        begun = starting.submit(ray.init, **settings)
        try:
            quiet = nullcontext() if cluster.verbose or closed else silenced_stderr()
            with warnings.catch_warnings(action="ignore"), quiet:
                try:
                    begun.result()
                finally:
                    wait([begun])
            signal.signal(
                signal.SIGTERM, ending
            )  # Ray's libraries replace it by one that exits without unwinding
            resources: dict[str, float] = ray.cluster_resources()
            yield workers or max(1, int(resources.get("CPU", 1)))
        except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
            if ray.is_initialized():
                raise
            raise OutputError(name, _reason(address, error)) from error
        finally:
            ray.shutdown()


def _reason(address: str, error: Exception) -> str:
    if address == _ANY and isinstance(error, ConnectionError):
        return "no cluster runs on this machine; start one with 'ray start --head', or write --ray alone"
    if address.startswith("ray://") and find_spec("grpc") is None:
        return "needs Ray Client: pip install 'ray[client]'"
    return f"cannot be used ({one_line(error)})"


def _http2_reply(connection: socket.socket) -> bytes:
    """Send HTTP/2's preface, and return the type of the first frame of the answer (RFC 9113, section 3.4)."""
    connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + _SETTINGS + bytes(5))
    with connection.makefile("rb") as answer:
        return answer.read(_FRAME)[3:4]
