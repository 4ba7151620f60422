"""The words of the house as plain records: what rooms hand to each other. Nothing here does anything."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSection:
    """The text under one heading, or a part of it when it is long."""

    heading: str
    heading_path: tuple[str, ...]
    """Headings from the page's first level down to this one; empty for text above the first heading."""
    slug: str | None
    """The anchor in the page, without `#`; `None` for text above the first heading."""
    content: str
    """Markdown, without the heading line itself."""
    token_count: int
    fingerprint: bytes | None = None
    """Of heading and content, to know other versions of it by; `None` where nobody compares it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One document, parsed."""

    path: str
    """URL path in the site: starts with `/`, no suffix, no trailing slash (`/` for the root)."""
    url: str
    """Where readers find it: its path as the site's generator writes it (`/guides/auth/`), or a whole address."""
    title: str
    meta: Mapping[str, Any]
    """Front matter without `title`; JSON-compatible."""
    type: str
    """`markdown`, …"""
    source: str
    """Where it was read from, relative to what was ingested (`guides/auth.md`)."""
    checksum: str
    """Hex SHA-256 of the file."""
    parsed_with: str
    """Hex SHA-256 of everything else that decides the page and its sections, but for the files it includes."""
    sections: tuple[PageSection, ...]
    includes: Mapping[str, str] = field(default_factory=dict)
    """The checksums of the files it includes, by their names; empty of those that are missing."""
    validators: Mapping[str, str] = field(default_factory=dict)
    """What a web server is asked with whether it has changed: `etag`, `last_modified`."""
    is_pushed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of a section as it is embedded, behind its `title > heading path:`."""

    page_path: str
    section_position: int
    """0-based place of the section in its page."""
    position: int
    """0-based place of the window in its section."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenWeights:
    """What an embedder has learnt of a corpus; only it can read the bytes."""

    weights: bytes
    page_count: int
    """Pages of the site when they were learnt."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.weights).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingModel:
    """What vectors are made with."""

    name: str
    dimensions: int
    requested_dimensions: int | None
    """What the model is asked for; `None`: its own width."""
    token_weights_sha256: str | None
    """`None` when it has learnt nothing of the site."""
    token_weights: TokenWeights | None
    """`None` also when they are those that the asker knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindex:
    """A reindex that has not ended: what the next vectors are made with."""

    name: str
    dimensions: int
    requested_dimensions: int | None
    embedded_with: str
    token_weights: TokenWeights | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSection:
    """A published section, with what its windows are made of."""

    id: int
    title: str
    section: PageSection


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """What a run needs to know of a published page to tell whether it changed."""

    path: str
    url: str
    source: str
    checksum: str
    parsed_with: str
    embedded_with: str
    includes: Mapping[str, str]
    validators: Mapping[str, str]
    is_pushed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPage:
    """A page as it can be read."""

    title: str
    source: str
    sections: tuple[PageSection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPlace:
    """Where a source may link to."""

    path: str
    url: str
    """The page's, as in `Page`."""
    slug: str | None
    """`None` for the page itself."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSection:
    """A published section with the page it stands in."""

    path: str
    title: str
    """The page's."""
    heading: str
    heading_path: tuple[str, ...]
    slug: str | None
    content: str
    lang: str | None = None
    """The page's; `None` where it states none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A page section found for a query."""

    id: int
    page_id: int
    path: str
    url: str
    """As a page's."""
    title: str
    slug: str | None
    heading: str
    heading_path: tuple[str, ...]
    content: str
    token_count: int
    similarity: float | None
    """Inner product of unit vectors, −1…1; `None` when no embedding was searched with."""
    score: float
    """Fused and normalised, 0…1; what the order is by, until a reranker changes it."""
    coverage: float | None
    """Share of the query's inverse document frequency that stands in the section, 0…1; `None` without words."""
    rank: int
    """1 is the best."""
    explanation: Mapping[str, Any] | None = None
    """What the score is made of, when it was asked for; see `sql/functions/explain_section.sql`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedQuery:
    """What a site makes of a query that is being typed."""

    settled_text: str
    """The query without its last word where that is unfinished."""
    unfinished_word: str | None
    """The beginning of a word, in lower case; `None` when the last word means something already."""
    corrections: tuple[str, ...]
    """Words of the site that mistyped ones were taken for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A match as a reader sees it in a search. The field names are the wire's."""

    id: str
    path: str
    title: str
    heading: str
    slug: str | None
    url: str
    heading_path: tuple[str, ...] = ()
    """From the top heading under the page's title down to `heading`; empty above the first heading."""
    excerpt: str
    """Plain text, at most a few hundred characters."""
    ranges: tuple[tuple[int, int], ...]
    """Half-open [start, end) of the query's words in `excerpt`, in UTF-16 code units (JavaScript's `slice`)."""
    title_ranges: tuple[tuple[int, int], ...]
    """The same in `title`."""
    heading_ranges: tuple[tuple[int, int], ...]
    """The same in `heading`."""
    similarity: float | None
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Hit):
    """A match as a reader sees it under an answer."""

    number: int
    """What the answer cites it by, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to a completer; `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a completer is given: the messages, and what they were made of for completers that need no prose."""

    query: str
    messages: tuple[Message, ...]
    matches: tuple[Match, ...] = field(default=())
    """In citation order: the first is cited as [1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What one publish did to a site."""

    generation: int
    pages_written: int
    pages_removed: int
    pages_total: int
    sections_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPublication(Publication):
    """One that is remembered."""

    published_at: datetime
    source_commit: str | None
    windows_embedded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is published for a site and what its vectors were made with."""

    generation: int
    page_count: int
    section_count: int
    embedding_model: str | None
    """`None` until the database is prepared."""
    embedding_dimensions: int | None
    requested_dimensions: int | None = None
    """What the model is asked for; `None`: its own width."""
    next_embedding_model: str | None = None
    """What a reindex that has not ended makes the next vectors with; `None` when there is none."""
    next_embedding_dimensions: int | None = None
    public_key: str = ""
    """What the site's pages may name it by; does not change. Empty in results that were saved without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What was asked for by a push, and what has become of it. The field names are the wire's."""

    id: int
    """Higher for newer ones."""
    kind: str
    """`pages`, `removal` or `sync`."""
    state: str
    """`queued`, `running`, `done` or `failed`."""
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    reason: str | None
    """Why it failed, or what the last attempt failed by."""
    outcome: Mapping[str, Any]
    """Counts of pages and, as `failures`, those that could not be read; empty until it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldJob:
    """A job as the worker holds it that is to do it."""

    id: int
    kind: str
    attempt: int
    """1 for the first; what the job is held by."""
    work: Mapping[str, Any]
    """What was enqueued."""


AnswerStatus = Literal["running", "finished", "stopped", "interrupted", "failed"]
"""`interrupted`: the server that wrote it went away; `failed`: there was trouble, which the reader was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One question of a conversation and what was answered."""

    query: str
    """As it was understood: made to stand alone."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question as it was asked, and what has to be known to tell whether it was asked before."""

    query: str
    filter: Mapping[str, Any] = field(default_factory=dict)
    page: str | None = None
    """The path of the page the reader asks from."""
    conversation: str | None = None
    """What it belongs to; earlier exchanges of it are looked up."""
    history: tuple[Exchange, ...] = ()
    """Earlier exchanges, where the client keeps them itself."""
    client: bytes | None = None
    """Who asks, as far as that can be told; a hash."""
    idempotency_key: str | None = None
    body_sha256: bytes | None = None
    """Of the request that carries the key."""
    is_fresh: bool = False
    """Whether no answer given to anybody else will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """An answer as the database has it."""

    id: str
    query: str
    searched_query: str | None
    """What was searched for; `None` until it is known."""
    conversation: str | None
    model: str
    status: AnswerStatus
    text: str
    found: Mapping[str, Any] | None
    """`sources`, `confidence` and `is_refusal`, as JSON; `None` until they are known."""
    finish_reason: str | None
    problem: Mapping[str, Any] | None
    """`code` and `message` for the reader."""
    citations: Mapping[str, Any] | None
    prompt_tokens: int | None
    completion_tokens: int | None
    usage_is_estimate: bool
    asked_count: int
    """How often it was asked for; above 1 it belongs to several readers."""
    created_at: datetime
    first_delta_at: datetime | None
    finished_at: datetime | None
    delivered_at: datetime | None
    """When a reader first had all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAnswer:
    """What a question came to: an answer that is there already, or a new one."""

    answer: StoredAnswer
    is_new: bool
    """Whether whoever opened it has to write it."""
    generation: int
    """The site's, when the answer was first asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerProgress:
    """What has happened to a running answer since it was last stored; `None` is nothing new."""

    id: str
    offset: int
    """Characters of the text before `text`; where more is stored already than both, that stays."""
    text: str = ""
    searched_query: str | None = None
    found: Mapping[str, Any] | None = None
    matches: tuple[Mapping[str, Any], ...] | None = None
    status: AnswerStatus = "running"
    finish_reason: str | None = None
    problem: Mapping[str, Any] | None = None
    citations: Mapping[str, Any] | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    usage_is_estimate: bool = False
    first_delta_at: datetime | None = None
    finished_at: datetime | None = None
    delivered_at: datetime | None = None


Rating = Literal["up", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedQuestion:
    """What readers said of the answers to one question. The field names are those of `lectern feedback --json`."""

    query: str
    up_count: int
    down_count: int
    ratings: tuple[Mapping[str, Any], ...]
    """`rating`, `reason`, `comment` and `rated_at` of each, newest first."""
    rated_at: datetime
    """The last time."""
    answer_id: str
    """Of the last answer that was found bad, else of the last."""
    model: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDemand:
    """What other servers have heard about an answer that this one writes."""

    id: str
    is_stop_requested: bool
    is_followed: bool
    """Whether somebody reads it elsewhere, or did a moment ago."""
    asked_count: int
