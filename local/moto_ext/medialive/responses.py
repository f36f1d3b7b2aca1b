"""Answer MediaLive's calls."""

from typing import cast

from moto.core.responses import ActionResult, EmptyResult
from moto.medialive.responses import MediaLiveResponse

from local.moto_ext.checked import CheckedResponse
from local.moto_ext.medialive.models import TimedMediaLiveBackend
from local.moto_ext.paging import page


class TimedMediaLiveResponse(CheckedResponse, MediaLiveResponse):
    """Check moto's MediaLive calls and answers; add schedules and tags."""

    invalid_request = "BadRequestException"

    @property
    def _medialive(self) -> TimedMediaLiveBackend:
        return cast(TimedMediaLiveBackend, self.medialive_backend)

    def batch_update_schedule(self) -> ActionResult:
        """Delete and create schedule actions."""
        created, deleted = self._medialive.update_schedule(
            self.params["ChannelId"],
            self.params.get("Creates", {}).get("ScheduleActions", []),
            self.params.get("Deletes", {}).get("ActionNames", []),
        )
        return ActionResult(
            {"Creates": {"ScheduleActions": created}, "Deletes": {"ScheduleActions": deleted}}
        )

    def describe_schedule(self) -> ActionResult:
        """List the schedule's actions."""
        actions = self._medialive.channel(self.params["ChannelId"]).schedule.actions
        size, token = self.params.get("MaxResults"), self.params.get("NextToken")
        answer = page(
            "ScheduleActions",
            list(actions.values()),
            size,
            token,
            default=100,
            refusal=self.invalid_request,
        )
        return ActionResult(answer)

    def delete_schedule(self) -> ActionResult:
        """Delete every schedule action."""
        self._medialive.channel(self.params["ChannelId"]).schedule.clear()
        return ActionResult({})

    def create_tags(self) -> ActionResult:
        """Tag a channel."""
        self._medialive.tags_of(self.params["ResourceArn"]).update(self.params.get("Tags", {}))
        return EmptyResult()

    def delete_tags(self) -> ActionResult:
        """Take tags off."""
        tags = self._medialive.tags_of(self.params["ResourceArn"])
        for key in self.params["TagKeys"]:
            tags.pop(key, None)
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        """List the tags of a channel."""
        return ActionResult({"Tags": self._medialive.tags_of(self.params["ResourceArn"])})
