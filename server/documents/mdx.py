"""MDX → what it says: as Markdown, with components, expressions, imports and exports."""

from server.documents.document import Document, Source
from server.documents.markdown import parse_dialect


def parse(source: Source) -> Document:
    """Raises `DocumentUnreadable` for what is no text and for front matter that is no mapping."""
    return parse_dialect(source, is_mdx=True)
