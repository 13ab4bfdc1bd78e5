"""Child processes: started so that they die with us, believed alive only when they are, ended for certain."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

NOBODY = "65534"


def on_signals(handler: Callable[[int, FrameType | None], None], *numbers: signal.Signals) -> None:
    """Handle these signals. What nohup had ignored stays ignored."""
    for number in numbers:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def dying_with_us(command: Sequence[str], signal_name: str) -> list[str]:
    """Return the command so that the kernel sends it `signal_name` when the thread that started it ends."""
    return ["setpriv", "--pdeathsig", signal_name, *command]


def alive(pid: int, *, argument: str) -> bool:
    """Tell whether `pid` runs and was started with `argument`.

    A recycled number does not count, nor does a zombie: it answers to kill(pid, 0), but has no arguments any more.
    """
    try:
        return os.fsencode(argument) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def marked(variable: str) -> list[int]:
    """Return the processes that were started with this variable (NAME=value), whoever their parent is by now."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):  # another user's, or gone meanwhile
            if os.fsencode(variable) in environment.read_bytes().split(b"\0"):
                found.append(int(environment.parent.name))
    return found


def working_in(folder: Path, *, title: bytes) -> list[int]:
    """Return the processes that work in this folder and whose command line begins with the title."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if place.readlink() == folder and (place.parent / "cmdline").read_bytes().startswith(title):
                found.append(int(place.parent.name))
    return found


def kill(pids: Iterable[int]) -> None:
    """Kill them, and wait until each is gone or a zombie: a dying process loses its environment before its sockets."""
    for pid in pids:
        with suppress(OSError):  # gone meanwhile
            os.kill(pid, signal.SIGKILL)
            ending = os.pidfd_open(pid)
            select.select([ending], [], [], 2)
            os.close(ending)


def wait_until(is_true: Callable[[], bool], *, seconds: float, step: float = 0.02) -> bool:
    """Ask again and again; answer whether it came true in time."""
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            return False
        time.sleep(step)
    return True


def stop_all(processes: Iterable[subprocess.Popen[bytes]], *, seconds: float) -> None:
    """Ask children that lead process groups to end, wait together, then kill whatever is left of their groups."""
    processes = list(processes)
    for process in processes:
        process.terminate()
    wait_until(lambda: all(process.poll() is not None for process in processes), seconds=seconds)
    for process in processes:
        kill_group(process)


def kill_group(leader: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader.pid, signal.SIGKILL)
    leader.wait(5)


@contextmanager
def ended_on_failure(leader: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave no process behind whose start goes wrong in the block, or is broken off by a signal."""
    try:
        yield
    except BaseException:
        kill_group(leader)
        raise
