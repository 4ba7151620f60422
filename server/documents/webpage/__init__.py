"""HTML → Markdown: a tree, the part of it that is content, and what that says."""
