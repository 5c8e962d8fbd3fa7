"""One kind of chart a module, and the sheet on which each is drawn."""
