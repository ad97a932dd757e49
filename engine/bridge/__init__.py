"""The wire: protocol, server, Python client. See docs/protocol.md."""
