"""MDX → what it says: read as Markdown for now."""

from server.documents.markdown import parse

__all__ = ["parse"]
