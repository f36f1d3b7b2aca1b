"""What an error's name means, and what to do about it, for somebody who was just woken up."""

from typing import Final

LOG = "Look at the function's log of this execution"
RESCAN = "give the frame another attempt with `framewarden rescan`"
AGAIN = "Nothing, while it is retried. If it did not pass in time, " + RESCAN + "."
STOP_AGAIN = "If it is still on air, press Stop on the channel's page"

_OURS: Final = {
    "AnalyzerThrottledError": (
        "Rekognition refused the call as one too many",
        AGAIN + " If it happens often, ask AWS to raise the quota of DetectModerationLabels.",
    ),
    "AnalyzerUnavailableError": (
        "Rekognition failed inside, or could not be reached",
        AGAIN + " If it lasts, look at the AWS Health Dashboard.",
    ),
    "StoreThrottledError": ("DynamoDB, S3, SNS or IVS Chat refused the call or failed", AGAIN),
    "StoreConflictError": ("two executions wrote the same row, and neither of them won", AGAIN),
    "ImageInvalidError": (
        "the picture could not be read",
        "Look whether the recorder writes JPEG or PNG files that open; then " + RESCAN + ".",
    ),
    "ImageTooLargeError": (
        "the picture is larger than 15 MB, or wider or higher than 10,000 pixels",
        "Let the source write smaller pictures: Rekognition takes no larger ones.",
    ),
    "ImageMissingError": (
        "the picture was gone, or may not be read",
        "Look whether something deletes frames early, or encrypts them with a key of its own.",
    ),
    "AnalyzerDeniedError": (
        "Rekognition refused us: a permission, the configuration or the adapter is wrong",
        "Run `framewarden doctor`; then " + RESCAN + ".",
    ),
    "AnalysisMalformedError": (
        "Rekognition's answer is not of the shape that its reference gives",
        LOG + ", and tell the developers: until then frames like it clear nothing.",
    ),
    "PolicyUnavailableError": (
        "no policy is published, or it cannot be read",
        "Publish one with `framewarden policy publish`; then " + RESCAN + ".",
    ),
    "PolicyInvalidError": (
        "the published policy breaks the rules of a policy",
        "Mend it by what `framewarden policy check` says, publish it, and " + RESCAN + ".",
    ),
    "RoomNotFoundError": (
        "the chat room does not exist (any more)",
        "Mend the room's ARN in the policy, or in the channel's tags.",
    ),
    "MessageRefusedError": (
        "SNS or IVS Chat would not take the message",
        "Look whether the topic exists and the function may publish to it; people may not have "
        "been told.",
    ),
    "LinkInvalidError": (
        "a link or a form was not signed by us, or has expired",
        "Open a fresh link, or sign in at the desk.",
    ),
    "FrameMalformedError": (
        "the event, or the execution's input, names no object that can be judged",
        "Look at the execution's input; whatever started it did not come through intake.",
    ),
    "BatchRefusedError": (
        "the batch may not start, go on or be cancelled as it was asked",
        "What refused it says why, and what to do instead.",
    ),
    "ManifestInvalidError": (
        "the batch's manifest is gone, empty, may not be read, or was changed meanwhile",
        "Look whether it is where `framewarden batch show` says; then start a batch of it anew.",
    ),
    "BatchFailed": (
        "the batch failed",
        "Look why with `framewarden batch show`; `framewarden batch resume` goes on from there.",
    ),
    "BatchStopped": (
        "the batch was paused, cancelled or failed while this range was worked on",
        "Nothing: `framewarden batch show` says why, and `framewarden batch resume` goes on.",
    ),
    "AdapterRefusedError": (
        "the adapter may not be trained, promoted or used as it was asked",
        "What refused it says why, and what to do instead.",
    ),
    "AdapterFailed": (
        "no adapter was trained, or not in its hours; what is live is as it was",
        "Look why with `framewarden adapter show`; `framewarden adapter train` tries again.",
    ),
    "OrderFailed": (
        "the order could not be carried out",
        "The channel's page says what failed and what is still on air; order it again there.",
    ),
}
STOP_REMEDIES: Final = {
    "ChannelNotFoundError": "Nothing, if the channel was deleted. Else compare its id with the "
    "one in the frame's key.",
    "StopDeniedError": "Tag the channel framewarden=moderated, then press Stop on its page.",
    "StreamStillLiveError": "Press Stop on the channel's page, or stop the stream in the AWS "
    "console: viewers see it.",
    "VideoServiceThrottledError": f"It is retried for a minute. {STOP_AGAIN}.",
    "StreamUnavailableError": f"It is retried for minutes. {STOP_AGAIN}.",
    "ChannelBusyError": f"It is retried for minutes. {STOP_AGAIN}.",
    "StopInProgressError": f"Look at the other execution, on the channel's page. {STOP_AGAIN}.",
    "SlateInputMissingError": "Attach an input of the name that the policy gives, or let the "
    "policy stop the channel instead.",
}
_PLATFORM: Final = {
    "States.Timeout": (
        "it took longer than it may",
        f"{LOG}: it ends where the time went. Then {RESCAN}.",
    ),
    "States.HeartbeatTimeout": ("it gave no sign of life in time", f"{LOG}."),
    "States.DataLimitExceeded": (
        "the state grew beyond the 256 KB that Step Functions passes on",
        "Look at which state's output is so large: an analysis of thousands of labels, perhaps.",
    ),
    "States.Runtime": (
        "the machine's definition did not fit what a state gave it",
        "Compare the state's input with its definition; deploy again if the two are of different "
        "versions.",
    ),
    "States.Permissions": (
        "the machine's role may not do what the state asks",
        "Deploy the template again: it gives the machine's role what it needs.",
    ),
    "Lambda.ServiceException": ("AWS Lambda failed inside", AGAIN),
    "Lambda.AWSLambdaException": ("AWS Lambda failed inside", AGAIN),
    "Lambda.SdkClientException": ("Step Functions could not reach AWS Lambda", AGAIN),
    "Lambda.TooManyRequestsException": (
        "more functions ran at a time than the account may run",
        AGAIN + " If it happens often, ask AWS to raise the quota of concurrent executions.",
    ),
    "Lambda.Unknown": (
        "the function died without saying why: out of memory, or out of time",
        f"{LOG}; if it ran out of memory, give it more in the template.",
    ),
    "Runtime.ExitError": (
        "the function's process ended without an answer",
        f"{LOG}; if it ran out of memory, give it more in the template.",
    ),
    "Sandbox.Timedout": ("the function ran into its own time-out", f"{LOG}. {AGAIN}"),
}
FAILURES: Final = _OURS | _PLATFORM
"""What happened, as a clause, and what to do, in sentences; by the names that machines see."""

KINDS: Final = {
    "States.": ("Step Functions ended it by itself", "Look the name up among its error names"),
    "Lambda.": ("AWS Lambda could not run the function", LOG),
    "Runtime.": ("the function could not be run", LOG),
    "Sandbox.": ("the function could not be run", LOG),
}
"""The same of names that nobody foresaw, by what they begin with."""
