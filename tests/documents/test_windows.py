from server.documents.windows import make_windows
from server.records import Page, PageSection, Window


def page_of(*sections: PageSection) -> Page:
    return Page(
        path="/auth",
        url="/auth",
        title="Auth",
        meta={},
        type="markdown",
        source="auth.md",
        checksum="",
        parsed_with="",
        sections=sections,
    )


def section_of(content: str, *heading_path: str) -> PageSection:
    return PageSection(
        heading=heading_path[-1] if heading_path else "Auth",
        heading_path=heading_path,
        slug=None,
        content=content,
        token_count=1,
    )


def window_of(section_position: int, position: int, text: str) -> Window:
    return Window(page_path="/auth", section_position=section_position, position=position, text=text)


def test_a_window_stands_behind_title_and_headings() -> None:
    page = page_of(
        section_of("Above.", *()), section_of("Intro.", "Auth"), section_of("**Deep.**", "Sessions", "Refresh")
    )
    assert [
        window_of(0, 0, "Auth: Above."),
        window_of(1, 0, "Auth: Intro."),
        window_of(2, 0, "Auth > Sessions > Refresh: Deep."),
    ] == make_windows(page, window_chars=600)


def test_a_section_without_words_has_a_window_of_its_headings() -> None:
    page = page_of(section_of("![](x.png)", "Diagram"))
    assert [window_of(0, 0, "Auth > Diagram:")] == make_windows(page, window_chars=600)


def test_a_long_section_has_several_windows() -> None:
    page = page_of(section_of("One two three four. Five six seven eight. Nine ten eleven twelve.", "A"))
    assert [
        window_of(0, 0, "Auth > A: One two three four."),
        window_of(0, 1, "Auth > A: Five six seven eight."),
        window_of(0, 2, "Auth > A: Nine ten eleven twelve."),
    ] == make_windows(page, window_chars=30)


def test_a_short_rest_joins_the_window_before() -> None:
    page = page_of(section_of("One two three four. Five.", "A"))
    assert [window_of(0, 0, "Auth > A: One two three four. Five.")] == make_windows(page, window_chars=22)


def test_a_chinese_window_has_half_the_characters() -> None:
    (window,) = make_windows(page_of(section_of("设置环境变量之后请重启。" * 24)), window_chars=600)
    assert len(window.text) <= 300
    two = make_windows(page_of(section_of("设置环境变量之后请重启。" * 50)), window_chars=600)
    assert 2 == len(two)
