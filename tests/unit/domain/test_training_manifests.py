"""A line of a manifest is AWS's own, and names nothing that is not trained."""

import json

from framewarden.domain.training_manifests import line
from tests.unit.judged_pictures import SMOKING, WEAPONS, image

REF = "s3://example-batches/adapters/images/0a1b.jpg"


def test_a_line_names_the_trained_labels_that_are_there():
    picture = image("1", present=(WEAPONS, SMOKING, "Violence"))
    assert line(picture, REF, [WEAPONS, SMOKING, "Gambling"]) == {
        "source-ref": REF,
        "content-moderation-groundtruth": {
            "ModerationLabels": [{"Name": "Smoking"}, {"Name": "Weapons"}]
        },
    }


def test_a_picture_that_shows_none_of_them_has_an_empty_list():
    assert json.dumps(line(image("1", present=(WEAPONS,)), REF, [SMOKING])) == (
        f'{{"source-ref": "{REF}", "content-moderation-groundtruth": {{"ModerationLabels": []}}}}'
    )
