"""What the figures of an edition must satisfy."""
