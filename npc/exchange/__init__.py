"""Character cards of the formats that role-players share, to and from ours."""
