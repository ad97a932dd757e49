from engine.bridge.async_client import AsyncClient as AsyncClient
from engine.bridge.client import BridgeError as BridgeError
from engine.bridge.client import Client as Client
from engine.bridge.client import Frame as Frame
from engine.bridge.keys import load_client_keys as load_client_keys
from engine.cli.serve import serve as serve
from engine.formats.recording import read_recording as read_recording
from engine.formats.recording_writer import RecordingWriter as RecordingWriter
from engine.perception import Perceiver as Perceiver

__version__: str
