"""One photo in a child process: it ends in time, and a crash of a library is an error of the photo.

The child is forked, so that nothing is imported or read twice, and sends its result through a pipe, with a
byte ahead of it for each step that begins. The parent has the clock.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import time
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, TypeVar, cast

from colorfix.batch.workers.process import Terminated, exit_reason, set_up_process, signals_blocked
from colorfix.core.text import one_line
from colorfix.core.timing import TickClock

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

_STEP = b"."  # no pickle begins with it
_POLL = 0.5  # seconds
_GRACE = 1.0  # seconds for the child to remove its temporary files, or to end after it was killed
_PIECE = 1 << 16  # bytes
_STUCK = -signal.SIGKILL


class ChildEnded(Exception):
    """A child process that was killed, or has crashed; the text says how it ended.

    Attributes:
        timed_out: whether it took too long.
    """

    def __init__(self, reason: str, *, timed_out: bool) -> None:
        super().__init__(reason)
        self.timed_out = timed_out


def in_child(
    work: Callable[[Callable[[], None]], Result], timeout: float, clean: Callable[[int], None]
) -> Result:
    """Return the result of a function that runs in a forked process.

    Args:
        work: the function; it calls its argument when a step begins. What it raises is raised here, with its
            traceback as a note.
        timeout: seconds that a step may take.
        clean: called with the process's id after it was ended from outside, or has crashed.

    Raises:
        ChildEnded: a step took longer, or the process has crashed.

    >>> in_child(lambda step: 6 * 7, 10, print)
    42
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # closed
            stream.flush()
    reading, writing = os.pipe()
    parent = os.getpid()
    with signals_blocked():  # until the child has set its own handlers, Ctrl-C must not reach it
        process = os.fork()
        if process == 0:
            os.close(reading)
            _run(work, writing, parent)
    os.close(writing)
    try:
        stored = _received(reading, timeout)
    except BaseException:
        _end(process, signal.SIGTERM)
        clean(process)
        raise
    finally:
        os.close(reading)
    if stored is None:
        _end(process, signal.SIGKILL)
        clean(process)
        raise ChildEnded(f"{timeout:g} s", timed_out=True)
    code = _end(process, None)
    if not stored:
        clean(process)
        raise ChildEnded(exit_reason(code), timed_out=False)
    succeeded, result = pickle.loads(stored)  # noqa: S301 - from our own process
    if not succeeded:
        raise result
    return cast("Result", result)


def _run(work: Callable[[Callable[[], None]], Result], writing: int, parent: int) -> NoReturn:
    """Run the function in the child, and send its result or its exception."""
    try:
        set_up_process(parent)
        try:
            message = pickle.dumps((True, work(lambda: _send(writing, _STEP))))
        except Exception as error:  # noqa: BLE001 - the parent raises it again
            error.add_note("".join(traceback.format_exception(error)).rstrip())
            message = _pickled(error)
        _send(writing, message)
    except (Terminated, OSError):  # the parent ends this process, or has gone
        pass
    finally:
        with suppress(AttributeError, OSError, ValueError):
            sys.stderr.flush()
        os._exit(0)


def _pickled(error: Exception) -> bytes:
    try:
        message = pickle.dumps((False, error))
        pickle.loads(message)  # noqa: S301 - an exception of a library may not be made again
    except Exception:  # noqa: BLE001 - then its text goes
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {one_line(error)}")))
    return message


def _send(writing: int, message: bytes) -> None:
    while message:
        message = message[os.write(writing, message) :]


def _received(reading: int, timeout: float) -> bytes | None:
    """Return the child's result, empty if it has ended without one; None if a step took too long."""
    clock, waited, received = TickClock(min(_POLL, timeout / 4)), 0.0, bytearray()
    while waited <= timeout:
        readable, _, _ = select.select([reading], [], [], clock.interval)
        waited += clock.elapsed()
        if not readable:
            continue
        piece = os.read(reading, _PIECE)
        if not piece:
            return bytes(received).lstrip(_STEP)
        received += piece
        waited = 0.0
    return None


def _end(process: int, number: int | None) -> int:
    """Wait for the end of a child, after a signal if one is given; return its exit code."""
    with signals_blocked():
        if number is not None:
            with suppress(ProcessLookupError):
                os.kill(process, number)
        until = time.monotonic() + _GRACE
        while number is not None and time.monotonic() < until:
            if _exit_code(process, os.WNOHANG) is not None:
                return 0
            time.sleep(0.01)
        if number == signal.SIGKILL:  # it waits for a disk that does not answer
            return _STUCK
        if number is not None:
            return _end(process, signal.SIGKILL)
        return _exit_code(process, 0) or 0


def _exit_code(process: int, options: int) -> int | None:
    """Return a child's exit code, negative for a signal; None if it has not ended."""
    ended, status = os.waitpid(process, options)
    return os.waitstatus_to_exitcode(status) if ended else None
