"""Small PDFs for tests of the parser."""

from collections.abc import Sequence
from itertools import pairwise

from fpdf import FPDF
from fpdf.enums import AccessPermission


class _Manual(FPDF):
    running = ""

    def header(self) -> None:
        if self.running:
            self._line(self.running)

    def footer(self) -> None:
        if self.running:
            self.set_y(-15)
            self._line(f"Page {self.page_no()}")

    def _line(self, text: str) -> None:
        self.cell(0, 8, text, new_x="LMARGIN", new_y="NEXT")


def make_pdf(
    pages: Sequence[str],
    *,
    title: str | None = None,
    running: str = "",
    chapters: Sequence[str] = (),
    password: str | None = None,
) -> bytes:
    """One page per text, lines as given; `running` stands above each, its number below."""
    pdf = _Manual()
    pdf.running = running
    pdf.set_font("helvetica", size=11)
    if title is not None:
        pdf.set_title(title)
    if password is not None:
        pdf.set_encryption(owner_password="owner", user_password=password, permissions=AccessPermission.none())
    for number, page in enumerate(pages):
        pdf.add_page()
        if number < len(chapters):
            pdf.start_section(chapters[number])
        for line in page.split("\n"):
            pdf._line(line)
    return bytes(pdf.output())


def make_picture_pdf() -> bytes:
    """A page with a drawing and no text."""
    pdf = FPDF()
    pdf.add_page()
    for start, end in pairwise(range(10, 100, 10)):
        pdf.line(start, start, end, start)
    return bytes(pdf.output())
