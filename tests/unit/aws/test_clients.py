import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from framewarden.aws import analyzer, channels, evidence, ivs, medialive, messages
from framewarden.aws.clients import RETRIED_BY_THE_ASL, STORE_FAILURES, client, named
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
STOPS = channels.StopRows("channels")
STORES = {
    "PutItem": lambda: OUTBOX.put(NOTICE),
    "DeleteItem": lambda: OUTBOX.delivered("notice#1"),
    "Scan": OUTBOX.undelivered,
    "GetItem": lambda: Ledger("frames").get("f"),
    "UpdateItem": lambda: Ledger("frames").started("f", "e"),
    "Query": lambda: STOPS.of_channel(CHANNEL),
    "TransactWriteItems": lambda: REVIEWS.expire("r", {"status": "expired"}),
    "CopyObject": lambda: evidence.copy(FRAME, "example-evidence", "k"),
    "PutObject": lambda: evidence.commit("example-evidence", "k", {}),
    "Publish": lambda: messages.publish("arn:aws:sns:us-east-1:111122223333:n", "s", "t"),
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
    aws.wire.raises(operation, ReadTimeoutError(endpoint_url="https://example.invalid"))
    with pytest.raises(leaf, match="ReadTimeoutError"):
        call()


@pytest.mark.parametrize("operation", SERVICES)
def test_a_failure_inside_aws_is_transient_whatever_it_is_called(aws, operation):
    call, leaf = SERVICES[operation]
    aws.wire.fails(operation, "SomethingNewException", status=500)
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
        ("UpdateItem", lambda: STOPS.fail(CHANNEL, "s", "at")),
        ("UpdateItem", lambda: OUTBOX.postpone(NOTICE, 1, "why")),
        ("PutItem", lambda: Ledger("frames").admit(FRAME, {}, _now())),
        (
            "TransactWriteItems",
            lambda: STOPS.stopped(CHANNEL, "s", "at", NOTICE, "outbox"),
        ),
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


def test_two_tries_of_a_store_fit_into_a_step():
    from framewarden.aws.clients import ORDINARY, SINGLE

    assert 2 * (ORDINARY.connect_timeout + ORDINARY.read_timeout) < 15
    assert SINGLE.connect_timeout + SINGLE.read_timeout < 15


def test_a_store_failure_is_one_of_two():
    assert set(STORE_FAILURES.values()) == {StoreThrottledError, StoreConflictError}


def test_an_error_without_a_status_is_still_named():
    with pytest.raises(StoreConflictError), named(STORE_FAILURES, StoreThrottledError):
        raise ClientError({"Error": {"Code": "TransactionConflictException"}}, "PutItem")
