"""The `framewarden` command."""


def main() -> None:
    """Run the command line."""
    from local.cli.app import application

    application()(prog_name="framewarden")
