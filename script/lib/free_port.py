"""free_port.py HOST PORT: prints the first free port from PORT on."""

import socket
import sys


def is_free(host, port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


host, first = sys.argv[1], int(sys.argv[2])
free = [port for port in range(first, min(first + 200, 65536)) if is_free(host, port)]
if not free:
    sys.exit("no free port")
print(free[0])
