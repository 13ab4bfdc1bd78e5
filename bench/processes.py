"""What a process and all below it use, read from the kernel."""

import os
import re
from pathlib import Path


def family_of(pid: int) -> dict[int, int]:
    """Return the ticks of processor time that the process and each one below it have used."""
    parents, used = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        parents[int(stat.parent.name)], used[int(stat.parent.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return {member: used[member] for member in family & set(used)}


def cpu_of(pid: int) -> float:
    """Return seconds of processor time."""
    return sum(family_of(pid).values()) / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int) -> float:
    """Return the megabytes of web and workers: what they have to themselves, and their part of what they share."""
    return sum(_kilobytes(member) for member in family_of(pid) if re.search("granian|celery", _command(member))) / 1024


def own_memory() -> float:
    """Return the megabytes of this process."""
    return _kilobytes(os.getpid()) / 1024


def _command(pid: int) -> str:
    return _read(pid, "cmdline")


def _kilobytes(pid: int) -> int:
    found = re.search(r"^Pss:\s+(\d+)", _read(pid, "smaps_rollup"), re.M)
    return int(found[1]) if found else 0


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace")
    except OSError:
        return ""  # it has just ended
