"""Ratings, scorecards and district packs for Kent's Children, Young People and Education scorecard."""
