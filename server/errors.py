"""Everything that can go wrong, as one tree.

    LecternError                    500
    ├── SettingsInvalid             500   a setting is missing or makes no sense
    ├── RequestInvalid              400   the reader can mend it
    │   ├── NotAcceptable           406   none of the formats asked for exists
    │   ├── KeyReused               409   an Idempotency-Key stood for another question before
    │   ├── TooLarge                413
    │   └── TypeUnsupported         415   no format is known for the content type
    ├── NotFound                    404
    │   └── SiteUnknown             404   the request names a site that is not this server's
    ├── PushRefused                 403   there is no secret key to push with
    │   └── KeyRefused              401   … or another one was given
    ├── Outage                      503   an outside system is unwell; the next request may work
    │   ├── DatabaseUnavailable     503
    │   ├── ModelUnavailable        503   an endpoint is down, broken, or says 5xx
    │   ├── ModelRateLimited        429
    │   ├── ModelRefused            502   the endpoint does not accept our key, model name or request
    │   │   └── EmbeddingOutdated   502   the live vectors are another model's than the query's vector
    │   ├── ModelTimeout            504
    │   ├── AnswerInterrupted       503   the server that wrote the answer went away
    │   └── ServerStopping          503   no new questions; with `Retry-After`
    ├── DatabaseUnfit               500   reachable, but not (or otherwise) prepared
    ├── ReindexFailed               500   the live vectors are as they were, the next ones are kept
    ├── JobLost                     500   another worker has taken the job over
    ├── EvaluationInvalid           500   a question file or an option of `lectern eval` makes no sense
    ├── BuiltSiteUnreadable         500   there is nothing that links could be held against
    └── IngestFailed                500   nothing was published
        ├── RemovalsRefused         500   most pages would have gone, and nobody allowed that
        └── DocumentUnreadable      500   one file; the others go on
            └── DocumentExcluded    500   … which says itself that it is no page: left out without complaint

`str(error)` is for the owner: it names what failed and what to do. `error.reader_text` is what a reader of
the site may see; it never holds a host name, a key or a path of the server.
"""


class LecternError(Exception):
    code = "internal"
    http_status = 500
    reader_text = "Something went wrong on our side. Please try again in a moment."

    def __init__(self, message: str, *, reader_text: str | None = None) -> None:
        super().__init__(message)
        if reader_text is not None:
            self.reader_text = reader_text

    @property
    def told(self) -> dict[str, str]:
        """What a reader's program gets of it, in every format."""
        return {"code": self.code, "message": self.reader_text}


class SettingsInvalid(LecternError):
    code = "settings_invalid"


class RequestInvalid(LecternError):
    """The reader's own input is at fault, so the message itself may be shown to them."""

    code = "request_invalid"
    http_status = 400

    def __init__(self, message: str, *, param: str | None = None) -> None:
        """`param` names what is at fault, where a format has a place for that."""
        super().__init__(message, reader_text=message)
        self.param = param


class NotAcceptable(RequestInvalid):
    code = "not_acceptable"
    http_status = 406


class KeyReused(RequestInvalid):
    code = "idempotency_key_reused"
    http_status = 409


class TooLarge(RequestInvalid):
    code = "too_large"
    http_status = 413


class TypeUnsupported(RequestInvalid):
    code = "type_unsupported"
    http_status = 415


class NotFound(LecternError):
    code = "not_found"
    http_status = 404
    reader_text = "There is nothing at this address."


class SiteUnknown(NotFound):
    code = "site_unknown"
    reader_text = (
        "This server does not have the site that the request names: `data-site` of the script's tag has to be the "
        "`key` that GET /v1/site gives, or to be left out."
    )


class PushRefused(LecternError):
    """Told to whoever wants to push, who is the owner or should not."""

    code = "push_refused"
    http_status = 403

    def __init__(self, message: str) -> None:
        super().__init__(message, reader_text=message)


class KeyRefused(PushRefused):
    code = "key_refused"
    http_status = 401


class Outage(LecternError):
    code = "outage"
    http_status = 503


class DatabaseUnavailable(Outage):
    code = "database_unavailable"
    reader_text = "The documentation index cannot be reached right now. Please try again in a moment."


class ModelUnavailable(Outage):
    code = "model_unavailable"
    reader_text = "The answering service cannot be reached right now. Please try again in a moment."


class ModelRateLimited(Outage):
    code = "model_rate_limited"
    http_status = 429
    reader_text = "Too many questions are being answered right now. Please try again in a minute."


class ModelRefused(Outage):
    code = "model_refused"
    http_status = 502
    reader_text = "The answering service is not set up correctly. The owners of this site have to look at it."


class EmbeddingOutdated(ModelRefused):
    pass


class ModelTimeout(Outage):
    code = "model_timeout"
    http_status = 504
    reader_text = "The answer took too long and was stopped. Please try again."


class AnswerInterrupted(Outage):
    code = "answer_interrupted"
    reader_text = "The answer was interrupted. Please ask again."


class ServerStopping(Outage):
    code = "server_stopping"
    reader_text = "The server is being restarted. Please try again in a moment."


class DatabaseUnfit(LecternError):
    code = "database_unfit"


class ReindexFailed(LecternError):
    code = "reindex_failed"


class JobLost(LecternError):
    code = "job_lost"


class EvaluationInvalid(LecternError):
    code = "evaluation_invalid"


class BuiltSiteUnreadable(LecternError):
    code = "built_site_unreadable"


class IngestFailed(LecternError):
    code = "ingest_failed"


class RemovalsRefused(IngestFailed):
    code = "removals_refused"


class DocumentUnreadable(IngestFailed):
    code = "document_unreadable"


class DocumentExcluded(DocumentUnreadable):
    """Nothing is wrong with the file: it is not to be found by readers, so a page it had is removed."""

    code = "document_excluded"
