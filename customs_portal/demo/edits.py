"""Small changes to the XML of a declaration, the building stones of faulty messages."""

from collections.abc import Callable
from typing import TypeAlias

from lxml import etree

Tree: TypeAlias = "etree._Element"  # noqa: SLF001  the only name of an element's type
Edit: TypeAlias = Callable[[Tree], None]


def remove(path: str) -> Edit:
    """Return the edit that takes away every element on the path."""

    def edit(root: Tree) -> None:
        for element in _existing(root, path):
            _parent(element).remove(element)

    return edit


def keep_first(path: str) -> Edit:
    """Return the edit that takes away all but the first element on the path."""

    def edit(root: Tree) -> None:
        for element in _existing(root, path)[1:]:
            _parent(element).remove(element)

    return edit


def write(path: str, text: str) -> Edit:
    """Return the edit that gives the first element on the path another text."""

    def edit(root: Tree) -> None:
        _existing(root, path)[0].text = text

    return edit


def change(path: str, changed: Callable[[str], str]) -> Edit:
    """Return the edit that makes the text of the first element on the path from its old one."""

    def edit(root: Tree) -> None:
        element = _existing(root, path)[0]
        element.text = changed(element.text or "")

    return edit


def insert_after(path: str, name: str, text: str) -> Edit:
    """Return the edit that puts a new element after the first one on the path."""

    def edit(root: Tree) -> None:
        _existing(root, path)[0].addnext(_element(name, text))

    return edit


def insert_before(path: str, name: str, text: str) -> Edit:
    """Return the edit that puts a new element before the first one on the path."""

    def edit(root: Tree) -> None:
        _existing(root, path)[0].addprevious(_element(name, text))

    return edit


def copy_text(source: str, target: str) -> Edit:
    """Return the edit that gives the target the text of the source."""

    def edit(root: Tree) -> None:
        _existing(root, target)[0].text = _existing(root, source)[0].text

    return edit


def insert_group_after(path: str, name: str, child: str, text: str) -> Edit:
    """Return the edit that puts a new group with one element after the last one on the path."""

    def edit(root: Tree) -> None:
        group = etree.Element(name)
        group.append(_element(child, text))
        _existing(root, path)[-1].addnext(group)

    return edit


def repeat(path: str) -> Edit:
    """Return the edit that puts a copy of the first element on the path behind it."""

    def edit(root: Tree) -> None:
        element = _existing(root, path)[0]
        element.addnext(etree.fromstring(etree.tostring(element)))

    return edit


def replace_group(path: str, values: dict[str, str]) -> Edit:
    """Return the edit that gives the first group on the path other elements."""

    def edit(root: Tree) -> None:
        group = _existing(root, path)[0]
        for child in list(group):
            group.remove(child)
        group.extend([_element(name, text) for name, text in values.items()])

    return edit


def total_packages(root: Tree) -> None:
    """Put the total of packages right again after an edit of package lines (rule R105)."""
    counted = root.findall("GOOITEGDS/PACGS2/NumOfPacGS24")
    total = sum(int(element.text or 0) for element in counted)
    _existing(root, "HEAHEA/TotNumOfPacHEA306")[0].text = str(total)


def _existing(root: Tree, path: str) -> list[Tree]:
    """Return the elements on the path; an edit that finds nothing would be no fault."""
    found = root.findall(path)
    if not found:
        raise LookupError(f"{path} is not in the declaration")
    return found


def _parent(element: Tree) -> Tree:
    parent = element.getparent()
    assert parent is not None
    return parent


def _element(name: str, text: str) -> Tree:
    element = etree.Element(name)
    element.text = text
    return element
