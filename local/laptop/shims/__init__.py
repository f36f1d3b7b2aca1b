"""Make ministack behave as AWS documents, where the state machine depends on it.

Applied by the launcher in the emulator's own process. Each function is one fault: what the
emulator does, what AWS documents. Each checks the code that it replaces, so that a ministack
that has changed stops the launch instead of going on half patched; `tests/laptop/cloud` shows
every fault and fails once ministack mends it.
"""

from collections.abc import Callable

from local.laptop.shims import (
    answers,
    definitions,
    events,
    functions,
    identities,
    machines,
    metrics,
    objects,
)

SHIMS: tuple[Callable[[], None], ...] = (
    functions.lambda_errors_keep_their_class_name,
    functions.busy_functions_make_callers_wait,
    functions.events_invoke_lambda_asynchronously,
    functions.s3_events_name_the_version,
    events.played_services_publish_their_events,
    identities.sessions_are_known_by_their_role,
    identities.loopback_counts_as_tls,
    metrics.embedded_metrics_are_extracted,
    metrics.alarms_watch_their_own_dimensions,
    machines.timeout_paths_are_resolved,
    machines.failed_notifiers_fail_their_state,
    machines.retries_wait_no_longer_than_they_say,
    answers.answers_are_authorized_on_their_machine,
    definitions.executions_keep_their_definition,
    objects.versions_are_read_in_ranges,
)


def apply_all() -> None:
    """Apply every shim, once per process.

    Raises
    ------
    ShimOutdatedError
        The installed ministack is not the one that the shims were written for.
    """
    for shim in SHIMS:
        shim()
