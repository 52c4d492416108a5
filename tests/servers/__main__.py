"""`python -m tests.servers`: a Dovecot and an SMTP sink to try things on, until Ctrl-C."""

import signal
import sys
import threading

from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.process import ServerFailed, ServerMissing
from tests.servers.smtp_sink import SmtpSink

_TEXT = """\
IMAP   127.0.0.1:{imap_port} (plain or STARTTLS) and {tls_port} (TLS); any user name, password "{password}"
SMTP   127.0.0.1:{smtp_port} (plain, no login); every mail is taken and named here

A mailbox:   printf {password} > build/password
             .venv/bin/duebox mailbox add ar --address collections@test.example --imap-host 127.0.0.1 \\
               --imap-port {imap_port} --username ar --password-file build/password --folder INBOX --security none
Sending:     export DUEBOX_SMTP__HOST=127.0.0.1 DUEBOX_SMTP__PORT={smtp_port} DUEBOX_SMTP__SECURITY=none
A mail:      curl --user ar:{password} --upload-file mail.eml imap://127.0.0.1:{imap_port}/INBOX

The certificate is {certificate}. Ctrl-C stops both.
"""


def main() -> int:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        with Dovecot() as dovecot, SmtpSink() as sink:
            text = _TEXT.format(
                imap_port=dovecot.port,
                tls_port=dovecot.tls_port,
                password=PASSWORD,
                smtp_port=sink.port,
                certificate=dovecot.certificate.file,
            )
            print(text, flush=True)  # noqa: T201  # a command of its own
            seen = 0
            while not stopped.wait(0.5):
                for mail in sink.mails[seen:]:
                    seen += 1
                    print(f"taken: {mail.message['Subject']} for {', '.join(mail.recipients)}", flush=True)  # noqa: T201
    except (ServerMissing, ServerFailed) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
