"""Records of an API or of a long table, one figure of one label and year each, put together to a table."""
