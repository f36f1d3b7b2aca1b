"""URLs of MediaLive; which operation a path means is read from botocore's model."""

from local.moto_ext.medialive.responses import TimedMediaLiveResponse

url_bases = [r"https?://medialive\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/.*$": TimedMediaLiveResponse.dispatch}
