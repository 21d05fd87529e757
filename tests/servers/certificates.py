"""Certificates of a test's own authority, made by openssl in a folder of the test's."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def missing() -> str | None:
    """Why no certificates can be made on this machine, or ``None`` when they can."""
    return None if shutil.which("openssl") else "no certificates: openssl not found"


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates; ``ca``: its own, which clients trust."""

    folder: Path

    @property
    def ca(self) -> Path:
        """The file for ``kafka.ca_file``."""
        return self.folder / "ca.pem"

    def make(self) -> Authority:
        """Make the authority itself; gives it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _openssl(self.folder, "req", "-x509", *_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30",
                 "-subj", f"/CN=authority {self.folder.name}")  # fmt: skip
        return self

    def sign(self, name: str, host: str = "IP:127.0.0.1", days: int = 30) -> tuple[Path, Path]:
        """(certificate, key) of a host; ``days`` below 0: expired."""
        _openssl(self.folder, "req", *_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}",
                 "-addext", f"subjectAltName={host}")  # fmt: skip
        _openssl(self.folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                 "-copy_extensions", "copy", "-days", str(days), "-out", f"{name}.pem")  # fmt: skip
        (self.folder / f"{name}.key").chmod(0o600)
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def keystore(self, name: str, host: str = "IP:127.0.0.1", days: int = 30) -> dict[str, str]:
        """The same as options of a broker's listener, which wants key and certificate in one file."""
        certificate, key = self.sign(name, host, days)
        both = self.folder / f"{name}.both.pem"
        both.write_text(key.read_text() + certificate.read_text())
        return {"ssl.keystore.type": "PEM", "ssl.keystore.location": str(both)}

    def truststore(self) -> dict[str, str]:
        """Options of a broker's listener that asks clients for a certificate of this authority."""
        return {"ssl.client.auth": "required", "ssl.truststore.type": "PEM", "ssl.truststore.location": str(self.ca)}


def _openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr[-1000:]}")
