"""The bare text as it comes. Trouble before any text is told by the status; later, it is a last paragraph."""

from dataclasses import dataclass

from server.answering.live import DONE, LiveAnswer, Logged
from server.events import Delta, Finished
from server.routes.formats.frames import Format, Frame


@dataclass(frozen=True)
class PlainText(Format):
    media_type = "text/plain"
    keep_alive = b""

    def encode(self, answer: LiveAnswer, logged: Logged) -> tuple[Frame, ...]:
        match logged.event:
            case Delta(text):
                return (Frame(logged.position, text.encode()),)
            case Finished(problem=problem) if problem and answer.length:
                return (Frame(DONE, f"\n\n{problem.reader_text}\n".encode()),)
        return ()
