"""`python -m tests.privacy [N]`: canaries planted in N mails of seven languages, searched wherever words could go.

A whole installation works the mails; its model endpoint, logs, metrics, traces, exports and files are searched. Prints
the figures; exits 1 when a number leaked anywhere, or names are caught less often than the goal.
"""

import argparse
import sys
from collections import Counter

from app.logging import set_up_logging
from tests.privacy.house import Searched, work_and_search
from tests.privacy.mails import PERSON, Planter
from tests.running import scratch

NAMES_GOAL = 0.97
MOST_SHOWN = 20


def is_clean(found: Searched) -> bool:
    return (
        found.model.names_caught >= NAMES_GOAL
        and found.model.numbers_leaked == 0
        and not found.sinks.leaked
        and found.model.unseen == 0
    )


def report(found: Searched) -> str:
    model = found.model
    lines = [
        f"{sum(model.planted.values())} canaries, {found.requests} requests to the model, {model.unseen} mails unseen"
    ]
    for kind, planted in sorted(model.planted.items()):
        leaked = model.leaked[kind]
        lines.append(f"{kind:16} planted {planted:6}  read by the model {leaked:4}  caught {1 - leaked / planted:.4f}")
    for kind, count in model.readable.items():
        lines.append(
            f"{kind:16} to stay readable {count:6}  masked {model.masked[kind]:4}  {model.masked[kind] / count:.4f}"
        )
    lines += [f"{name:40} {size:12} bytes searched" for name, size in found.sizes.items()]
    lines.append(f"found outside the model: {sum(found.sinks.leaked.values())}")
    commonest = Counter([*model.leaks, *found.sinks.leaks]).most_common(MOST_SHOWN)
    lines += [f"  {count} times {leak}" for leak, count in commonest]
    lines.append(f"names caught {model.names_caught:.4f} of {model.planted[PERSON]} (goal {NAMES_GOAL})")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("mails", nargs="?", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args()
    set_up_logging(level="ERROR")
    with scratch() as folder:
        found = work_and_search(folder, list(Planter(wish.seed).mails(wish.mails)))
    sys.stdout.write(report(found) + "\n")
    return 0 if is_clean(found) else 1


if __name__ == "__main__":
    sys.exit(main())
