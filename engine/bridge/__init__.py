"""The wire between a game and the engine: protocol, server, Python client."""
