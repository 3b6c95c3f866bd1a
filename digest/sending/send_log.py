"""A worker's log of the mails it sends, written ahead on its own disk: the cheapest record that survives SIGKILL.

The ledger marks a whole batch as `sending` in one statement. The send log says which of its mails were on the wire when
a worker died, and which answers it had heard and not yet recorded: one short line before a mail goes out and one after.
Each is a single write into the page cache, which belongs to the kernel and so survives the process. There is no fsync:
after a crash of the whole machine the send log is not believed, and its batch becomes `uncertain`.

A worker that holds the lock of its send log is alive. A send log that no one has locked is an orphan, to be settled by
the first process that finds it: see digest.sending.recovery.
"""

import contextlib
import errno
import fcntl
import json
import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from digest.sending.outcome import SENT, Outcome, Verdict

logger = logging.getLogger(__name__)

BEGUN = ">"


def _payload(outcome: Outcome) -> bytes:
    return json.dumps([outcome.verdict, outcome.error, outcome.provider_id]).encode()


_SENT = _payload(SENT)


@dataclass
class Entries:
    """The contents of a send log: whose it is, which mails went on the wire, and the answers that came."""

    worker: str
    begun: set[int] = field(default_factory=set)
    ended: dict[int, Outcome] = field(default_factory=dict)

    @property
    def on_the_wire(self) -> set[int]:
        """The mails whose answer was never heard."""
        return self.begun - self.ended.keys()


class SendLog:
    """The open send log of a living worker."""

    def __init__(self, worker: str) -> None:
        log_folder().mkdir(parents=True, exist_ok=True)
        self.path = log_folder() / f"{worker.replace('/', '_')}.journal"
        self._file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_TRUNC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._lock, self._size, self._is_full = threading.Lock(), 0, False
        try:
            self._write((json.dumps({"worker": worker, "boot": boot_id()}) + "\n").encode())
        except OSError:
            self.close()
            raise
        self._head_size = self._size

    def begin(self, delivery: int) -> None:
        """Note that a mail goes on the wire now. Raises OSError if that cannot be noted; then it must not go."""
        self._write(b">%d\n" % delivery)

    def end(self, delivery: int, outcome: Outcome) -> None:
        """Note the answer to a mail.

        If the disk is full, the answer is only in memory until the ledger has it: if this worker is killed before that,
        the mail becomes `uncertain`.
        """
        payload = _SENT if outcome is SENT else _payload(outcome)
        try:
            self._write(b"<%d %b\n" % (delivery, payload))
        except OSError as error:
            if not self._is_full:
                logger.error("the send log in %s cannot be written: %s", self.path.parent, error.strerror)
            self._is_full = True

    def clear(self) -> None:
        """Clear the entries that the ledger now has."""
        with self._lock:
            os.ftruncate(self._file, self._head_size)
            self._size, self._is_full = self._head_size, False

    def _write(self, line: bytes) -> None:
        """Write a whole line or nothing: from half a line no one could tell which mail it is about."""
        with self._lock:
            if os.write(self._file, line) < len(line):
                os.ftruncate(self._file, self._size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._size += len(line)

    def close(self) -> None:
        """End the send log of a worker that has nothing in hand."""
        self.path.unlink(missing_ok=True)
        os.close(self._file)

    def abandon(self) -> None:
        """Leave the send log as an orphan, with its entries."""
        os.close(self._file)


def log_folder() -> Path:
    """Return the folder of this machine's send logs."""
    return Path(settings.VAR_DIR) / "journal"


def boot_id() -> str:
    """Return what distinguishes this start of the machine from all others; "" if the system does not say."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


@contextlib.contextmanager
def orphan(path: Path) -> Iterator[Entries | None]:
    """Lock a send log whose worker is dead and yield what it says; it is gone afterwards.

    None if its worker is alive, if another process is settling it, or if it is from an earlier start of the machine.
    """
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield None
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        yield None
        return
    try:
        yield read_log(path)
        path.unlink(missing_ok=True)
    finally:
        os.close(file)


def read_log(path: Path) -> Entries | None:
    """Return what a send log says; None if it cannot be believed."""
    head, *lines = path.read_text().split("\n")
    try:
        about = json.loads(head)
    except ValueError:
        return None
    if about["boot"] != boot_id():
        return None
    entries = Entries(about["worker"])
    # The last line may be half written; what it would have said was then never known.
    for line in lines[:-1]:
        key, _, payload = line[1:].partition(" ")
        if line[0] == BEGUN:
            entries.begun.add(int(key))
        else:
            verdict, error, provider_id = json.loads(payload)
            entries.ended[int(key)] = Outcome(Verdict(verdict), error, provider_id)
    return entries
