"""Speech in, speech out: recognition, voices and the process that holds them, apart from the server.

Nothing that serves a game imports this room: its libraries (CTranslate2, Silero, espeak-ng under the GPL) live in the voice
process alone, which talks with the server over the wire like a client.
"""
