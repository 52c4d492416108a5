"""`python -m tests.machines FILE.jsonl`: how well machines and persons are told apart, on labelled mail files.

A line holds `file` (beside the list), `label` (`automatic_reply`, `delivery_failure` or `human`) and `id`. Each mail is
read twice: as it is, and with nothing but sender, subject and text, as where headers were lost. Exits 1 when a person
was taken for a machine, or when a mail as it is was not what its label says.
"""

import argparse
import json
import sys
from collections import Counter
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from pathlib import Path

from app.domain.message import Identity, Machine, ReadMail
from app.reading.reading import read_mail

US = Identity(("collections@seller.example",))
FAILURE, REPLY, HUMAN = "delivery_failure", "automatic_reply", "human"


def verdict(read: ReadMail) -> str:
    """A label's word for the machine, if it is one."""
    machine = read.screening.machine
    return HUMAN if machine is None else FAILURE if machine is Machine.BOUNCE else REPLY


def bare(read: ReadMail) -> bytes:
    """The same mail without its headers and parts."""
    head, message = read.mail.head, EmailMessage(policy=SMTP)
    message["From"] = formataddr((" ".join(head.sender.name.split()), head.sender.email or "x@customer.example"))
    message["Subject"] = " ".join(head.subject.split())
    message.set_content(read.mail.text, charset="utf-8")
    return message.as_bytes()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("file", type=Path)
    wish = parser.parse_args()
    found: dict[str, Counter[tuple[str, str]]] = {"as it is": Counter(), "words alone": Counter()}
    for line in wish.file.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        read = read_mail((wish.file.parent / case["file"]).read_bytes(), US)
        for how, seen in (("as it is", read), ("words alone", read_mail(bare(read), US))):
            found[how][case["label"], verdict(seen)] += 1
            if verdict(seen) != case["label"]:
                sys.stdout.write(f"{how}: {case['id']} is {case['label']}, taken for {verdict(seen)}\n")
    for how, counted in found.items():
        right = sum(count for (label, said), count in counted.items() if label == said)
        sys.stdout.write(f"{how}: {right} of {counted.total()} right\n")
    persons_lost = any(label == HUMAN != said for counted in found.values() for label, said in counted)
    return int(persons_lost or any(label != said for label, said in found["as it is"]))


if __name__ == "__main__":
    sys.exit(main())
