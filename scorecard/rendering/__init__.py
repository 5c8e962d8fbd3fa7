"""Many packs made side by side from notebooks, here or elsewhere, whole or not at all."""
