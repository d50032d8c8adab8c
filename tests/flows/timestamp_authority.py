"""A time-stamping authority for tests: OpenSSL's own, behind a small HTTP server on loopback."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_SETTINGS = """
[ req ]
distinguished_name = name
[ name ]
[ root ]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[ stamping ]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ tsa ]
default_tsa = authority
[ authority ]
serial = {folder}/serial
signer_cert = {folder}/stamping.pem
signer_key = {folder}/stamping.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
"""


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make_authority(folder: Path, name: str) -> Path:
    """Make an authority's keys; the PEM file of its root certificate."""
    folder.mkdir()
    settings = folder / "settings"
    settings.write_text(_SETTINGS.format(folder=folder))
    (folder / "serial").write_text("01")
    key = ("-newkey", "rsa:2048", "-nodes")
    _openssl(
        "req",
        "-x509",
        *key,
        "-keyout",
        folder / "root.key",
        "-out",
        folder / "root.pem",
        "-days",
        3650,
        "-subj",
        f"/CN={name} root",
        "-config",
        settings,
        "-extensions",
        "root",
    )
    _openssl(
        "req",
        *key,
        "-keyout",
        folder / "stamping.key",
        "-out",
        folder / "stamping.csr",
        "-subj",
        f"/CN={name}",
        "-config",
        settings,
    )
    _openssl(
        "x509",
        "-req",
        "-in",
        folder / "stamping.csr",
        "-CA",
        folder / "root.pem",
        "-CAkey",
        folder / "root.key",
        "-set_serial",
        2,
        "-days",
        3650,
        "-out",
        folder / "stamping.pem",
        "-extfile",
        settings,
        "-extensions",
        "stamping",
    )
    return folder / "root.pem"


@contextmanager
def answering(folder: Path) -> Generator[str]:
    """The address at which the authority of a folder answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "query").write_bytes(self.rfile.read(int(self.headers["content-length"])))
            _openssl(
                "ts", "-reply", "-config", folder / "settings", "-queryfile", folder / "query", "-out", folder / "reply"
            )
            self.send_response(200)
            self.end_headers()
            self.wfile.write((folder / "reply").read_bytes())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's own name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
