"""Deploy the comparator beside framewarden, on the same laptop cloud."""

from pathlib import Path

from local.encoder import Channel, made_channel
from local.laptop.connection import Cloud
from local.laptop.deploy import defaults
from local.laptop.sam import Sam, overrides
from local.target import Target, stack_outputs

NAME = "framewarden-comparator"
CHANNEL = "benchmark-comparator"
ARTIFACTS = "framewarden-comparator-artifacts"
FOLDER = Path(__file__).parent


def deploy(cloud: Cloud) -> tuple[Target, Channel]:
    """Deploy it for a channel of its own; return where it is, and the channel.

    Its functions bring nothing along, so there is nothing to build.
    """
    channel = made_channel(cloud.client("ivs"), CHANNEL)
    fitting = {name: defaults(cloud)[name] for name in ("Runtime", "Architecture")}
    cloud.client("s3").create_bucket(Bucket=ARTIFACTS)
    Sam(cloud).run(
        "deploy", "--template-file", str(FOLDER / "template.yaml"), "--stack-name", NAME,
        "--region", cloud.region, "--s3-bucket", ARTIFACTS, "--s3-prefix", NAME,
        "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-progressbar",
        *overrides({**fitting, "ChannelArn": channel.arn}), cwd=FOLDER,
    )  # fmt: skip
    outputs = stack_outputs(cloud.client("cloudformation"), NAME, cloud.region)
    return Target(NAME, cloud.region, outputs, cloud.client, is_laptop=True), channel
