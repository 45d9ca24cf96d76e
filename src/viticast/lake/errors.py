"""What can go wrong with a service that the lake lives on, by name."""


class ServiceError(RuntimeError):
    """A service of the lake did not do what it was asked; the message says what to do next."""


class BucketMissingError(ServiceError):
    """The bucket is not there, or belongs to somebody else."""


class AccessDeniedError(ServiceError):
    """The credentials may not do this; the message names the action."""


class CredentialsError(ServiceError):
    """There are no credentials, or they are wrong or have expired."""


class ThrottledError(ServiceError):
    """The service was asked too often, and still said so after the last retry."""


class UnreachableError(ServiceError):
    """No connection, or one that broke off again and again."""


class CrawlFailedError(ServiceError):
    """The crawler ended in a failure; the message has the crawler's own words."""


class CrawlCancelledError(ServiceError):
    """Somebody stopped the crawler."""


class CrawlTimeoutError(ServiceError):
    """The crawler did not end within the bound."""


class QueryFailedError(ServiceError):
    """The query engine refused or gave up a query."""


class QueryCancelledError(ServiceError):
    """Somebody stopped the query."""


class QueryTimeoutError(ServiceError):
    """The query did not end within the bound, and was cancelled."""


class TableMissingError(ServiceError):
    """The catalog does not know a table that is queried."""
