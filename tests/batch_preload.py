"""Imported by the fork server of the batch tests, so that every run starts with everything loaded."""

from batch_project import preload

preload()
