"""What a seller wants to be hosted (specs/command-line.md, section 29.2)."""

from dataclasses import dataclass

from fairlot.identity.provider import Provider
from fairlot.inputs.member_list import Member


@dataclass(frozen=True, slots=True)
class Listening:
    """How board and mailbox listen; what is empty is left to them."""

    listen: str = ""
    """The address."""
    tls_cert: str = ""
    """The path of a certificate, with which they speak HTTPS."""
    tls_key: str = ""
    """The path of its key."""

    @property
    def words(self) -> tuple[str, ...]:
        """Words for what serves."""
        host = ("--host", self.listen) if self.listen else ()
        if not self.tls_cert:
            return host
        return (*host, "--tls-cert", self.tls_cert, "--tls-key", self.tls_key)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a seller wants to be hosted."""

    text: str
    """Of TERMS.toml."""
    contributors: int
    members: tuple[Member, ...]
    times: tuple[str, ...]
    """Words for ``seller terms``."""
    season: str
    cooling: str
    """For how long a recovery can be contested; empty for what ``registry new`` says."""
    roll_before: int
    """Seconds before the opening at which the roll is made."""
    rehearsal: bool
    listening: Listening
    port: int
    """Of the board; 0 for a free one."""
    mail_port: int
    """Of the mailbox; 0 for a free one."""
    storage: tuple[str, ...] = ()
    """Words for ``board new``: what keeps the logs."""
    provider: Provider | None = None
    """Whose accounts tell people apart; ``None`` where their names do."""

    def registry(self) -> list[str]:
        """Return the words for ``registry new``."""
        values: dict[str, set[str]] = {}
        for member in self.members:
            for name, value in member.attributes:
                values.setdefault(name, set()).add(value)
        words = ["--rehearsal"] if self.rehearsal else []
        words += ["--cooling", self.cooling] if self.cooling else []
        for name, those in sorted(values.items()):
            words += ["--attribute", f"{name}={','.join(sorted(those))}"]
        if self.provider is not None:
            words += ["--source", "account", "--told-apart", "account"]
            words += ["--provider", self.provider.issuer]
            words += ["--client", self.provider.client]
        return words


NOTHING = Asked(
    *("", 0, (), (), "", "", 0),
    rehearsal=False,
    listening=Listening(),
    port=0,
    mail_port=0,
)
"""What is asked where a sale goes on."""
