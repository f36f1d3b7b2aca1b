"""Name the faults that the person at the terminal can act on."""


class OperatorError(Exception):
    """Say in one sentence what is wrong, and in the next what to do about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy
