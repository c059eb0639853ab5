"""The bytes of bodies until they are recorded, within a bound for each and for all together."""

import threading


class Memory:
    """What all bodies that wait may take together."""

    def __init__(self, most: int) -> None:
        """Begin with nothing taken."""
        self._most = most
        self._taken = 0
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """Return the bytes that are taken now."""
        return self._taken

    def take(self, count: int) -> bool:
        """Take so many bytes; return whether there was room for them."""
        with self._lock:
            if self._taken + count > self._most:
                return False
            self._taken += count
            return True

    def give_back(self, count: int) -> None:
        """Say that so many bytes are not needed any more."""
        with self._lock:
            self._taken -= count


class Capture:
    """One body as it passes; of one that is too long nothing is kept."""

    def __init__(self, memory: Memory, most: int) -> None:
        """Begin with nothing."""
        self.size = 0
        self.kept = True
        self._memory = memory
        self._most = most
        self._pieces: list[bytes] = []

    def add(self, piece: bytes) -> None:
        """Keep a piece, or let go of all where it makes the body too long."""
        self.size += len(piece)
        if not self.kept:
            return
        if self.size <= self._most and self._memory.take(len(piece)):
            self._pieces.append(piece)
        else:
            self._memory.give_back(self.size - len(piece))
            self._pieces = []
            self.kept = False

    def whole(self) -> bytes | None:
        """Return the body, or None where it was too long to keep."""
        return b"".join(self._pieces) if self.kept else None

    def __getstate__(self) -> tuple[int, bytes | None]:
        """Return what goes to another process."""
        return self.size, self.whole()

    def __setstate__(self, state: tuple[int, bytes | None]) -> None:
        """Take over what came from another process, which bounds it."""
        self.size, body = state
        self.kept = body is not None
        self._memory = Memory(0)
        self._most = 0
        self._pieces = [] if body is None else [body]

    def release(self) -> None:
        """Let go of the bytes."""
        if self.kept:
            self.kept = False
            self._memory.give_back(self.size)
            self._pieces = []
