"""Characters as a server keeps them."""
