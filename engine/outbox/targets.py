"""Which machines a webhook may reach, decided by the address that is really connected to."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager

from engine.outbox.cutting import Cutter
from engine.outbox.parcels import Unreachable


def check_address(host: str, addresses: list[str]) -> None:
    """Raise Unreachable when one of a host's addresses is of this machine or a private network.

    One is enough: a name whose owner adds an inner address must not lead there by chance.
    """
    inner = [address for address in addresses if not _is_public(address)]
    if inner:
        raise Unreachable(
            f"Expected {host} to be on the internet, but its address {inner[0]} is of this machine "
            "or of a private network. Set SPOC_WEBHOOK_PRIVATE=1 if that is meant."
        )


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inside is not None and not inside.is_global:
            return False
        if found in _NAT64 and not ipaddress.IPv4Address(int(found) & 0xFFFFFFFF).is_global:
            return False
    return found.is_global and not found.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class GuardedAdapter(HTTPAdapter):
    """Connects only to what it may, never by way of a proxy, and lets a cutter hold on to it."""

    def __init__(self, cutter: Cutter, *, may_be_private: bool) -> None:
        """Connect for one line at a time; ``may_be_private`` opens inner networks too."""
        self._pools = _pools(cutter, may_be_private=may_be_private)
        super().__init__(max_retries=0)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        """Make the pools out of connections that look where they go."""
        self.poolmanager = PoolManager(
            num_pools=connections,
            maxsize=maxsize,
            block=block,
            # What this machine trusts, SSL_CERT_FILE included, beside what requests brings.
            ssl_context=ssl.create_default_context(),
            **pool_kwargs,
        )
        self.poolmanager.pool_classes_by_scheme = self._pools


def _pools(cutter: Cutter, *, may_be_private: bool) -> dict[str, type[HTTPConnectionPool]]:
    def connect(connection: HTTPConnection) -> socket.socket:
        made = _connected(connection, may_be_private=may_be_private)
        cutter.hold(made)
        return made

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

    class Tls(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}


def _connected(connection: HTTPConnection, *, may_be_private: bool) -> socket.socket:
    """Connect to one of the addresses that were checked, so that no later look-up differs."""
    host, port = connection.host, connection.port
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not may_be_private:
        check_address(host, addresses)
    failed: OSError = OSError(f"{host} has no address.")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=_seconds(connection))
        except OSError as error:
            failed = error
    raise failed


def _seconds(connection: HTTPConnection) -> float | None:
    said = connection.timeout
    return float(said) if isinstance(said, int | float) else None
