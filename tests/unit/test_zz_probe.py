import pytest
from datetime import datetime, timezone, timedelta
from framewarden import settings, reviewing, stopping, requesting
from tests.unit import scenes
@pytest.mark.parametrize("n", range(20))
def test_probe(aws, counted, logged, n):
    now = datetime.now(timezone.utc)
    s = aws.go_live(now - timedelta(minutes=1))
    st = scenes.put(scenes.state("stop_stream/critical"), now - timedelta(seconds=1))
    r = stopping.stop(st, settings.StopStream.read(), now)
    assert counted()["StreamsStopped"] == 1
    assert len(aws.notices()) == 1
