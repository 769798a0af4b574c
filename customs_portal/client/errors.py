"""What can go wrong between a system and the portal."""


class ApiError(Exception):
    """The portal did not do what was asked; `status` is the HTTP status, 0 where none came."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status} {detail}".strip())
        self.status = status
        self.detail = detail


class NotAuthorised(ApiError):
    """The token is missing, unknown or ended (401), or may not do this (403)."""


class NotFound(ApiError):
    """There is no such message for this token (404)."""


class TooLarge(ApiError):
    """The message is over the size limit (413)."""


class Refused(ApiError):
    """Any other answer of class 4xx, such as an empty body (400)."""


class Unavailable(ApiError):
    """The portal cannot take messages now (5xx), also after the retries."""

    def __init__(self, status: int, detail: str, retry_after: float | None = None) -> None:
        super().__init__(status, detail)
        self.retry_after = retry_after


class Unreachable(ApiError):
    """No answer came in time, or no connection could be made."""

    def __init__(self, detail: str) -> None:
        super().__init__(0, detail)


_BY_STATUS: dict[int, type[ApiError]] = {
    401: NotAuthorised,
    403: NotAuthorised,
    404: NotFound,
    413: TooLarge,
}


def error_for(status: int, detail: str, retry_after: float | None) -> ApiError:
    """Return the error that an HTTP status of 400 or more stands for."""
    if status >= 500:
        return Unavailable(status, detail, retry_after)
    return _BY_STATUS.get(status, Refused)(status, detail)
