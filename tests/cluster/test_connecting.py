"""Whoever answers at an address and is no cluster is told apart from one, and nothing waits for ever."""

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
    """A server that says what it is told to; give its address."""
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
def test_something_else_that_answers_is_no_cluster(listening, data, words):
    address = listening(data)
    with pytest.raises(OutputError, match=f"--ray {address}: {words}"), connection_to(Cluster(address), 1):
        pass


def test_without_a_cluster_here_auto_says_how_to_start_one(monkeypatch):
    """Ray is stood in for: it would find the clusters of other tests, which run at the same time."""

    def none(**_):
        raise ConnectionError("Could not find any running Ray instance.")

    monkeypatch.setattr("ray.init", none)
    with (
        pytest.raises(OutputError, match="no cluster runs on this machine"),
        connection_to(Cluster("auto"), 1),
    ):
        pass


def test_ray_client_is_named_where_it_is_missing(listening, monkeypatch):
    monkeypatch.setitem(sys.modules, "grpc", None)
    address = "ray://" + listening(bytes(3) + b"\x04" + bytes(5))
    with pytest.raises(OutputError, match=r"pip install 'ray\[client\]'"), connection_to(Cluster(address), 1):
        pass
