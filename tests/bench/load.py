"""How busy the machine is besides: a figure is worth what its circumstances are worth."""

import os
from pathlib import Path

MEGABYTE = 1024 * 1024


def load_average() -> str:
    """The load average of the last minute, with the number of cores that share it."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def resident_megabytes(root: int) -> float:
    """The resident memory of a process and all below it, as the sum of their RSS: shared pages count twice."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdecimal()}
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    page = os.sysconf("SC_PAGE_SIZE")
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in family) * page / MEGABYTE


def _parent(process: Path) -> int:
    """0 for a process that is gone by now."""
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
