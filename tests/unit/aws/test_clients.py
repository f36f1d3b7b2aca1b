import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from framewarden.aws import analyzer, chat, evidence, ivs, medialive, messages
from framewarden.aws.channels import Channels
from framewarden.aws.clients import RETRIED_BY_THE_ASL, STORE_FAILURES, brought, client, named
from framewarden.aws.ledger import Ledger
from framewarden.aws.outbox import Outbox
from framewarden.aws.reviews import Reviews
from framewarden.domain.errors import (
    AnalyzerUnavailableError,
    StoreConflictError,
    StoreThrottledError,
    VideoServiceThrottledError,
)
from tests.unit.scenes import CHANNEL, FRAMES_BUCKET, MEDIALIVE, frame_of, state

FRAME = frame_of("archive/cleared")
NOTICE = {"id": "notice#1", "kind": "notice"}
OUTBOX, REVIEWS = Outbox("outbox"), Reviews("reviews", "frames")
CHANNELS = Channels("channels", "outbox")
ROOM = "arn:aws:ivschat:us-east-1:111122223333:room/AbCdEfGhIjKl"
STORES = {
    "PutItem": lambda: OUTBOX.put(NOTICE),
    "DeleteItem": lambda: OUTBOX.delivered("notice#1"),
    "Scan": OUTBOX.undelivered,
    "GetItem": lambda: Ledger("frames").get("f"),
    "UpdateItem": lambda: Ledger("frames").started("f", "e"),
    "Query": lambda: CHANNELS.rows(CHANNEL),
    "TransactWriteItems": lambda: REVIEWS.expire("r", {"status": "expired"}),
    "CopyObject": lambda: evidence.copy(FRAME, "example-evidence", "k"),
    "PutObject": lambda: evidence.commit("example-evidence", "k", {}),
    "Publish": lambda: messages.publish("arn:aws:sns:us-east-1:111122223333:n", "s", "t", {}),
    "SendTaskSuccess": lambda: messages.succeed("t" * 20, {}),
    "StartExecution": lambda: messages.start("arn:aws:states:us-east-1:1:stateMachine:m", "n", {}),
}
SERVICES = {
    "DetectModerationLabels": (
        lambda: analyzer.detect(FRAMES_BUCKET, "k", None),
        AnalyzerUnavailableError,
    ),
    "GetStream": (lambda: ivs.live_session(CHANNEL), VideoServiceThrottledError),
    "StopStream": (lambda: ivs.stop(CHANNEL), VideoServiceThrottledError),
    "DescribeChannel": (lambda: medialive.live_session(MEDIALIVE), VideoServiceThrottledError),
    "StopChannel": (lambda: medialive.stop(MEDIALIVE), VideoServiceThrottledError),
    "StartChannel": (lambda: medialive.start(MEDIALIVE), VideoServiceThrottledError),
    "BatchUpdateSchedule": (
        lambda: medialive.switch(MEDIALIVE, "slate", "case-1"),
        VideoServiceThrottledError,
    ),
    "ListStreams": (ivs.live_sessions, VideoServiceThrottledError),
    "ListChannels": (medialive.running, VideoServiceThrottledError),
    "ListStreamKeys": (lambda: ivs.revoke_keys(CHANNEL), VideoServiceThrottledError),
    "SendEvent": (lambda: chat.send_event(ROOM, "moderation:x", {}), StoreThrottledError),
}


@pytest.mark.parametrize("operation", STORES)
@pytest.mark.parametrize("code", ["ThrottlingException", "SlowDown", "InternalServerError"])
def test_a_throttle_of_a_store_keeps_its_name(aws, operation, code):
    aws.wire.fails(operation, code)
    with pytest.raises(StoreThrottledError, match=f"{operation}: {code}"):
        STORES[operation]()


@pytest.mark.parametrize("operation", STORES)
def test_a_store_that_does_not_answer_is_a_throttle(aws, operation):
    aws.wire.raises(operation, ReadTimeoutError(endpoint_url="https://example.invalid"))
    with pytest.raises(StoreThrottledError, match="ReadTimeoutError"):
        STORES[operation]()


@pytest.mark.parametrize("operation", SERVICES)
def test_a_service_that_does_not_answer_is_transient(aws, operation):
    call, leaf = SERVICES[operation]
    for silent in {operation, "ListStreams"}:  # which stands in for GetStream
        aws.wire.raises(silent, ReadTimeoutError(endpoint_url="https://example.invalid"))
    with pytest.raises(leaf, match="ReadTimeoutError"):
        call()


@pytest.mark.parametrize("operation", SERVICES)
def test_a_failure_inside_aws_is_transient_whatever_it_is_called(aws, operation):
    call, leaf = SERVICES[operation]
    for failing in {operation, "ListStreams"}:
        aws.wire.fails(failing, "SomethingNewException", status=500)
    with pytest.raises(leaf, match="SomethingNewException"):
        call()


@pytest.mark.parametrize("operation", ["PutItem", "CopyObject", "Publish"])
def test_what_we_have_no_name_for_passes_under_its_own(aws, operation):
    aws.wire.fails(operation, "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        STORES[operation]()


@pytest.mark.parametrize(
    ("reason", "leaf"),
    [
        ("TransactionConflict", StoreConflictError),
        ("ThrottlingError", StoreThrottledError),
        ("ProvisionedThroughputExceeded", StoreThrottledError),
        ("ValidationError", ClientError),
    ],
)
def test_a_cancelled_transaction_has_the_name_of_its_reason(aws, reason, leaf):
    why = [{"Code": "None"}, {"Code": reason}]
    aws.wire.fails("TransactWriteItems", "TransactionCanceledException", CancellationReasons=why)
    with pytest.raises(leaf):
        REVIEWS.expire("r", {"status": "expired"})


def test_a_condition_that_fails_is_an_answer_even_beside_a_conflict(aws):
    why = [{"Code": "ConditionalCheckFailed"}, {"Code": "TransactionConflict"}]
    aws.wire.fails("TransactWriteItems", "TransactionCanceledException", CancellationReasons=why)
    assert REVIEWS.expire("r", {"status": "expired"}) is False


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("UpdateItem", lambda: REVIEWS.settle("r", "cleared", None)),
        ("UpdateItem", lambda: OUTBOX.postpone(NOTICE, 1, "why")),
        ("PutItem", lambda: Ledger("frames").admit(FRAME, {}, _now())),
    ],
)
def test_a_write_that_is_refused_for_no_condition_is_no_answer(aws, operation, call):
    aws.wire.fails(operation, "ValidationException")
    with pytest.raises(ClientError):
        call()


def _now():
    from framewarden.domain.times import parse

    return parse(state("archive/cleared")["frame"]["put_at"])


def test_each_client_is_made_once_and_retries_of_the_asl_are_not_made_twice(aws):
    assert client("dynamodb") is client("dynamodb")
    for service in RETRIED_BY_THE_ASL:
        assert client(service).meta.config.retries["total_max_attempts"] == 1
    assert client("dynamodb").meta.config.retries["total_max_attempts"] == 2


def test_a_patient_client_waits_for_its_turn_and_is_another_one(aws):
    patient = client("ivs", True)
    assert patient.meta.config.retries == {"mode": "adaptive", "total_max_attempts": 8}
    assert client("ivs", True) is patient is not client("ivs")
    assert patient.meta.config.connect_timeout + patient.meta.config.read_timeout < 15


def test_whole_lists_are_waited_for_and_their_stand_in_is_not(aws):
    client("ivs", True)
    ivs.live_sessions()
    assert client.cache_info().currsize == 1
    ivs.live_sessions(ivs.LISTED_PAGES)
    assert client.cache_info().currsize == 2


def test_two_tries_of_a_store_fit_into_a_step():
    from framewarden.aws.clients import ORDINARY, SINGLE

    assert 2 * (ORDINARY.connect_timeout + ORDINARY.read_timeout) < 15
    assert SINGLE.connect_timeout + SINGLE.read_timeout < 15


def test_a_store_failure_is_one_of_two():
    assert set(STORE_FAILURES.values()) == {StoreThrottledError, StoreConflictError}


def test_an_error_without_a_status_is_still_named():
    with pytest.raises(StoreConflictError), named(STORE_FAILURES, StoreThrottledError):
        raise ClientError({"Error": {"Code": "TransactionConflictException"}}, "PutItem")


def test_a_terminal_brings_clients_of_its_own_for_a_while(aws):
    workers = client("dynamodb")
    asked = []

    def connect(service):
        asked.append(service)
        return service, len(asked)

    with brought(connect):
        assert client("dynamodb") == client("dynamodb") == ("dynamodb", 1)
        assert client("s3") == ("s3", 2)
    assert asked == ["dynamodb", "s3"], "each is asked for once"
    assert client("dynamodb") is workers


def test_whoever_brings_clients_last_is_asked_until_they_are_gone(aws):
    with brought(lambda service: "outer"):
        assert client("s3") == "outer"
        with pytest.raises(KeyError), brought(lambda service: "inner"):
            assert client("s3") == "inner"
            raise KeyError
        assert client("s3") == "outer"
    assert client("s3") not in ("outer", "inner")
