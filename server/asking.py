"""The commands `lectern serve`, `ask` and `search`."""

from server.answering.queries import clean_query
from server.answering.sources import make_hits
from server.app import create_app, open_rooms
from server.database.calls import get_site
from server.errors import LecternError
from server.events import Delta, Finished, SourcesFound
from server.serving import StoppableServer, listen
from server.settings import Settings
from server.terminal import console, tell_serving, tell_sources, without_escapes


async def run_serve(settings: Settings) -> None:
    """Serves until it is told to stop."""
    with listen(settings) as listening:
        async with open_rooms(settings) as rooms:
            site = await get_site(rooms["database"])
            host, port = listening.getsockname()[:2]
            server = StoppableServer(create_app(settings, rooms), settings, rooms["answers"].drain)
            server.on_started = lambda: tell_serving(f"http://{host}:{port}", site, settings)
            await server.serve(sockets=[listening])


async def run_ask(query: str, settings: Settings) -> bool:
    """Prints the answer as it comes, with its sources; whether the documentation had one."""
    query = clean_query(query, max_chars=settings.query_max_chars)
    async with open_rooms(settings) as rooms:
        found = SourcesFound((), None)
        async for event in rooms["answering"].answer(query, filter={}):
            match event:
                case SourcesFound():
                    found = event
                case Delta():
                    console.print(without_escapes(event.text), end="", markup=False)
                case Finished(problem=LecternError() as problem):
                    raise problem
    console.print("\n")
    tell_sources(found.sources)
    console.print(f"confidence: {found.confidence}")
    return bool(found.sources) and found.confidence != settings.refuse


async def run_search(query: str, limit: int, settings: Settings, *, explain: bool) -> bool:
    """Prints the sections that match best; whether there are any."""
    query = clean_query(query, max_chars=settings.query_max_chars)
    async with open_rooms(settings) as rooms:
        matches = await rooms["retriever"].match(
            query, count=limit, budget_tokens=None, filter={}, explain=explain
        )
    tell_sources(make_hits(matches, query, site_url=settings.site_url), matches if explain else ())
    return bool(matches)
