"""A bucket on a real S3 endpoint of this machine, and the real command on a real Ray cluster."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

pytest.importorskip("ray", reason="the extra 'ray' is not installed")


@dataclass
class Bucket:
    """An S3 bucket of its own for each test.

    Attributes:
        name: of it.
        client: boto3's, which judges what colorfix wrote.
        endpoint: where its server listens.
    """

    name: str
    client: Any
    endpoint: str

    @property
    def uri(self) -> str:
        """Its name for colorfix."""
        return f"s3://{self.name}"

    def put(self, files: dict[str, bytes]) -> None:
        """Put objects into it."""
        for key, data in files.items():
            self.client.put_object(Bucket=self.name, Key=key, Body=data)

    def get(self, below: str = "") -> dict[str, bytes]:
        """Everything whose key begins so, by the rest of its key."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=below)
        keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
        return {
            key[len(below) :]: self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
            for key in keys
        }


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """Moto's server in a process of its own, on a port that the system chose."""
    code = (
        "from moto.server import ThreadedMotoServer as S; s = S('127.0.0.1', 0, verbose=False); s.start()\n"
    )
    code += "print(s.get_host_and_port()[1], flush=True); input()"
    talk = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-c", code], text=True, **talk) as server:
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.kill()


@pytest.fixture(scope="session")
def credentials(endpoint) -> dict[str, str]:
    """What the environment of a process holds that may use the server."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture(scope="module")
def address(credentials) -> Iterator[str]:
    """The address of a cluster that runs on this machine, for tests that need not start one themselves."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        for name, value in credentials.items():
            patch.setenv(name, value)
        head = {"num_cpus": 2, "object_store_memory": 100 << 20, "include_dashboard": False}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        yield cluster.address
        cluster.shutdown()


@pytest.fixture
def s3(credentials, endpoint, monkeypatch, request) -> Bucket:
    import boto3

    for name, value in credentials.items():
        monkeypatch.setenv(name, value)
    name = f"photos-{abs(hash(request.node.nodeid)) % 10**9}"
    client = boto3.client("s3")
    client.create_bucket(Bucket=name)
    return Bucket(name, client, endpoint)


@pytest.fixture
def start(tmp_path):
    """Start ``colorfix correct`` in ``tmp_path``, in a process group of its own."""

    def start(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-P", "-m", "colorfix", "correct", *map(str, arguments)]
        talk = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=tmp_path, start_new_session=True, **talk)

    return start


@pytest.fixture
def correct(start):
    """Run it to its end."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        process = start(*arguments)
        out, said = process.communicate(timeout=200)
        return subprocess.CompletedProcess(arguments, process.returncode, out, said)

    return run
