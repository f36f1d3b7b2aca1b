"""URLs of IVS; which operation a path means is read from botocore's model."""

from local.moto_ext.ivs.responses import LiveIVSResponse

url_bases = [r"https?://ivs\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/.*$": LiveIVSResponse.dispatch}
