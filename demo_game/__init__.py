"""A small village that talks to the engine over the bridge, as any other game would."""
