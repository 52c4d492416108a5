"""How busy the machine is besides: a figure is worth what its circumstances are worth."""

import os
from pathlib import Path

MEGABYTE = 1024 * 1024
PARENT, UTIME, STIME = 1, 11, 12
"""Places in `/proc/PID/stat` after the name."""


def load_average() -> str:
    """The load average of the last minute, with the number of cores that share it."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def resident_megabytes(root: int) -> float:
    """The resident memory of a process and all below it, as the sum of their RSS: shared pages count twice."""
    page = os.sysconf("SC_PAGE_SIZE")
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in _family(root)) * page / MEGABYTE


def cpu_seconds(root: int) -> float:
    """What a process and all below it have used of a core so far."""
    used = (_stat(pid) for pid in _family(root))
    return sum(int(fields[UTIME]) + int(fields[STIME]) for fields in used if fields) / os.sysconf("SC_CLK_TCK")


def _family(root: int) -> set[int]:
    parents = {int(path.name): _stat(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdecimal()}
    family = {root}
    while more := {pid for pid, fields in parents.items() if fields and int(fields[PARENT]) in family} - family:
        family |= more
    return family


def _stat(pid: int) -> list[str]:
    """What proc(5) says of a process, from its state on; nothing of one that is gone by now."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
