"""A server that is not a Ray cluster is recognized, and no connection waits forever."""

from __future__ import annotations

import socket
import sys
from threading import Thread

import pytest

from colorfix.cluster import connect
from colorfix.cluster.connect import Cluster, connection_to
from colorfix.core.errors import OutputError


@pytest.fixture
def listening(monkeypatch):
    """Start a server with a given answer; yield its address."""
    monkeypatch.setattr(connect, "_PATIENCE", 1.0)
    server = socket.create_server(("127.0.0.1", 0))

    def answer(data: bytes) -> str:
        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(data)
                connection.recv(1000)  # until the other side has had enough

        Thread(target=serve, daemon=True).start()
        return f"127.0.0.1:{server.getsockname()[1]}"

    yield answer
    server.close()


@pytest.mark.parametrize(
    ("data", "words"), [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "is no Ray cluster"), (b"", "does not answer")]
)
def test_another_server_is_not_taken_for_a_cluster(listening, data, words):
    address = listening(data)
    with pytest.raises(OutputError, match=f"--ray {address}: {words}"), connection_to(Cluster(address), 1):
        pass


def test_auto_without_a_cluster_names_the_command_that_starts_one(monkeypatch):
    """Ray is stood in for: it would find the clusters of other tests, which run at the same time."""

    def none(**_):
        raise ConnectionError("Could not find any running Ray instance.")

    monkeypatch.setattr("ray.init", none)
    with (
        pytest.raises(OutputError, match="no cluster runs on this machine"),
        connection_to(Cluster("auto"), 1),
    ):
        pass


def test_a_missing_ray_client_is_named(listening, monkeypatch):
    monkeypatch.setitem(sys.modules, "grpc", None)
    address = "ray://" + listening(bytes(3) + b"\x04" + bytes(5))
    with pytest.raises(OutputError, match=r"pip install 'ray\[client\]'"), connection_to(Cluster(address), 1):
        pass
