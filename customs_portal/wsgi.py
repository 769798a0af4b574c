"""The WSGI application that the web server runs.

Lodging is half of all cost, and most of the middleware serves people with a browser. The paths of
lodging, which authenticate by token themselves and have no session, go by a shorter way.
"""

import os
from typing import Any

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.middleware.security import SecurityMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "customs_portal.settings")
LODGING_PATHS = frozenset({"/api/v1/messages", "/api/v1/messages/batch"})


class LodgingHandler(WSGIHandler):
    """Django with the one middleware that matters to a system: HTTPS and its headers."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002 Django's own
        """Build the chain without the middleware of the settings."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        view = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]
        self._middleware_chain = convert_exception_to_response(SecurityMiddleware(view))


_pages = get_wsgi_application()
_lodging = LodgingHandler()


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Answer a request by its way."""
    way = _lodging if environ.get("PATH_INFO") in LODGING_PATHS else _pages
    return way(environ, start_response)
