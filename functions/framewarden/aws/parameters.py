"""Read where the moderators' pages are served."""

from aws_lambda_powertools.utilities.parameters import get_parameter

# Seconds; `framewarden up` and owners of a custom domain overwrite the parameter.
MAX_AGE = 60


def console_url(name: str) -> str:
    """Return the pages' base URL, without a slash at its end."""
    return str(get_parameter(name, max_age=MAX_AGE)).rstrip("/")
