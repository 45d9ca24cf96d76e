"""What a server promises: one value says how it answers and, through `connection`, how it is to be asked."""

from dataclasses import dataclass
from typing import Literal

from viticast.sources.tables import TableSpec

Shape = Literal["list", "groups", "by_label", "columns", "table", "wide"]
Vocabulary = Literal["suboption", "stem", "slug", "label", "digits"]
AuthKind = Literal["none", "basic", "bearer", "login_form", "login_json"]

USERNAME = "ana.souza"
PASSWORD = "s3gr3do+&% ç"  # noqa: S105 - a password of a server on loopback
TOKEN = "t0k3n-que-ninguem-deve-ver"  # noqa: S105

SECRETS = (PASSWORD, TOKEN, "s3gr3do", "YW5hLnNvdXph")
"""Texts that no message may have: passwords, tokens, and the beginning of what HTTP Basic makes of them."""


@dataclass(frozen=True)
class Contract:
    """How an API answers.

    Attributes:
        shape: Shape of the records; tables of countries have no groups, and answer with a list instead.
        path: Where the records stand, "" for the answer itself.
        vocabulary: How sub-options are called.
        suboption_in: Where the sub-option stands: `?subopcao=` or a segment of the path.
        year_in: Where the year stands: `?ano=` or a segment of the path.
        year_name: Parameter of the year.
        all_years: One call for all years; `wide` always is.
        by_year: Field of the figures of each year (wide); "" where years are fields of the record.
        english: Names of fields in English instead of Portuguese.
        rows_named_by: What tells a category from its rows in flat shapes.
        written_labels: Labels with the blanks around them, as the files have them.
        says_year: Records have their year.
        numbers: `exact` for whole numbers and decimals, `floats`, or `texts` as the site's pages have them (`1.234`).
        marks: `texts` for nd, * and +; `null` for nulls.
        drops_zeros: Rows without a figure are left out.
        beyond: What a year without figures is answered with.
        auth: Who may ask.
        login_under: Key under which the login's answer lies, beside the code; "" for none.
        token_requests: A token holds for so many requests; 0 for ever.
        pages: How answers are cut.
        page_size: Records of a page at most.
        says_total: Pages say how many records there are.
        has_code: Answers have the code that other servers leave to HTTP, beside `path`.
        provenance: Field that says where the figures are from; "" for none.
        status: HTTP status of a success.
    """

    shape: Shape = "list"
    path: str = "data"
    vocabulary: Vocabulary = "suboption"
    suboption_in: Literal["query", "path"] = "query"
    year_in: Literal["query", "path"] = "query"
    year_name: str = "ano"
    all_years: bool = False
    by_year: str = ""
    english: bool = False
    rows_named_by: Literal["category", "control"] = "category"
    written_labels: bool = False
    says_year: bool = True
    numbers: Literal["exact", "floats", "texts"] = "exact"
    marks: Literal["texts", "null"] = "texts"
    drops_zeros: bool = False
    beyond: Literal["nothing", "dashes", "404"] = "nothing"
    auth: AuthKind = "none"
    login_under: str = ""
    token_requests: int = 0
    pages: Literal["", "offset", "page"] = ""
    page_size: int = 100
    says_total: bool = True
    has_code: bool = False
    provenance: str = ""
    status: int = 200

    @property
    def is_whole(self) -> bool:
        """True if one call gives all years."""
        return self.all_years or self.shape == "wide"

    def shape_of(self, spec: TableSpec) -> Shape:
        """Shape of a table's records."""
        return "list" if self.shape == "groups" and spec.layout == "countries" else self.shape

    def pages_of(self, spec: TableSpec) -> bool:
        """True if a table's answers are cut: groups are not, as a category would be torn."""
        return bool(self.pages) and self.shape_of(spec) != "groups"

    def word(self, spec: TableSpec) -> str | None:
        """What this API calls the sub-option of a table; None for a table that has none."""
        if spec.suboption is None:
            return None
        words = {
            "suboption": spec.suboption,
            "stem": spec.name,
            "slug": spec.suboption_slug,
            "label": spec.suboption_label,
            "digits": spec.suboption.removeprefix("subopt_"),
        }
        return words[self.vocabulary]


@dataclass(frozen=True)
class Names:
    """Names of the fields of a record."""

    item: str
    quantity: str
    value: str
    year: str
    category: str
    control: str
    members: str
    total: str
    headers: str
    rows: str


def names_of(contract: Contract, spec: TableSpec) -> Names:
    """Names of the fields of a table's records."""
    if contract.english:
        return Names(
            "label", "quantity", "value_usd", "year", "category", "control", "items", "total", "headers", "rows"
        )
    item = {"product": "produto", "cultivar": "cultivar", "country": "pais"}[spec.item_kind]
    return Names(item, "quantidade", "valor", "ano", "categoria", "control", "produtos", "total", "colunas", "linhas")
