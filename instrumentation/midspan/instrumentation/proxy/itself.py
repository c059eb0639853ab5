"""Tells whether a proxy would send what it is asked back to itself."""

import ipaddress
import socket

from midspan.instrumentation.proxy.origin import Origin


def leads_back(origin: Origin, listening: socket.socket) -> bool:
    """Return whether an origin is the address at which a socket listens."""
    host, port = listening.getsockname()[:2]
    if origin.port != port:
        return False
    try:
        found = socket.getaddrinfo(origin.host, port, type=socket.SOCK_STREAM)
    except OSError:
        return False  # it cannot be reached at all, which requests will be told
    addresses = {str(address[0]) for *_, address in found}
    if ipaddress.ip_address(host).is_unspecified:
        return any(_is_of_this_machine(address) for address in addresses)
    return host in addresses


def _is_of_this_machine(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True
