"""Name the services that the extension answers for."""

SERVICES = ("rekognition", "ivs", "ivschat", "medialive")
