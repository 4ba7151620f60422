"""Every setting, in one frozen class. Read from the environment by `cli` and `app` only."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from server.errors import SettingsInvalid

_PACKAGE = Path(__file__).parent

FrameworkName = Literal[
    "github", "docusaurus", "mkdocs", "sphinx", "vitepress", "starlight", "hugo", "nextra", "mintlify"
]


class Settings(BaseSettings):
    """All of Lectern's settings.

    Each may come, strongest first, from the environment (`LECTERN_PORT`), a `.env` file, or `lectern.toml`
    (`port = 8000`) in the working directory. A number's unit is in its name.
    """

    model_config = SettingsConfigDict(
        env_prefix="LECTERN_",
        env_file=".env",
        toml_file="lectern.toml",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        populate_by_name=True,
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    log_level: str = Field("info", description="`debug`, `info`, `warning` or `error`.")

    database_url: SecretStr | None = Field(
        None,
        description="Postgres ≥ 15 with pgvector ≥ 0.8. Unset: an embedded Postgres in `LECTERN_DATA_DIR`.",
    )
    data_dir: Path = Field(Path(".lectern"), description="Where the embedded Postgres keeps its files.")
    database_pool_size: int = Field(10, ge=1, description="Connections a server opens at most.")
    database_timeout_seconds: float = Field(10, gt=0, description="Limit for one database call of a reader.")

    docs: str = Field(
        "", description="Folder or web address that is ingested where a command names none, and by a sync."
    )

    site_name: str = Field("the documentation", description="What the prompt and the page call your docs.")
    site_url: str = Field(
        "",
        description="Where your docs live, e.g. `https://docs.example.com`. Unset: links open Lectern's preview.",
    )
    language: str = Field(
        "en",
        pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$",
        description="Language of pages that tell none, by front matter or path: `de`, `pt-BR`.",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        ("*",), description="Comma-separated web origins that may ask (CORS)."
    )

    suggested_questions: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Questions separated by `|` that the search box offers before anything is typed."
    )

    secret_key: SecretStr | None = Field(
        None, description="What `Authorization: Bearer …` has to carry to push pages. Unset: nobody may push."
    )
    push_max_bytes: int = Field(10_000_000, ge=1, description="Largest request that pushes pages.")
    job_attempts: int = Field(8, ge=1, description="Tries of a job until it has failed.")
    job_retry_seconds: float = Field(
        10, ge=0, description="Pause before the second try of a job; each further pause is twice as long."
    )
    job_hold_seconds: int = Field(60, ge=2, description="When a job is taken over from a worker that was killed.")

    openai_base_url: str | None = Field(
        None, validation_alias="OPENAI_BASE_URL", description="What the `openai` package reads, read here too."
    )
    openai_api_key: SecretStr | None = Field(
        None, validation_alias="OPENAI_API_KEY", description="What the `openai` package reads, read here too."
    )

    embedding_model: str = Field("local/wordllama", description="`local/wordllama` or `openai/<name>`.")
    embedding_base_url: str | None = Field(
        None,
        description="OpenAI-compatible endpoint for embeddings; falls back to `OPENAI_BASE_URL`.",
    )
    embedding_api_key: SecretStr | None = Field(
        None,
        description="Its key; falls back to `OPENAI_API_KEY`.",
    )
    embedding_dimensions: int | None = Field(
        None,
        ge=1,
        le=4000,
        description="Sent as the API's `dimensions` parameter, for shorter vectors. Unset: not sent, or as "
        "recorded.",
    )
    embedding_batch_size: int = Field(128, ge=1, le=2048, description="Windows embedded in one request.")
    embedding_concurrency: int = Field(4, ge=1, description="Embedding requests under way at once in an ingest.")
    embedding_keep_days: int = Field(
        90, ge=1, description="How long vectors that no published page has are kept, to be used again."
    )
    embedding_timeout_seconds: float = Field(30, gt=0, description="Limit for one embedding request.")
    embedding_retries: int = Field(5, ge=0, description="Tries after a 429 or 5xx in an ingest, with backoff.")

    completion_model: str | None = Field(
        None,
        description="`local/extractive` or `openai/<name>`. Unset: `openai/gpt-4.1-mini` when a completion key "
        "or base URL is set, `local/extractive` otherwise.",
    )
    completion_base_url: str | None = Field(
        None,
        description="OpenAI-compatible endpoint for answers; falls back to `OPENAI_BASE_URL`.",
    )
    completion_api_key: SecretStr | None = Field(
        None,
        description="Its key; falls back to `OPENAI_API_KEY`.",
    )
    completion_temperature: float | None = Field(
        None,
        ge=0,
        le=2,
        description="Unset: not sent, because reasoning models refuse any value but their own.",
    )
    completion_max_tokens: int = Field(1024, ge=1, description="Longest answer.")
    first_delta_timeout_seconds: float = Field(30, gt=0, description="Limit from request to the first delta.")
    delta_timeout_seconds: float = Field(20, gt=0, description="Limit between two deltas.")
    answer_timeout_seconds: float = Field(120, gt=0, description="Limit for a whole answer.")
    answer_max_chars: int = Field(500_000, ge=1000, description="Where an endless answer is cut off.")
    answer_keep_days: float = Field(30, gt=0, description="How long answers are kept in the database.")
    cache_seconds: float = Field(
        86_400,
        ge=0,
        description="How long an answer is given again for the same question, at most until the next publish; "
        "0 asks the model every time.",
    )
    history_budget_tokens: int = Field(
        2000, ge=0, description="Tokens of a conversation that are read to understand its next question."
    )
    coalesce_seconds: float = Field(
        0.05, ge=0, le=1, description="Deltas that come within this time are sent as one; 0 sends each by itself."
    )
    reader_grace_seconds: float = Field(
        30,
        ge=0,
        description="How long an answer goes on without readers, where they can come back; then the model is "
        "stopped.",
    )
    store_seconds: float = Field(
        0.25, gt=0, le=5, description="How often answers that are being written are stored, all in one statement."
    )

    query_max_chars: int = Field(1000, ge=1, description="Longest query after trimming.")
    match_threshold: float = Field(
        -1,
        ge=-1,
        le=1,
        description="Minimum similarity of a section; −1 sets no minimum.",
    )
    match_count: int = Field(8, ge=1, le=100, description="Sections an answer may use at most.")
    min_content_chars: int = Field(30, ge=0, description="Shorter sections are noise.")
    context_budget_tokens: int = Field(3000, ge=1, description="Tokens all sections of a prompt may sum to.")
    full_text_weight: float = Field(0.5, ge=0, description="Weight of the keyword score in the ranking.")
    semantic_weight: float = Field(0.5, ge=0, description="Weight of the similarity in the ranking.")
    rrf_k: int | None = Field(
        None, ge=1, description="Ranks by reciprocal rank with this constant (60 is usual) instead of by scores."
    )
    page_weight: float = Field(
        0.5, ge=0, le=1, description="Share of a section's score that its whole page decides."
    )
    page_sections_max: int = Field(3, ge=1, description="Sections of one page shown at most.")

    rerank_model: str | None = Field(
        None, description="Name of a reranker, sent as it is: `rerank-v3.5`. Unset: answers keep the fused order."
    )
    rerank_base_url: str | None = Field(
        None, description="Its address up to `/rerank`: `https://api.cohere.com/v2`, `http://127.0.0.1:8080/v1`."
    )
    rerank_api_key: SecretStr | None = Field(None, description="Its key, where it wants one.")
    rerank_timeout_seconds: float = Field(
        3, gt=0, description="Limit for one reranking; after it the fused order stands."
    )
    rerank_count: int = Field(30, ge=2, le=100, description="Sections that are reranked for an answer.")
    # Small rerankers read 512 tokens and some servers refuse more: 99 % of such beginnings have at most 432 of
    # the built-in tokenizer's, measured on five sites in November 2026, which leaves room for the query.
    rerank_document_chars: int = Field(
        1000, ge=100, description="By how much of its beginning a section is reranked."
    )
    refuse: Literal["none", "never"] = Field(
        "none",
        description="Confidence at which no model is asked: `none`, or `never` to ask always.",
    )

    framework: FrameworkName | None = Field(
        None,
        description="Whose anchors and addresses your site has: `docusaurus`, `mkdocs`, `sphinx`, `vitepress`, "
        "`starlight`, `hugo`, `nextra`, `mintlify`, or `github` for none. Unset: told from its config file.",
    )
    slug_style: FrameworkName | None = Field(
        None, description="Takes only the anchors from another one of them than the rest."
    )
    url_suffix: Literal["none", "/", ".html"] | None = Field(
        None,
        description="What your pages' addresses end in: `none`, `/` or `.html`. Unset: as the framework does.",
    )
    section_max_tokens: int = Field(800, ge=50, description="Longer sections are split into parts.")
    window_chars: int | None = Field(
        None,
        ge=100,
        description="Length of the stretch that one vector stands for. Unset: 600 for `local/wordllama`, 1,200 "
        "for other embedders.",
    )
    file_max_bytes: int = Field(10_000_000, ge=1, description="Larger files are reported and skipped.")
    include: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Comma-separated globs; only files and web pages whose path matches one are ingested.",
    )
    exclude: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Comma-separated globs; files and web pages whose path matches one are left out."
    )
    content_selector: str = Field(
        "", description="CSS selector of the part of a web page that is its text. Unset: found out."
    )

    crawl_max_pages: int = Field(10_000, ge=1, description="Addresses that are fetched in one crawl at most.")
    crawl_connections: int = Field(4, ge=1, le=32, description="Requests of a crawl under way at once.")
    crawl_pause_seconds: float = Field(
        0.1, ge=0, description="Pause between two requests of a crawl; robots.txt may ask for a longer one."
    )
    crawl_timeout_seconds: float = Field(30, gt=0, description="Limit for one request of a crawl, body included.")
    crawl_retries: int = Field(3, ge=0, description="Tries after a 429, 5xx or time-out in a crawl, with backoff.")
    crawl_authorization: SecretStr | None = Field(
        None, description="Sent as the header `Authorization` to the site that is crawled, and to no other."
    )

    ping_seconds: float = Field(15, gt=0, description="Interval of a stream's keep-alives.")
    send_timeout_seconds: float = Field(
        30, gt=0, description="How long a reader of a stream may take nothing before it is let go."
    )
    shutdown_grace_seconds: float = Field(
        5, ge=0, description="How long running answers may go on after the server was told to stop."
    )

    @model_validator(mode="before")
    @classmethod
    def _fall_back_to_openai(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Fills what was set nowhere, so that a file's own setting beats the environment's `OPENAI_…`."""
        for purpose in ("embedding", "completion"):
            for part in ("base_url", "api_key"):
                fallback = values.get(f"OPENAI_{part.upper()}")
                values.setdefault(f"{purpose}_{part}", fallback)
        return values

    @model_validator(mode="after")
    def _one_leg_counts(self) -> Self:
        if self.full_text_weight == self.semantic_weight == 0:
            raise ValueError("LECTERN_FULL_TEXT_WEIGHT and LECTERN_SEMANTIC_WEIGHT must not both be 0")
        return self

    @field_validator("allowed_origins", "include", "exclude", mode="before")
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
        )

    @field_validator("suggested_questions", mode="before")
    @classmethod
    def _split_bars(cls, value: Any) -> Any:
        """Questions have commas."""
        return (
            tuple(part.strip() for part in value.split("|") if part.strip()) if isinstance(value, str) else value
        )

    @field_validator("log_level")
    @classmethod
    def _known_log_level(cls, value: str) -> str:
        if value.lower() not in ("debug", "info", "warning", "error"):
            raise ValueError("must be one of debug, info, warning, error")
        return value.lower()

    @field_validator("site_url")
    @classmethod
    def _web_address_without_slash(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @property
    def ranking(self) -> dict[str, Any]:
        """What `server.database.calls.match_page_sections` is to rank by, as its keyword arguments."""
        return {
            "match_threshold": self.match_threshold,
            "min_content_length": self.min_content_chars,
            "full_text_weight": self.full_text_weight,
            "semantic_weight": self.semantic_weight,
            "rrf_k": self.rrf_k,
            "page_weight": self.page_weight,
            "max_sections_per_page": self.page_sections_max,
        }

    @property
    def resolved_completion_model(self) -> str:
        if self.completion_model:
            return self.completion_model
        has_endpoint = self.completion_api_key or self.completion_base_url
        return "openai/gpt-4.1-mini" if has_endpoint else "local/extractive"

    @property
    def resolved_embedding_dimensions(self) -> int | None:
        """`None` where the embedder's own width is taken, as the built-in one's always is."""
        return None if self.embedding_model.startswith("local/") else self.embedding_dimensions

    @property
    def resolved_window_chars(self) -> int:
        """1,200 characters fit the 512 tokens of small encoders, and give half the vectors to pay and keep."""
        return self.window_chars or (600 if self.embedding_model.startswith("local/") else 1200)

    def with_embedding_model(self, name: str, dimensions: int | None) -> Self:
        """The same endpoint and limits for another embedding model; `dimensions` as the setting."""
        return self.model_copy(update={"embedding_model": name, "embedding_dimensions": dimensions})

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del file_secret_settings
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment and files, with overrides on top.

    Raises `SettingsInvalid` naming every setting that is wrong, its value unless secret, and the reason.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        lines = [_explain(problem) for problem in error.errors()]
        raise SettingsInvalid("These settings need mending:\n  " + "\n  ".join(lines)) from None
    except ValueError as error:  # a lectern.toml that is not TOML, a file that is not UTF-8
        raise SettingsInvalid(f"lectern.toml or .env cannot be read: {error}") from None


def _explain(problem: Any) -> str:
    if not problem["loc"]:
        return str(problem["msg"].removeprefix("Value error, "))
    name = str(problem["loc"][0])
    if not name.isupper():
        name = f"LECTERN_{name.upper()}"
    secret = name.endswith(("_API_KEY", "_SECRET_KEY", "_AUTHORIZATION", "DATABASE_URL"))
    value = "" if secret else f" is {problem['input']!r}"
    return f"{name}{value}: {problem['msg'].removeprefix('Value error, ')}"


def find_folder(name: str) -> Path:
    """The top-level folder `name` (`sql`, `static`, `docs`), in a wheel or in a checkout.

    Raises `SettingsInvalid` with both places when it is in neither.
    """
    candidates = (_PACKAGE / name, _PACKAGE.parent / name)
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise SettingsInvalid(f"The folder {name!r} is missing: looked in {candidates[0]} and {candidates[1]}.")
