"""Where the processes that are to die come from: a parent that has done all imports forks one in milliseconds."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from tests.kills.failpoints import Point, install


class Child:
    """A forked `duebox` process with its own process group."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._was_killed = False

    def is_alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return not self._was_killed

    def kill(self) -> None:
        """Nothing happens to one that is dead already, nor to whoever has its number in a long run."""
        if self.is_alive():
            self._was_killed = True
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)


class Nursery:
    def __init__(self) -> None:
        self._process = subprocess.Popen(  # ourselves
            [sys.executable, "-m", "tests.kills.nursery"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children:
            child.kill()
        with self._process:
            pass

    def bear(self, word: str, *, environment: Mapping[str, str], folder: Path, point: Point) -> Child:
        """Start `serve` or `worker`, to die at the point."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        wish = {"word": word, "env": dict(environment), "folder": str(folder), "point": point.value}
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()
        child = Child(int(self._process.stdout.readline()))
        self._children.append(child)
        return child


def main() -> None:
    """Import everything; then, for each line of input, fork and say the child's number. The dead bury themselves."""
    command = import_module("app.cli").main
    for further in ("app.operations.running", "app.main", "dbos", "asyncpg", "psycopg", "aiosqlite"):
        import_module(further)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line), command)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def _become(wish: Mapping[str, Any], command: Callable[[], None]) -> NoReturn:
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(Path(wish["folder"]) / f"{wish['word']}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), log, log)):
        os.dup2(file, number)
    os.environ.clear()  # noqa: TID251
    os.environ.update(wish["env"])  # noqa: TID251
    os.chdir(wish["folder"])
    sys.argv = ["duebox", wish["word"]]
    install(Point(wish["point"]))
    try:
        command()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
