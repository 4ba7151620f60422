"""A documentation site over HTTP, page by page, into a folder."""
