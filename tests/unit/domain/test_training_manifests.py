"""A line of a manifest is AWS's own, and names nothing that is not trained."""

import json

from framewarden.domain.training_manifests import GROUND_TRUTH, line
from tests.unit.judged_pictures import SMOKING, VIOLENCE, WEAPONS, image

REF = "s3://example-batches/adapters/images/0a1b.jpg"
NAMED = "ModerationLabels"


def test_a_line_names_every_label_that_is_there():
    picture = image("1", present=(WEAPONS, SMOKING))
    assert line(picture, REF, [SMOKING]) == {
        "source-ref": REF,
        "content-moderation-groundtruth": {
            "ModerationLabels": [{"Name": "Smoking"}, {"Name": "Weapons"}]
        },
    }


def test_a_picture_that_shows_none_has_an_empty_list():
    assert json.dumps(line(image("1", found=(WEAPONS,)), REF, [WEAPONS])) == (
        f'{{"source-ref": "{REF}", "content-moderation-groundtruth": {{"ModerationLabels": []}}}}'
    )


def test_a_label_above_another_is_named_where_it_is_corrected_itself():
    picture = image("1", present=(WEAPONS, VIOLENCE))
    shown = {
        labels: [label["Name"] for label in line(picture, REF, labels)[GROUND_TRUTH][NAMED]]
        for labels in ((WEAPONS,), (WEAPONS, VIOLENCE), (VIOLENCE,))
    }
    assert shown == {
        (WEAPONS,): [WEAPONS],
        (WEAPONS, VIOLENCE): [VIOLENCE, WEAPONS],
        (VIOLENCE,): [VIOLENCE, WEAPONS],
    }
