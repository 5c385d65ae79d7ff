"""capped_log.py FILE: writes what it reads; FILE and FILE.1 stay under 512 MiB each."""

import os
import signal
import sys

LIMIT = 512 * 1024 * 1024

# It ends when the program that writes to it ends, not before: its last words count.
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)

path = sys.argv[1]
log = open(path, "ab", buffering=0)  # noqa: SIM115
for line in sys.stdin.buffer:
    if log.tell() > LIMIT:
        log.close()
        os.replace(path, path + ".1")
        log = open(path, "ab", buffering=0)  # noqa: SIM115
    log.write(line)
