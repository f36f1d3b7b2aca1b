"""Find the published version of the policy that a verdict was reached by."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from botocore.exceptions import ClientError

from framewarden.aws.clients import client, code_of, store
from framewarden.domain.policy import policy_hash

MOST: Final = 50
"""Versions that are compared, the newest first; a call for each that this worker has not read."""
PAGES: Final = 4  # of the list of versions, each of 50 (AppConfig's API reference)

Document = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """One version; `newest` tells whether none was published after it."""

    number: int
    document: Document
    newest: bool


@dataclass(frozen=True)
class Published:
    """The versions of one configuration profile."""

    application: str
    profile: str

    def of_hash(self, wanted: str) -> Version | None:
        """Return the newest version of this content; None where none of the last 50 has it."""
        versions = self._versions()
        for number in versions[:MOST]:
            read = _read(self.application, self.profile, number)
            if read and read[0] == wanted:
                return Version(number, read[1], number == versions[0])
        return None

    def _versions(self) -> list[int]:
        """Return the numbers of the versions, the newest first."""
        asked: dict[str, Any] = {
            "ApplicationId": self.application,
            "ConfigurationProfileId": self.profile,
            "MaxResults": 50,
        }
        found: list[int] = []
        for _ in range(PAGES):
            with store():
                answer = client("appconfig").list_hosted_configuration_versions(**asked)
            found += [int(one["VersionNumber"]) for one in answer["Items"]]
            if not answer.get("NextToken"):
                break
            asked["NextToken"] = answer["NextToken"]
        return sorted(found, reverse=True)


@lru_cache(maxsize=4 * MOST)
def _read(application: str, profile: str, number: int) -> tuple[str, Document] | None:
    """Return hash and content of a version, which never changes; None where it is no policy's."""
    try:
        with store():
            answer = client("appconfig").get_hosted_configuration_version(
                ApplicationId=application, ConfigurationProfileId=profile, VersionNumber=number
            )
        document = json.loads(answer["Content"].read())
        return (policy_hash(document), document) if isinstance(document, dict) else None
    except ClientError as failure:
        if code_of(failure) == "ResourceNotFoundException":  # deleted since it was listed
            return None
        raise
    except ValueError:
        return None
