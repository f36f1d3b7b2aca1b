"""MediaLive with honest channel states."""
