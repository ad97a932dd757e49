"""The folder that ships with a game: the server frozen, its bundle and cards, the licences of all that is in it."""
