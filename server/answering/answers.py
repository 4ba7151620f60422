"""The answers of this server: joined, taken from the database, or begun; found again, stopped, brought to an end.

One question is one generation. Who asks what is being answered joins, here or on another server; who asks what was
answered since the last publish gets that answer.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, aclosing
from datetime import UTC, datetime
from functools import partial

from server.answering.answer import Answering
from server.answering.live import LiveAnswer
from server.answering.queries import same_question
from server.answering.recipe import recipe
from server.answering.running import RunningAnswers
from server.answering.stored import revive
from server.answering.storing import AnswerStore
from server.answering.threads import Threads, is_chat
from server.database.answers import get_answer, get_latest_answer, open_answer, stop_answer
from server.database.pool import Database
from server.errors import KeyReused, LecternError, NotFound, ServerStopping
from server.events import Event, Finished
from server.records import OpenedAnswer, Question
from server.settings import Settings

logger = logging.getLogger(__name__)


class Answers:
    def __init__(self, answering: Answering, database: Database, settings: Settings) -> None:
        self._answering = answering
        self._database = database
        self._settings = settings
        self._recipe = recipe(settings)
        self._store = AnswerStore(database, settings)
        self._running = RunningAnswers(self._store, grace_seconds=settings.reader_grace_seconds)
        self._threads = Threads(database, self._running.get)
        self._opening: dict[bytes, asyncio.Task[LiveAnswer]] = {}
        self._is_draining = False

    @property
    def model(self) -> str:
        return self._answering.model

    async def open(self, question: Question, *, must_be_stored: bool = False) -> LiveAnswer:
        """The answer to a question, which may have begun or ended; returns before the model has said anything.

        It goes on until somebody has read it and left, or was expected and did not come. Without the database it
        is answered all the same, as far as that goes, unless it `must_be_stored`.
        Raises `ServerStopping`, `KeyReused`, and with `must_be_stored` what the database raises.
        """
        if self._is_draining:
            raise ServerStopping("A question came while the server was stopping.")
        self._store.start()
        same = self._same_question(question)
        if same is None or question.is_fresh or question.idempotency_key or question.conversation:
            return await self._open(question, same, must_be_stored=must_be_stored)
        if (opening := self._opening.get(same)) and not self._has_stopped(opening):
            answer = await asyncio.shield(opening)
            answer.asked_count += 1
            self._running.keep_going(answer)
            return answer
        opening = asyncio.create_task(self._open(question, same, must_be_stored=must_be_stored))
        self._opening[same] = opening
        opening.add_done_callback(partial(self._opened, same))
        return await asyncio.shield(opening)

    async def find(self, id: str) -> LiveAnswer:
        """An answer that was asked for, wherever that was. Raises `NotFound`, and what the database raises."""
        self._store.start()
        answer = self._running.get(id)
        if answer is None:
            stored = await get_answer(self._database, id, stale_seconds=self._store.stale_seconds)
            if stored is None:
                raise NotFound("There is no such answer.")
            answer = self._running.adopt(stored)
        self._running.keep_going(answer)
        return answer

    async def latest(self, chat: str) -> LiveAnswer | None:
        """The newest answer of a client's own conversation."""
        id = await get_latest_answer(self._database, chat)
        return await self.find(id) if id else None

    async def stop(self, id: str) -> LiveAnswer:
        """Ends an answer, which keeps what was written; one that others asked for as well ends without readers.

        Raises as `find`.
        """
        writer, answer = self._running.writer_of(id), self._running.get(id)
        if writer and answer:
            if answer.asked_count > 1:
                self._running.hurry(id)
            else:
                writer.stop(Finished("stopped"))
                await answer.ended()
            return answer
        stored = await stop_answer(self._database, id)
        if stored is None:
            return await self.find(id)
        return self._running.get(id) or revive(stored)

    def expect_reader(self, answer: LiveAnswer) -> None:
        """Somebody was told of an answer and will come for it."""
        self._running.expect_reader(answer)

    def reading(self, answer: LiveAnswer, *, grace_seconds: float) -> AbstractContextManager[None]:
        """One reader of an answer. When the last has been gone for its grace, the model is stopped."""
        return self._running.reading(answer, grace_seconds=grace_seconds)

    def was_delivered(self, answer: LiveAnswer) -> None:
        """Remembers that a reader has all of it, so that who asks the same next does not come back for it."""
        if answer.delivered_at is None and answer.is_stored:
            answer.delivered_at = datetime.now(UTC)
            self._store.store_again(answer)

    @property
    def is_draining(self) -> bool:
        """Whether nobody may ask any more; who reads goes on."""
        return self._is_draining

    async def drain(self, grace_seconds: float) -> None:
        """Takes no more questions; running answers may finish for so long, and are interrupted then.

        Who reads what another server writes is let go without an end then: it goes on there.
        """
        self._is_draining = True
        await self._running.drain(grace_seconds)

    async def close(self) -> None:
        """Ends what is still being written, and stores it."""
        await self.drain(0)
        await self._store.close()

    def _same_question(self, question: Question) -> bytes | None:
        """`None` where the answer depends on more than the question."""
        is_follow_up = question.conversation is not None and not is_chat(question.conversation)
        if question.history or is_follow_up:
            return None
        return same_question(question.query, question.filter, recipe=self._recipe)

    async def _open(self, question: Question, same: bytes | None, *, must_be_stored: bool) -> LiveAnswer:
        id = _new_id()
        try:
            if (question.idempotency_key or question.is_fresh) and self._store.has_ended:
                # It would be taken for running, or for not delivered; and a key stays with what it gets.
                await self._store.store_now()
            opened = await self._open_stored(id, question, same)
            if (writer := self._running.writer_of(opened.answer.id)) and writer.is_stopping:
                await asyncio.wait([writer.task])
            if self._is_of_no_use(opened, question):
                await self._store.store_now()
                opened = await self._open_stored(id, question, same)
        except LecternError as problem:
            if must_be_stored or isinstance(problem, KeyReused):
                raise
            logger.warning("An answer is not stored: %s", problem)
            return self._begin(id, question, is_stored=False)
        return self._begin(id, question) if opened.is_new else self._joined(opened, question)

    async def _open_stored(self, id: str, question: Question, same: bytes | None) -> OpenedAnswer:
        return await open_answer(
            self._database,
            id=id,
            query=question.query,
            filter=question.filter,
            page=question.page,
            conversation=question.conversation,
            fingerprint=same,
            client=question.client,
            idempotency_key=question.idempotency_key,
            body_sha256=question.body_sha256,
            model=self.model,
            cache_seconds=self._settings.cache_seconds,
            is_fresh=question.is_fresh,
            stale_seconds=self._store.stale_seconds,
        )

    def _is_of_no_use(self, opened: OpenedAnswer, question: Question) -> bool:
        """Whether an answer has just ended that the database took for running, and is not to be given again."""
        if opened.is_new or question.idempotency_key:
            return False
        answer = self._running.get(opened.answer.id) or revive(opened.answer)
        if answer.finished is None:
            return False
        is_cached = self._settings.cache_seconds > 0 or answer.delivered_at is None
        return not is_cached or answer.finished.reason != "stop"

    def _opened(self, same: bytes, opening: asyncio.Task[LiveAnswer]) -> None:
        """The database knows what there is, and of which generation; here only what it was not told is kept."""

        def forget(_: object = None) -> None:
            if self._opening.get(same) is opening:
                del self._opening[same]

        is_opened = not opening.cancelled() and not opening.exception()
        writer = self._running.writer_of(opening.result().id) if is_opened else None
        if writer is None or opening.result().is_stored:
            forget()
        else:
            writer.task.add_done_callback(forget)

    def _has_stopped(self, opening: asyncio.Task[LiveAnswer]) -> bool:
        """Whether what it opened is about to end because somebody wanted that."""
        if not opening.done() or opening.cancelled() or opening.exception():
            return False
        writer = self._running.writer_of(opening.result().id)
        return writer is not None and writer.is_stopping

    def _joined(self, opened: OpenedAnswer, question: Question) -> LiveAnswer:
        answer = self._running.get(opened.answer.id) or self._running.adopt(opened.answer)
        is_another = question.idempotency_key is None  # else the database tells who only asks once more
        answer.asked_count = max(answer.asked_count + is_another, opened.answer.asked_count)
        self._running.keep_going(answer)
        return answer

    def _begin(self, id: str, question: Question, *, is_stored: bool = True) -> LiveAnswer:
        answer = LiveAnswer(id, query=question.query, model=self.model, max_chars=self._settings.answer_max_chars)
        answer.is_stored = is_stored
        is_paid = not self.model.startswith("local/")
        self._running.begin(answer, self._events(question), is_paid=is_paid)
        return answer

    async def _events(self, question: Question) -> AsyncGenerator[Event, None]:
        if question.conversation and not is_chat(question.conversation):
            await self._store.store_now()  # what came before may have ended a moment ago
        history = await self._threads.history(question)
        events = self._answering.answer(question.query, filter=question.filter, history=history)
        async with aclosing(events):
            async for event in events:
                yield event


def _new_id() -> str:
    """128 random bits: knowing an answer's id is the right to read it."""
    return secrets.token_urlsafe(16)
