"""What people deliver, read as it stands: files, workbooks, queries, commentary, and the mistakes in them."""
