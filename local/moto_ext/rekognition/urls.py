"""URLs of Rekognition."""

from local.moto_ext.rekognition.responses import ModerationResponse

url_bases = [r"https?://rekognition\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": ModerationResponse.dispatch}
