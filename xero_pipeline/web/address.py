"""Where the page listens, and the host names it answers to."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page listens.

    Args:
        host: The address it is bound to.
        public: Its address for people where a proxy stands before it.
    """

    host: str
    port: int
    public: str | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether nobody but this machine gets in."""
        return is_loopback(self.host) and (self.public is None or is_loopback(urlsplit(self.public).hostname or ""))

    @property
    def shown(self) -> str:
        """The address to tell people."""
        if self.public:
            return self.public
        anywhere = self.host in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
        name = "localhost" if anywhere or is_loopback(self.host) else self.host
        return f"http://{f'[{name}]' if ':' in name else name}:{self.port}"

    def answers_to(self, host: str) -> bool:
        """Whether a request may name us so.

        A page of a stranger whose name he points at this machine (DNS rebinding) carries his name here.

        Args:
            host: The `Host` header.
        """
        name = name_in(host)
        if name in LOOPBACK_NAMES or (self.public and name == urlsplit(self.public).hostname):
            return True
        if is_loopback(self.host):
            return False
        return name in {self.host.lower(), socket.gethostname().lower()} or _is_literal(name)

    def is_own(self, origin: str, host: str) -> bool:
        """Whether a page that sends us something is our own.

        Args:
            origin: The `Origin` header.
            host: The `Host` header.
        """
        sender = urlsplit(origin).netloc.lower()
        return bool(sender) and sender in {host.lower(), urlsplit(self.public or "").netloc.lower()}

    def origin(self, host: str) -> str:
        """The page's own address as the person who asks sees it.

        Args:
            host: The `Host` header.
        """
        if self.public and name_in(host) == urlsplit(self.public).hostname:
            return self.public
        return f"http://{host}"


def is_loopback(host: str) -> bool:
    """Whether an address is of this machine alone.

    Args:
        host: A name or an address.
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def name_in(host: str) -> str:
    """The name in a `Host` header, without its port.

    Returns:
        In small letters; empty where there is none.
    """
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _is_literal(name: str) -> bool:
    """An address in numbers is nobody's name: it cannot be pointed elsewhere."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
