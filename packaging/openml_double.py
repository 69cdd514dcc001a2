"""A server that answers as OpenML does, over TLS, for a program in a bare root. It knows 30 pictures."""

import gzip
import hashlib
import json
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOSTS = ("api.openml.org", "www.openml.org", "openml.org")
CERTIFICATE = "tmp/openml-double.pem"
PICTURES, PIXELS = 30, 784


def _arff() -> bytes:
    names = "".join(f"@ATTRIBUTE pixel{k} REAL\n" for k in range(PIXELS))
    classes = ",".join(map(str, range(10)))
    rows = "\n".join(
        ",".join([*(str((row + k) % 256) for k in range(PIXELS)), str(row % 10)]) for row in range(PICTURES)
    )
    return f"@RELATION mnist\n{names}@ATTRIBUTE class {{{classes}}}\n@DATA\n{rows}\n".encode()


ARFF = _arff()


def _feature(index: int, name: str) -> dict[str, str]:
    is_class = name == "class"
    return {
        "index": str(index),
        "name": name,
        "data_type": "nominal" if is_class else "numeric",
        "is_target": str(is_class).lower(),
        "is_ignore": "false",
        "is_row_identifier": "false",
        "number_of_missing_values": "0",
    }


def _answer(path: str) -> object:
    """Give what OpenML says at this address of its interface; None for one that it does not have."""
    if "/data/list/" in path:
        return {"data": {"dataset": [{"did": 554, "name": "mnist_784", "version": 1, "status": "active"}]}}
    if "/data/features/" in path:
        names = [*(f"pixel{k}" for k in range(PIXELS)), "class"]
        return {"data_features": {"feature": [_feature(*row) for row in enumerate(names)]}}
    if "/data/qualities/" in path:
        return {"data_qualities": {"quality": [{"name": "NumberOfInstances", "value": str(PICTURES)}]}}
    if "/json/data/" in path:
        return {
            "data_set_description": {
                "id": "554",
                "name": "mnist_784",
                "version": "1",
                "status": "active",
                "format": "ARFF",
                "description": "",
                "url": f"https://{HOSTS[1]}/file/554.arff",
                "md5_checksum": hashlib.md5(ARFF).hexdigest(),
            }
        }
    return None


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = _answer(self.path)
        if known is None and not self.path.endswith(".arff"):
            self.send_error(404)
            return
        content = gzip.compress(ARFF if known is None else json.dumps(known).encode())
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal clean."""


class OpenMLDouble:
    """While it is entered, the root knows OpenML's names as this machine's own; gives the environment for it.

    Parameters
    ----------
    root
        The folder of the bare root.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._hosts = root / "etc" / "hosts"

    def __enter__(self) -> dict[str, str]:
        certificate = self._root / CERTIFICATE
        names = ",".join(f"DNS:{host}" for host in HOSTS)
        key = certificate.with_suffix(".key")
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=double",
        ]
        files = ["-addext", f"subjectAltName={names}", "-keyout", key, "-out", certificate]
        subprocess.run([*command, *files], check=True, stderr=subprocess.DEVNULL)
        certificate.chmod(0o644)
        self._server = ThreadingHTTPServer(("127.0.0.1", 443), _Answers)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._before = self._hosts.read_text() if self._hosts.exists() else None
        lines = "".join(f"127.0.0.1 {host}\n" for host in HOSTS)
        self._hosts.write_text((self._before or "127.0.0.1 localhost\n") + lines)
        return {"SSL_CERT_FILE": f"/{CERTIFICATE}"}

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        if self._before is None:
            self._hosts.unlink()
        else:
            self._hosts.write_text(self._before)
