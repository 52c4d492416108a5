"""A mail's own HTML without all that could act, for its frame."""

import nh3
from lxml.html import tostring

from app.reading.sight.visible import html_tree

_MOST_ATTRIBUTES = 100


def cleaned(html: str) -> str:
    """Of the tree that our reader sees too: nh3 takes minutes over a megabyte of tags in tags, which lxml cuts off.

    It lets other threads work meanwhile.
    """
    root = html_tree(html)
    if root is None:
        return ""
    for element in root.iter():
        if len(element.attrib) > _MOST_ATTRIBUTES:
            element.attrib.clear()
    return nh3.clean(tostring(root, encoding="unicode"), url_schemes={"data"}, link_rel=None)
