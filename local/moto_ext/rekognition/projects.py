"""Keep the projects of an account in a region, and the adapters that are trained in them."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from moto.utilities.utils import get_partition

from local.moto_ext import neighbour
from local.moto_ext.errors import AwsError
from local.moto_ext.paging import page
from local.moto_ext.rekognition import adapter_requests as requests
from local.moto_ext.rekognition.adapter import DELETING, EXPIRED, TRAINED, TRAINING, Adapter
from local.moto_ext.rekognition.adapter_training import Read, train
from local.moto_ext.rekognition.objects import Objects
from local.moto_ext.rekognition.worker import Worker

PAGE = 100
_worker = Worker("adapter-training")


@dataclass
class Project:
    """A project, and its adapters, oldest first."""

    arn: str
    name: str
    feature: str
    auto_update: str | None
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    adapters: list[Adapter] = field(default_factory=list)

    def describe(self) -> dict[str, Any]:
        """Tell the project as DescribeProjects does."""
        auto_update = {"AutoUpdate": self.auto_update} if self.auto_update else {}
        return {
            "ProjectArn": self.arn,
            "CreationTimestamp": self.created,
            "Status": "CREATED",
            "Datasets": [],
            "Feature": self.feature,
            **auto_update,
        }


class Projects:
    """The projects, oldest first.

    In the laptop cloud a thread trains, one adapter after the other. In ``mock_aws`` a training
    ends when it has been asked about once, within the call that does it: no thread outlives a test.
    """

    def __init__(self, account: str, region: str, read: Read) -> None:
        self._objects, self._read = Objects(account, region), read
        self._arn = f"arn:{get_partition(region)}:rekognition:{region}:{account}:project"
        self._lock = Lock()
        self._projects: dict[str, Project] = {}

    def create(self, request: dict[str, Any]) -> str:
        """Make a project and return its ARN.

        Raises
        ------
        AwsError: InvalidParameterException, ResourceInUseException.
        """
        feature, auto_update = requests.project(request)
        name = request["ProjectName"]
        with self._lock:
            if any(project.name == name for project in self._projects.values()):
                raise AwsError("ResourceInUseException", f"A project {name} exists already.")
            arn = f"{self._arn}/{name}/{_stamp()}"
            self._projects[arn] = Project(arn, name, feature, auto_update)
        return arn

    def describe(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe a page of projects, newest first.

        Raises
        ------
        AwsError: InvalidPaginationTokenException.
        """
        # Without Features, AWS tells of the projects of Custom Labels only.
        names, features = request.get("ProjectNames"), request.get("Features") or ["CUSTOM_LABELS"]
        told = [
            project.describe()
            for project in reversed(list(self._projects.values()))
            if project.feature in features and (not names or project.name in names)
        ]
        return _page("ProjectDescriptions", told, request)

    def delete(self, arn: str) -> str:
        """Delete a project that has no adapter, and return what becomes of it.

        Raises
        ------
        AwsError: ResourceNotFoundException, ResourceInUseException.
        """
        with self._lock:
            if self._found(arn).adapters:
                raise AwsError("ResourceInUseException", "Delete the project's versions first.")
            del self._projects[arn]
        return DELETING

    def create_version(self, request: dict[str, Any]) -> str:
        """Start the training of an adapter, and return its ARN.

        Raises
        ------
        AwsError: InvalidParameterException, ResourceNotFoundException, ResourceInUseException.
        """
        with self._lock:
            project = self._found(request["ProjectArn"])
            requests.version(request, project.feature)
            name = request["VersionName"]
            for adapter in project.adapters:
                if adapter.name == name:
                    message = f"A project version {name} exists already."
                    raise AwsError("ResourceInUseException", message)
                if adapter.status == TRAINING:
                    message = f"The project version {adapter.name} is being trained."
                    raise AwsError("ResourceInUseException", message)
            arn = f"{self._arn}/{project.name}/version/{name}/{_stamp()}"
            made = Adapter(arn, request, lambda: train(arn, request, self._objects, self._read))
            project.adapters.append(made)
        go_on(made)
        return arn

    def describe_versions(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe a page of a project's adapters, newest first.

        Raises
        ------
        AwsError: ResourceNotFoundException, InvalidPaginationTokenException.
        """
        project, names = self._found(request["ProjectArn"]), request.get("VersionNames")
        asked = [one for one in reversed(project.adapters) if not names or one.name in names]
        told = _page("ProjectVersionDescriptions", [one.describe() for one in asked], request)
        for adapter in asked:
            if adapter.status == DELETING:
                project.adapters.remove(adapter)
            elif not neighbour.endpoint():
                adapter.step()
        return told

    def delete_version(self, arn: str) -> str:
        """Begin to delete an adapter; whoever asks about it once more sees it go.

        Raises
        ------
        AwsError: ResourceNotFoundException, ResourceInUseException.
        """
        adapter = self.adapter(arn)
        if adapter.status == TRAINING:
            raise AwsError("ResourceInUseException", f"{adapter.name} is being trained.")
        adapter.become(DELETING)
        return DELETING

    def adapters(self) -> list[Adapter]:
        """List every adapter, oldest first within its project."""
        return [one for project in list(self._projects.values()) for one in project.adapters]

    def adapter(self, arn: str) -> Adapter:
        """Return an adapter that is not being deleted.

        Raises
        ------
        AwsError: ResourceNotFoundException.
        """
        for adapter in self.adapters():
            if adapter.arn == arn and adapter.status != DELETING:
                return adapter
        raise AwsError("ResourceNotFoundException", f"No adapter {arn}.")

    def answering(self, arn: str | None) -> Adapter | None:
        """Return the adapter that answers; None for the base model, in an expired one's place too.

        Raises
        ------
        AwsError: ResourceNotFoundException, ResourceNotReadyException.
        """
        adapter = self.adapter(arn) if arn else None
        if adapter and adapter.status not in TRAINED:
            message = f"The adapter {adapter.name} is not ready: {adapter.status}."
            raise AwsError("ResourceNotReadyException", message)
        return adapter if adapter and adapter.status != EXPIRED else None

    def _found(self, arn: str) -> Project:
        if arn not in self._projects:
            raise AwsError("ResourceNotFoundException", f"No project {arn}.")
        return self._projects[arn]


def go_on(adapter: Adapter) -> None:
    """Leave an adapter's training to the thread, where there is one."""
    if neighbour.endpoint():
        _worker.later(adapter.step)


def _stamp() -> int:
    return time.time_ns() // 1_000_000


def _page(name: str, told: list[dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
    size, token = request.get("MaxResults"), request.get("NextToken")
    answer = page(name, told, size, token, PAGE, refusal="InvalidPaginationTokenException")
    return {{"nextToken": "NextToken"}.get(key, key): value for key, value in answer.items()}
