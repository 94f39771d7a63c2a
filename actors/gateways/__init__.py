"""Ports to the hospital's other systems, each with its simulator beside its adapter."""
