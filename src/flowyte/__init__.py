"""Flowyte: voice and chat agents that a business can trust and anyone can check."""

__version__ = "0.1.0"
