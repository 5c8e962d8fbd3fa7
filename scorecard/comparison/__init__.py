"""Kent against others: measures of the department, their import, means, ranks and whether print is like for like."""
