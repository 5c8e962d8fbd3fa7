"""Parts of pages: cells and headings, tables of what a figure can bear, the report of one indicator."""
