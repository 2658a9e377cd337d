"""Hold an archive to the profiles of RO-Crate: `validate.py ARCHIVE.zip`, exit status 1 where it breaks them.

Run by the Python that `make archive` prepares in build/validator: the validator asks for other versions of libraries
than the project. It would fetch the vocabulary of RO-Crate from the web; it is given the one that rocrate brings.
"""

import io
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from requests import PreparedRequest, Response, Session
from requests.adapters import BaseAdapter
from rocrate_validator import models, services
from urllib3 import HTTPResponse

ADDRESS = "https://w3id.org/ro/crate/"
VOCABULARY = files("rocrate").joinpath("data", "ro-crate.jsonld")
PROFILE = "process-run-crate-0.5"
"""It asks for all that RO-Crate 1.1 does."""


def main(archive: Path) -> int:
    """Print what is broken and what is advised, and return the exit status."""
    bring_vocabulary()
    issues = validated(archive)
    broken = [issue for issue in issues if issue.severity == models.Severity.REQUIRED]
    for told in dict.fromkeys(
        f"{issue.severity.name.lower()}: {issue.check.identifier}: {issue.message}" for issue in issues
    ):
        print(told)
    print(f"{archive.name}: {'breaks' if broken else 'valid under'} {PROFILE} and what that rests on")
    return bool(broken)


def validated(archive: Path) -> list[Any]:
    """What an archive breaks of the profile, be it only advised."""
    settings = services.ValidationSettings(
        rocrate_uri=str(archive),
        profile_identifier=PROFILE,
        requirement_severity=models.Severity.RECOMMENDED,
        skip_availability_check=True,
    )
    return list(services.validate(settings).get_issues())


class Vocabulary(BaseAdapter):
    """Answers for the web with the vocabulary that rocrate brings."""

    def send(self, request: PreparedRequest, *rest: Any, **named: Any) -> Response:
        """The vocabulary, whatever its version asked for."""
        answer = Response()
        answer.status_code, answer.request, answer.url = 200, request, str(request.url)
        answer.headers["Content-Type"] = "application/ld+json"
        answer.raw = HTTPResponse(body=io.BytesIO(VOCABULARY.read_bytes()), status=200, preload_content=False)
        return answer

    def close(self) -> None:
        """Nothing is held."""


def bring_vocabulary() -> None:
    """Answer for the address of the vocabulary, wherever it is asked for."""
    found = Session.get_adapter

    def get_adapter(self: Session, url: str) -> BaseAdapter:
        return Vocabulary() if url.startswith(ADDRESS) else found(self, url)

    Session.get_adapter = get_adapter  # type: ignore[method-assign]


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
