"""URLs of IVS Chat; which operation a path means is read from botocore's model."""

from local.moto_ext.ivschat.responses import IVSChatResponse

url_bases = [r"https?://ivschat\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/.*$": IVSChatResponse.dispatch}
