"""Where the Tab key stops: at an address once.

A reader by keyboard would else pass the same publication nine times, and a figure's name just before the figure. What
is skipped remains a link, to point at and to read out.
"""

import re

_LINK = re.compile(r'<a (?P<before>[^>]*?)href="(?P<address>[^"]+)"(?P<after>[^>]*)>')
_HEADING = re.compile(r"^#{2,6} ", re.MULTILINE)


def one_stop_an_address(page: str) -> str:
    """Have Tab skip links to what an earlier one leads to, or to a figure further on in the same section."""
    seen: set[str] = set()

    def told(link: re.Match[str]) -> str:
        skipped = link["address"] in seen or _is_near(page, link)
        seen.add(link["address"])
        return f'<a {link["before"]}href="{link["address"]}" tabindex="-1"{link["after"]}>' if skipped else link[0]

    return _LINK.sub(told, page)


def _is_near(page: str, link: re.Match[str]) -> bool:
    place = page.find(f'<figure id="{link["address"].removeprefix("#")}"', link.end())
    return place >= 0 and not _HEADING.search(page, link.end(), place)
