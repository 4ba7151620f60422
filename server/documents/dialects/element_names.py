"""What is known about elements and components by their names."""

from typing import Final


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID: Final = words("area base br col embed hr img input link meta source track wbr param")
RAW: Final = words("script style head svg pre math textarea noscript object canvas")
"""Elements whose content is no Markdown: taken whole, up to their end tag."""
INLINE: Final = words(
    "a abbr acronym b bdi bdo big br button cite code data del dfn em font i img input ins kbd label mark "
    "meter output picture progress q rp rt ruby s samp select small source span strike strong sub sup time tt "
    "u var wbr slot"
)
BLOCK: Final = words(
    "address article aside audio blockquote body caption center col colgroup dd details dialog div dl dt embed "
    "fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe "
    "legend li link main menu meta nav noscript object ol optgroup option p param search section summary table "
    "tbody td template textarea tfoot th thead title tr track ul video svg math script style pre canvas map "
    "area base"
)
HTML: Final = INLINE | BLOCK
OPTIONAL_END: Final = words("li p td th tr tbody thead tfoot dt dd option colgroup caption optgroup")

TITLES: Final = words("h1 h2 h3 h4 h5 h6 summary dt figcaption caption legend")
"""Elements whose content is a line of its own."""

LABELS: Final = ("title", "label", "heading", "header", "summary", "question", "tab", "name")
"""Props that name a component; the first becomes a line in bold."""
TEXTS: Final = words(
    "subtitle subheading description desc caption alt text tagline headline eyebrow content answer message "
    "body lead cta placeholder tooltip tip badge quote author term definition note details hint linkText "
    "buttonText footer aria-label helpText example"
)
VERSIONS: Final = ("v", "version", "since")
CODES: Final = ("code", "chart", "snippet")

ADMONITIONS: Final = words(
    "note tip info information important warning caution danger error success failure fail bug example quote "
    "cite abstract summary tldr question help faq hint attention todo check done missing seealso see-also warn "
    "alert callout admonition aside banner memo experimental deprecated security"
)
GENERIC_ADMONITIONS: Final = words("alert callout admonition aside banner notice hint-box")
"""Their kind is told by a prop."""

CODE_COMPONENTS: Final = words(
    "code codeblock pre prism syntaxhighlighter highlight shell terminal snippet codesnippet mermaid"
)
FIELDS: Final = words("paramfield responsefield field param parameter property option")
LABEL_SLOTS_OF: Final = ("tabs", "switcher", "group")
DROPPED: Final = words("icon head toc tableofcontents seo font slot")


def last_name(name: str) -> str:
    """`Tabs.Tab` → `tab`."""
    return name.rsplit(".", 1)[-1].rsplit(":", 1)[-1].lower()


def is_component(name: str) -> bool:
    return name[:1].isupper() or "." in name or "-" in name
