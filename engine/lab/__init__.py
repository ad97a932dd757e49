"""Learning and measuring."""

import os

# Threads of torch that wait for each other must not spin: beside a game, or on a shared machine, that takes four times the
# processor. Read once, when torch is loaded, hence here.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
