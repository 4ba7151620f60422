from server.documents.sites.built_pages import page_anchors


def test_ids_and_named_anchors_are_where_links_may_lead() -> None:
    html = b"""<!doctype html><title>T</title><h1 id=top>T</h1><H2 ID='a&amp;b "c"'>A</H2><a name="old.name"></a>
      <a id=both name=two></a><input name=q><p id="">x<p id><svg id="drawn"/><div id="\xc3\xbc">"""
    assert {"top", 'a&b "c"', "old.name", "both", "two", "drawn", "ü"} == page_anchors(html)


def test_what_is_no_html_has_no_anchors() -> None:
    assert frozenset() == page_anchors(b"")
    assert frozenset() == page_anchors(b"\0\xff\xfe" + b"<" * 100_000)


def test_deep_nesting_is_no_recursion_error() -> None:
    assert {"in"} == page_anchors(b"<div>" * 100_000 + b"<p id=in>")
