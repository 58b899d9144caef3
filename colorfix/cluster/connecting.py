"""A cluster of Ray: one that is there, or one of this machine for the length of a run."""

from __future__ import annotations

import logging
import os
import signal
import socket
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colorfix.cluster.uris import host_of, is_address
from colorfix.errors import OutputError, SettingError
from colorfix.folder.budget import usable_cores
from colorfix.wording import said, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE, _STDERR = "local", 2
_PATIENCE = 10.0  # seconds for a cluster to answer
_STORE = 256 << 20  # bytes: rows are small
_QUIET = {"RAY_BACKEND_LOG_LEVEL": "fatal", "RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}


@dataclass(frozen=True)
class Cluster:
    """Which cluster, as the command line says.

    Attributes:
        address: ``HOST:PORT``, ``ray://HOST:PORT``, ``auto`` for one that runs on this machine, ``local``
            for a new one of this machine alone; empty for the one that ``RAY_ADDRESS`` names, else a new one.
        talking: whether Ray may say what it does.
    """

    address: str = ""
    talking: bool = False

    def __post_init__(self) -> None:
        if self.address and not is_address(self.address):
            raise SettingError(
                f"--ray={shown(self.address)} is no cluster's address; write --ray=HOST:PORT, or --ray alone"
            )


@contextmanager
def connected(cluster: Cluster, workers: int | None) -> Iterator[int]:
    """Connect to a cluster, or start one; give how many actors it is to have.

    Args:
        cluster: which.
        workers: how many were asked for; None is one a core.

    Raises:
        OutputError: it cannot be reached or started.
    """
    for name, value in {} if cluster.talking else _QUIET.items():
        os.environ.setdefault(name, value)
    import ray  # noqa: PLC0415 - takes its time

    address = cluster.address or os.environ.get("RAY_ADDRESS") or _HERE
    _refuse_silent(address)
    ending = signal.getsignal(signal.SIGTERM)
    level = logging.INFO if cluster.talking else logging.CRITICAL
    new: dict[str, Any] = {}
    if address == _HERE:
        new = {
            "num_cpus": workers or usable_cores(),
            "object_store_memory": _STORE,
            "include_dashboard": False,
        }
    try:
        with warnings.catch_warnings(action="ignore"), _silenced(talking=cluster.talking):
            ray.init(address=address, log_to_driver=cluster.talking, logging_level=level, **new)
        signal.signal(signal.SIGTERM, ending)  # Ray's own handler ends without unwinding
        there: dict[str, float] = ray.cluster_resources()
        yield workers or max(1, int(there.get("CPU", 1)))
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        if ray.is_initialized():
            raise
        raise OutputError(f"--ray {shown(address)}", f"cannot be used ({said(error)})") from error
    finally:
        ray.shutdown()


@contextmanager
def _silenced(*, talking: bool) -> Iterator[None]:
    """Keep what Ray's own libraries print on stderr from it; what goes wrong is raised."""
    if talking:
        yield
        return
    kept, nowhere = os.dup(_STDERR), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDERR)
    try:
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
        os.close(nowhere)


def _refuse_silent(address: str) -> None:
    """See that somebody listens at an address: Ray itself would try for a minute."""
    host = host_of(address)
    if host is None:
        return
    try:
        socket.create_connection(host, _PATIENCE).close()
    except (OSError, OverflowError) as error:
        reason = f"does not answer ({said(error)}); check the address, and that the cluster runs"
        raise OutputError(f"--ray {shown(address)}", reason) from error
