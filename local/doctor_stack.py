"""Check the stack itself: what it consists of, whether it hears of frames, whether it is well."""

from __future__ import annotations

from collections.abc import Iterator

from framewarden.domain.errors import PolicyInvalidError
from framewarden.domain.policy import parse_policy
from local import publish
from local.doctor import FAIL, OK, WARN, Check, Seen, resources
from local.target import Target

NEEDED = (
    "ConsoleUrl",
    "ApiUrl",
    "StateMachineArn",
    "OrderMachineArn",
    "FramesBucket",
    "EvidenceBucket",
    "FramesTable",
    "ReviewsTable",
    "ChannelsTable",
    "OutboxTable",
    "IntakeFunction",
    "IntakeDeadLetterQueueUrl",
    "NoticeTopicArn",
    "UserPoolId",
    "UserPoolClientId",
    "ConsoleUrlParameter",
    "PolicyApplication",
    "PolicyEnvironment",
    "PolicyProfile",
)
REDEPLOY = "Deploy this version of the template: sam build && sam deploy"


def check_account(target: Target) -> Iterator[Seen]:
    """See who is looking."""
    caller = target.client("sts").get_caller_identity()
    says = f"{caller['Arn']} in account {caller['Account']}"
    if caller["Arn"].endswith(":root") and not target.is_laptop:
        yield WARN, says, "Use a role instead of the account's root user."
    else:
        yield OK, says, ""


def given_parameter(target: Target, name: str) -> str | None:
    """Read a parameter that the stack was deployed with; None where it has none of that name."""
    [described] = target.client("cloudformation").describe_stacks(StackName=target.stack_name)[
        "Stacks"
    ]
    given = {item["ParameterKey"]: item["ParameterValue"] for item in described["Parameters"]}
    return given.get(name)


def check_stack(target: Target) -> Iterator[Seen]:
    """See whether the deployment ended well and is a framewarden of this version."""
    [described] = target.client("cloudformation").describe_stacks(StackName=target.stack_name)[
        "Stacks"
    ]
    state = described["StackStatus"]
    if not state.endswith("_COMPLETE") or "ROLLBACK" in state:
        yield FAIL, f"{target.stack_name} is {state}.", "Look at its events, and deploy it again."
    missing = [name for name in NEEDED if name not in target.outputs]
    if missing:
        yield FAIL, f"The outputs {', '.join(missing)} are missing.", REDEPLOY
    else:
        yield OK, f"{target.stack_name} is {state} in {target.region}.", ""
    given = {item["ParameterKey"]: item["ParameterValue"] for item in described["Parameters"]}
    if given.get("Mode") == "observe":
        yield (
            WARN,
            "Mode is observe: no verdict stops a stream by itself.",
            "When you trust the policy, deploy with Mode=enforce.",
        )


def check_bucket(target: Target) -> Iterator[Seen]:
    """See whether frames can land where the recording writes them, and are announced."""
    s3, bucket = target.client("s3"), target.output("FramesBucket")
    home = s3.get_bucket_location(Bucket=bucket).get("LocationConstraint") or "us-east-1"
    if home != target.region:
        yield FAIL, f"{bucket} is in {home}, the stack in {target.region}.", REDEPLOY
    if s3.get_bucket_versioning(Bucket=bucket).get("Status") != "Enabled":
        yield FAIL, f"{bucket} is not versioned: an overwritten frame would be lost.", REDEPLOY
    if "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket=bucket):
        yield FAIL, f"{bucket} does not send events to EventBridge, so no frame starts.", REDEPLOY
    else:
        yield OK, f"{bucket} announces its objects to EventBridge.", ""


def check_rules(target: Target) -> Iterator[Seen]:
    """See whether the rules that start things are on, and lead somewhere."""
    events, names = target.client("events"), resources(target, "AWS::Events::Rule")
    if not names:
        yield FAIL, "The stack has no EventBridge rules.", REDEPLOY
    for name in names:
        if events.describe_rule(Name=name)["State"] == "DISABLED":
            remedy = f"aws events enable-rule --name {name} --region {target.region}"
            yield FAIL, f"The rule {name} is disabled.", remedy
        elif not events.list_targets_by_rule(Rule=name)["Targets"]:
            yield FAIL, f"The rule {name} has no target.", REDEPLOY
        else:
            yield OK, f"The rule {name} is enabled.", ""


def check_policy(target: Target) -> Iterator[Seen]:
    """See whether a valid policy is in force."""
    remedy = f"framewarden policy publish FILE{target.option}"
    published = publish.current(target)
    if published is None:
        yield FAIL, "No policy is published, so every frame ends unscreened.", remedy
        return
    try:
        policy = parse_policy(published.document)
    except PolicyInvalidError as reason:
        yield FAIL, f"Version {published.version} is not valid: {reason}", remedy
        return
    yield OK, f"{policy.name}, version {published.version}, is in force.", ""


def check_notices(target: Target) -> Iterator[Seen]:
    """See whether anybody is told of reviews, stops and alarms."""
    topics = {
        "notices": target.output("NoticeTopicArn"),
        "alarms": target.physical_id("AlarmTopic"),
    }
    for what, topic in topics.items():
        pages = (
            target.client("sns")
            .get_paginator("list_subscriptions_by_topic")
            .paginate(TopicArn=topic)
        )
        found = [entry for page in pages for entry in page["Subscriptions"]]
        pending = [entry for entry in found if not entry["SubscriptionArn"].startswith("arn:")]
        if not found:
            yield (
                WARN,
                f"Nobody is subscribed to {what}.",
                f"aws sns subscribe --topic-arn {topic} --protocol email "
                f"--notification-endpoint ADDRESS --region {target.region}",
            )
        elif pending:
            yield (
                WARN,
                f"{len(pending)} of {len(found)} subscriptions to {what} are not confirmed.",
                "Open the link in the mail that AWS sent to each address.",
            )
        else:
            yield OK, f"{len(found)} subscriptions to {what}.", ""


def check_alarms(target: Target) -> Iterator[Seen]:
    """See whether an alarm of the stack is raised."""
    names = resources(target, "AWS::CloudWatch::Alarm")
    raised = []
    # DescribeAlarms takes 100 names (API reference).
    for start in range(0, len(names), 100):
        pages = (
            target.client("cloudwatch")
            .get_paginator("describe_alarms")
            .paginate(AlarmNames=names[start : start + 100])
        )
        raised += [
            alarm
            for page in pages
            for alarm in page["MetricAlarms"]
            if alarm["StateValue"] == "ALARM"
        ]
    for alarm in raised:
        yield WARN, f"{alarm['AlarmName']} is raised.", alarm.get("AlarmDescription", "")
    if not raised:
        yield OK, f"None of {len(names)} alarms is raised.", ""


def check_dead_letters(target: Target) -> Iterator[Seen]:
    """See whether events could not be handled."""
    queues = resources(target, "AWS::SQS::Queue")
    for url in queues:
        answer = target.client("sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        waiting = int(answer["Attributes"]["ApproximateNumberOfMessages"])
        name = url.rpartition("/")[2]
        if waiting:
            yield (
                WARN,
                f"{waiting} events lie in {name}.",
                f"Look why, then: framewarden rescan{target.option}",
            )
        else:
            yield OK, f"{name} is empty.", ""


STACK_CHECKS: dict[str, Check] = {
    "account": check_account,
    "stack": check_stack,
    "bucket": check_bucket,
    "rules": check_rules,
    "policy": check_policy,
    "notices": check_notices,
    "alarms": check_alarms,
    "dead letters": check_dead_letters,
}
