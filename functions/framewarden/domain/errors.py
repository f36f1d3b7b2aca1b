"""Name every failure that the state machine may see.

Step Functions sees an exception as its class name and nothing else: inheritance is invisible
there, and an exception without a message arrives blank. The leaf names below are therefore the
contract with `statemachines/`: flat, closed and tested both ways.

FramewardenError
 ├─ TransientError        retried by name in the ASL
 │   ├─ AnalyzerThrottledError       Rekognition throttled the call
 │   ├─ AnalyzerUnavailableError     Rekognition failed inside, or could not be reached
 │   ├─ StoreThrottledError          DynamoDB, S3, SNS or IVS Chat throttled or failed inside
 │   ├─ StoreConflictError           two writers met on one row and neither won; try again
 │   ├─ StopInProgressError          another execution owns the stop; its lease runs
 │   ├─ StreamUnavailableError       IVS: the stream cannot be stopped just now
 │   ├─ StreamStillLiveError         the stop was accepted, but is not verified yet
 │   ├─ ChannelBusyError             MediaLive: the channel is between two states
 │   └─ VideoServiceThrottledError   IVS or MediaLive throttled the call or failed inside
 └─ PermanentError        never retried; caught and held, or sent to people
     ├─ ImageInvalidError            not a JPEG or PNG that can be analysed
     ├─ ImageTooLargeError           larger than 15 MB, or more than 10,000 px on a side
     ├─ ImageMissingError            the object is gone, or may not be read by the analyzer
     ├─ AnalyzerDeniedError          permission, configuration or adapter; also raises an alarm
     ├─ AnalysisMalformedError       the analyzer's answer cannot be read, so it can clear nothing
     ├─ PolicyUnavailableError       no policy is published, or it cannot be read
     ├─ PolicyInvalidError           the document breaks the policy's rules
     ├─ ChannelNotFoundError         the channel does not exist (any more)
     ├─ StopDeniedError              permission to stop is missing (is the channel tagged?)
     ├─ SlateInputMissingError       MediaLive: the channel has no such input to show instead
     ├─ RoomNotFoundError            IVS Chat: the room does not exist (any more)
     ├─ MessageRefusedError          SNS or IVS Chat will not take it: permission, topic, content
     ├─ LinkInvalidError             a link or form that we did not sign, or that has expired
     ├─ FrameMalformedError          an event that carries no object
     ├─ BatchRefusedError            a batch that may not start, resume or be cancelled, and why
     ├─ ManifestInvalidError         a manifest that is gone, empty, or was changed meanwhile
     └─ AdapterRefusedError          an adapter that may not be trained or used as asked, and why
"""


class FramewardenError(Exception):
    """Base of every failure that has a name; the message is for a person."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


class TransientError(FramewardenError):
    """Might succeed if tried again; the ASL retries each leaf by name."""


class PermanentError(FramewardenError):
    """Will not succeed however often it is tried."""


class AnalyzerThrottledError(TransientError):
    """Rekognition throttled the call."""


class AnalyzerUnavailableError(TransientError):
    """Rekognition failed inside or could not be reached."""


class StoreThrottledError(TransientError):
    """A store or messenger (DynamoDB, S3, SNS, IVS Chat) throttled or failed inside."""


class StoreConflictError(TransientError):
    """Two writers met on one row and neither won."""


class StopInProgressError(TransientError):
    """Another execution owns the stop and its lease has not lapsed."""


class StreamUnavailableError(TransientError):
    """IVS cannot stop the stream just now."""


class StreamStillLiveError(TransientError):
    """The stop was accepted but the channel is not verified offline yet."""


class ChannelBusyError(TransientError):
    """MediaLive is between two states."""


class VideoServiceThrottledError(TransientError):
    """IVS or MediaLive throttled the call or failed inside."""


class ImageInvalidError(PermanentError):
    """The bytes are not an image that can be analysed."""


class ImageTooLargeError(PermanentError):
    """The image is above the analyzer's limits."""


class ImageMissingError(PermanentError):
    """The object is gone or cannot be read by the analyzer."""


class AnalyzerDeniedError(PermanentError):
    """The analyzer refuses us: permission, configuration or adapter."""


class AnalysisMalformedError(PermanentError):
    """The analyzer's answer is not of the documented shape; such a frame is never cleared."""


class PolicyUnavailableError(PermanentError):
    """No policy is published, or it cannot be read."""


class PolicyInvalidError(PermanentError):
    """The document breaks the policy's rules.

    `problems` holds one (path, message) for each fault; the path leads from the document's root.
    """

    def __init__(self, problems: list[tuple[tuple[str | int, ...], str]]) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, path))}: {why}" for path, why in problems))
        self.problems = problems


class ChannelNotFoundError(PermanentError):
    """The channel does not exist."""


class StopDeniedError(PermanentError):
    """We are not allowed to stop this channel."""


class SlateInputMissingError(PermanentError):
    """The MediaLive channel has no input attachment of the policy's name."""


class RoomNotFoundError(PermanentError):
    """The chat room does not exist."""


class MessageRefusedError(PermanentError):
    """A notice or an event is refused: no permission, no such topic, or not valid."""


class LinkInvalidError(PermanentError):
    """The link or form was not signed by us, or has expired."""


class FrameMalformedError(PermanentError):
    """The event carries no object."""


class BatchRefusedError(PermanentError):
    """A batch may not start, resume or be cancelled as it was asked; the message says why."""


class ManifestInvalidError(PermanentError):
    """A manifest is gone, empty, may not be read, or was changed while its batch ran."""


class AdapterRefusedError(PermanentError):
    """An adapter may not be trained, promoted or used as it was asked; the message says why."""
