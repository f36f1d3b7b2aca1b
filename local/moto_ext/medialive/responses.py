"""Answer MediaLive's calls."""

from moto.medialive.responses import MediaLiveResponse

from local.moto_ext.checked import CheckedResponse


class TimedMediaLiveResponse(CheckedResponse, MediaLiveResponse):
    """Check moto's MediaLive calls and answers."""

    invalid_request = "BadRequestException"
