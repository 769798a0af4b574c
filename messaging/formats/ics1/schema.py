"""XML Schemas built from the message tables, once per process."""

from functools import cache
from threading import Lock
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from messaging.formats.ics1.tables import Element, Form, Message, SimpleType
from messaging.formats.tables import catalogue, table

_Entries = list[Any]


class Schema:
    """A schema that may be used by several threads; lxml keeps one error log per schema."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._schema = etree.XMLSchema(etree.fromstring(source.encode()))
        self._lock = Lock()

    def errors(self, root: "etree._Element") -> _Entries:
        """Return the entries of the schema processor's log, none for a valid message."""
        with self._lock:
            if self._schema.validate(root):
                return []
            log: Any = self._schema.error_log
            return list(log)

    def accepts(self, body: bytes) -> bool:
        """Return whether a body that `parse` accepted is valid, in time linear to its size.

        `errors` names the path of every error, which takes the square of the number of siblings.
        """
        parser = etree.XMLParser(
            schema=self._schema, resolve_entities=False, no_network=True, huge_tree=False
        )
        try:
            etree.fromstring(body, parser)
        except etree.XMLSyntaxError:
            return False
        return True


@cache
def schema(message: str, form: Form = Form.FULL) -> Schema:
    """Return the schema of a message (`CC315A`). Raises KeyError for an unknown one."""
    return Schema(schema_source(message, form))


def schema_source(message: str, form: Form = Form.FULL) -> str:
    """Return the text of the schema, as partners may want it."""
    root, entry = table(message, form), catalogue()[message]
    types = {found.type.name: found.type for found in root.walk() if found.type}
    parts = [_opening(entry), _element(root, "")]
    parts += [_simple_type(types[name]) for name in sorted(types)]
    return "\n".join([*parts, "</xs:schema>"])


def _opening(entry: Message) -> str:
    namespace = quoteattr(entry.namespace)
    return (
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:m={namespace} '
        f'targetNamespace={namespace} elementFormDefault="{entry.children}">'
    )


def _occurs(element: Element) -> str:
    most = "unbounded" if element.max is None else element.max
    return f' minOccurs="{element.min}" maxOccurs="{most}"'


def _element(element: Element, occurs: str) -> str:
    if element.type:
        return f'<xs:element name="{element.name}"{occurs} type="m:{element.type.name}"/>'
    inner = "\n".join(_element(child, _occurs(child)) for child in element.children)
    return (
        f'<xs:element name="{element.name}"{occurs}><xs:complexType><xs:sequence>\n{inner}\n'
        "</xs:sequence></xs:complexType></xs:element>"
    )


def _simple_type(kind: SimpleType) -> str:
    content = _restriction(kind, list(kind.patterns))
    return f'<xs:simpleType name="{kind.name}">{content}</xs:simpleType>'


def _restriction(kind: SimpleType, steps: list[tuple[str, ...]]) -> str:
    """Return a chain of restrictions: steps of patterns are anded, patterns in a step ored."""
    *earlier, last = steps or [()]
    patterns = "".join(f"<xs:pattern value={quoteattr(pattern)}/>" for pattern in last)
    if earlier:
        inner = _restriction(kind, earlier)
        return f"<xs:restriction><xs:simpleType>{inner}</xs:simpleType>{patterns}</xs:restriction>"
    facets = "".join(f'<xs:{name} value="{value}"/>' for name, value in kind.facets.items())
    values = "".join(f"<xs:enumeration value={quoteattr(value)}/>" for value in kind.enumerations)
    return f'<xs:restriction base="{kind.base}">{facets}{patterns}{values}</xs:restriction>'
