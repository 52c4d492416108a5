"""AWS Signature Version 4 as S3 has it: the path is quoted once, and the hash of the body is a header.

Made anew for each request from its method, address, headers and body; docs.aws.amazon.com, "Signature Calculations for
the Authorization Header: Transferring Payload in a Single Chunk". Queries are none of ours.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from hashlib import sha256
from urllib.parse import urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Signer:
    """The keys of an account of an object store."""

    access_key: str
    secret_key: str = field(repr=False)
    region: str

    def signed(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, at: datetime) -> dict[str, str]:
        """The headers, in lower case, and those that prove who asks. `at` is UTC, `url` quoted and without a query."""
        parts, moment = urlsplit(url), f"{at:%Y%m%dT%H%M%SZ}"
        digest = sha256(body).hexdigest()
        every = {name.lower(): value.strip() for name, value in headers.items()}
        every |= {"host": parts.netloc, "x-amz-date": moment, "x-amz-content-sha256": digest}
        names = ";".join(sorted(every))
        lines = [f"{name}:{every[name]}" for name in sorted(every)]
        request = "\n".join([method, parts.path, "", *lines, "", names, digest])
        scope = (moment[:8], self.region, "s3", "aws4_request")
        to_sign = "\n".join([ALGORITHM, moment, "/".join(scope), sha256(request.encode()).hexdigest()])
        key = reduce(_keyed, scope, f"AWS4{self.secret_key}".encode())
        credential = f"{self.access_key}/{'/'.join(scope)}"
        signature = _keyed(key, to_sign).hex()
        every["authorization"] = f"{ALGORITHM} Credential={credential},SignedHeaders={names},Signature={signature}"
        return every


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
