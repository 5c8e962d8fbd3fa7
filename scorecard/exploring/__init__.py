"""Any choice of indicators and areas as charts and figures, and the widgets that choose."""
