"""The laptop cloud: ministack and the moto extension on 127.0.0.1, and the deployment into it."""
