"""Child processes: started so that they die with us, and believed alive only when they are."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

NOBODY = "65534"


def dying_with_us(command: Sequence[str], signal_name: str) -> list[str]:
    """Return the command so that the kernel sends it `signal_name` when the thread that started it ends."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signal_name, *command] if setpriv else list(command)


def alive(pid: int, *, argument: str) -> bool:
    """Tell whether `pid` runs and was started with `argument`; a zombie or a recycled number does not count."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    proc = Path(f"/proc/{pid}")
    if not Path("/proc/self").exists():
        return True
    try:
        state = (proc / "stat").read_text().rpartition(")")[2].split()[0]
        arguments = (proc / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return state != "Z" and os.fsencode(argument) in arguments


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
        if process.poll() is None:
            process.terminate()
    end = time.monotonic() + seconds
    for process in processes:
        try:
            process.wait(max(0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        process.wait(5)
