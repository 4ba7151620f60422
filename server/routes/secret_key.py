"""Who may push: whoever knows the secret key."""

import hmac

from starlette.requests import Request

from server.errors import KeyRefused, PushRefused
from server.settings import Settings


def require_secret_key(request: Request) -> None:
    """Raises `PushRefused` where there is no key, `KeyRefused` where it is not the one the request carries."""
    settings: Settings = request.state.settings
    if settings.secret_key is None:
        raise PushRefused("Pushing is switched off here: set LECTERN_SECRET_KEY on the server to switch it on.")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    expected = settings.secret_key.get_secret_value()
    # Takes as long for any wrong key, so that none can be guessed letter by letter.
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), expected.encode()):
        raise KeyRefused("This needs the secret key: send the header `Authorization: Bearer LECTERN_SECRET_KEY`.")
