"""The public key of a site, by which a page says whom it means to ask."""

from starlette.requests import Request

from server.errors import SiteUnknown


def require_site(request: Request, given: str | None) -> None:
    """Raises `SiteUnknown` for another key than the site's own. A request may do without: there is one site."""
    if given and given != request.state.site_key:
        raise SiteUnknown(f"{request.url.path} was asked with another site's key.")
