"""An upload that is cut off leaves nothing that looks like a result."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import pytest

from colorfix.cluster.storage.bucket import Bucket

CREATED = b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
COMPLETED = b'<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>'
REFUSED = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"


class Refusing(BaseHTTPRequestHandler):
    """A store that takes all parts of an upload but one; moto has no such thing."""

    protocol_version = "HTTP/1.1"
    seen: list[str]
    refused: str

    def do_PUT(self) -> None:
        """Take a part."""
        self._read()
        part = parse_qs(urlparse(self.path).query)["partNumber"][0]
        self.seen.append(f"part {part}")
        if part == self.refused:
            self._answer(403, REFUSED)
        else:
            self._answer(200, b"", {"ETag": f'"{part}"'})

    def do_POST(self) -> None:
        """Begin an upload, or make a whole of its parts."""
        self._read()
        begun = "uploads" in parse_qs(urlparse(self.path).query, keep_blank_values=True)
        self.seen.append("begun" if begun else "whole")
        self._answer(200, CREATED if begun else COMPLETED)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _read(self) -> None:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            return
        while size := int(self.rfile.readline().split(b";")[0], 16):
            self.rfile.read(size + 2)
        self.rfile.readline()

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/xml",
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def refusing(s3, monkeypatch) -> Iterator[type[Refusing]]:
    kind = type("Handler", (Refusing,), {"seen": [], "refused": ""})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        yield kind
        server.shutdown()


@pytest.mark.parametrize("refused", ["1", "2", "3"])
def test_an_upload_with_a_refused_part_is_not_completed(refusing, refused):
    refusing.refused = refused
    with pytest.raises(OSError, match="ACCESS_DENIED"):
        Bucket.of("s3://photos").put(bytes(25 << 20), "s3://photos/a.tif", replace=True)
    assert f"part {refused}" in refusing.seen
    assert "whole" not in refusing.seen


def test_an_upload_with_all_parts_is_completed(refusing):
    Bucket.of("s3://photos").put(bytes(25 << 20), "s3://photos/a.tif", replace=True)
    assert (refusing.seen[0], refusing.seen[-1]) == ("begun", "whole")
    assert sorted(refusing.seen[1:-1]) == ["part 1", "part 2", "part 3"]
