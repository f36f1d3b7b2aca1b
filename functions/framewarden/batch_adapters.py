"""Find which adapter a batch is analyzed with; it is one and the same to the batch's end."""

from framewarden import settings
from framewarden.aws.adapter_switch import AdapterSwitch
from framewarden.domain.adapters import BASE, check_arn
from framewarden.domain.batch_requests import Request
from framewarden.domain.errors import AdapterRefusedError, BatchRefusedError


def check(asked: Request, own: settings.StartBatch) -> None:
    """Let pass an adapter of this region and account, and whoever names none.

    Raises
    ------
    BatchRefusedError
        It cannot be used here.
    """
    if asked.adapter is None or asked.adapter == BASE:
        return
    _, _, _, region, account, *_ = own.batch_machine_arn.split(":")
    try:
        check_arn(asked.adapter, region, account)
    except AdapterRefusedError as refusal:
        raise BatchRefusedError(str(refusal)) from refusal


def chosen(asked: Request, own: settings.StartBatch) -> str | None:
    """Return the adapter's ARN, or None for the base model; the live one where nobody says.

    Raises
    ------
    StoreThrottledError
        Try again.
    """
    if asked.adapter is not None:
        return None if asked.adapter == BASE else asked.adapter
    live = AdapterSwitch(own.adapters_table).read()["live"]
    return str(live["arn"]) if live else None
