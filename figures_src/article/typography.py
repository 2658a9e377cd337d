"""French typography of a finished Markdown page, applied to what is read and to nothing else."""

import re

from figures_src.french import NARROW_NO_BREAK_SPACE, NO_BREAK_SPACE

_SPACES = "[ \u00a0\u202f]"

# Order matters: at each place the first alternative wins, so longer things come before the marks inside them.
_KEPT = rf"""
    \A---\n.*?\n---\n                                     # front matter
  | ^(?P<fence>```+|~~~+).*?(?:^(?P=fence)[^\n]*$|\Z)     # code block
  | <!--.*?(?:-->|\Z)
  | <(?P<tag>math|code|pre|script|style|svg)\b.*?(?:</(?P=tag)>|\Z)
  | </?[A-Za-z][^<>]*>                                    # tag or autolink
  | (?P<tick>`+)(?:(?!`).)+(?P=tick)                      # code span
  | \]\([^()\n]*\)                                        # destination of a link
  | \{{[:\#][^{{}}\n]*\}}                                 # attribute list, heading id
  | ^\[[^\]\n]+\]:[^\n]*$                                 # link definition
  | ^(?=[^\n]*-)[ |:-]+$                                  # rule of a table
  | ^:(?={_SPACES})                                       # definition
  | &\#?\w+;                                              # entity
  | \b[a-z][a-z+.-]*://[^\s<>]*                           # bare address
"""

_TYPESET = rf"""
    (?P<opening>«){_SPACES}*
  | {_SPACES}*(?P<closing>»)
  | (?<![\s(\[{{«;:?!]){_SPACES}*(?P<high>[;?!]+)(?!\[)
  | (?<![\s(\[{{«;:?!])(?:{_SPACES}+(?P<colon>:)|(?P<tight_colon>:)(?=[\s»]|\Z))
  | (?P<apostrophe>')
  | (?P<ellipsis>\.\.\.)
  | (?<=[0-9]){_SPACES}(?P<percent>%)
  | (?<=[0-9])(?P<thousands>[ ])(?=[0-9]{{3}}(?![0-9]))
  | (?P<operator>[±×≥≤]){_SPACES}(?=[0-9])
  | (?P<label>\b(?:[Gg]raphique|[Ss]chéma|[Tt]ableau|[Éé]quations?|[Pp]artie|no?°))[ ](?=[(0-9])
"""

_TOKEN = re.compile(
    rf"(?P<kept>{_KEPT})|{_TYPESET}",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def _replacement(match: re.Match[str]) -> str:
    """Return what takes the place of one token of the page."""
    space = NARROW_NO_BREAK_SPACE
    match match.lastgroup:
        case "opening":
            return "«" + NO_BREAK_SPACE
        case "closing" | "colon" | "tight_colon":
            return NO_BREAK_SPACE + match[match.lastgroup]
        case "high" | "percent":
            return space + match[match.lastgroup]
        case "thousands":
            return space
        case "operator":
            return match["operator"] + space
        case "apostrophe":
            return "’"
        case "ellipsis":
            return "…"
        case "label":
            return match["label"] + NO_BREAK_SPACE
        case _:
            return match[0]


def typeset(page: str) -> str:
    """Give the text of a Markdown or HTML page its no-break spaces, apostrophes and ellipses.

    Front matter, tags and their attributes, code, mathematics, addresses and Markdown's own signs stay as they
    are. Applying it twice changes nothing more. Spaces before ``; ? !`` become U+202F, those before a colon,
    inside « » and between a label and its number, as in "Graphique 2", U+00A0: so does the Imprimerie nationale.
    """
    return _TOKEN.sub(_replacement, page)
