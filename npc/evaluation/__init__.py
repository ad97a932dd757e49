"""How well characters play their roles: measured offline, the same figures on every machine."""
