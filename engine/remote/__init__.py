"""Perception on other machines: frames and questions travel there, sights come back. A gateway needs no Ray for it."""
