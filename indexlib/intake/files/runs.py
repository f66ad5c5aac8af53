"""Text that a cell shows in several ways at once: raised, struck out, hidden, or changed with the change still shown.

"87,70" with a raised mark of a footnote is not 87,701, and a struck-out digit is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from indexlib.intake.files.numbers import number

#: Ends a cell of which it is not certain what figure it shows: no reader takes it for a number.
UNSURE = "?"
#: More raised digits than this beside a figure are no mark of a footnote.
MARK = 2
#: Read as blanks or as nothing, and seen as nothing: they come along with text copied from web pages.
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


@dataclass
class Text:
    """The plain text of a cell and the raised text beside it.

    ``changed``: it holds text that is changed, struck out or hidden; ``mixed``: its letters differ in size.
    """

    plain: list[str] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    changed: bool = False
    mixed: bool = False

    def settle(self) -> tuple[str, str]:
        """The text of the cell, and the code of what makes it uncertain (empty if nothing does).

        A raised mark is left out. It makes a figure uncertain if it may be part of it: in a figure without a
        decimal sign, and where it is long.

        Examples
        --------
        >>> Text(["87,70"], ["1"]).settle(), Text(["87"], ["70"]).settle(), Text(["86,8"], changed=True).settle()
        (('87,70', ''), ('87 ?', 'raised_text'), ('86,8 ?', 'changed_text'))
        """
        text, raised = "".join(self.plain), "".join(self.raised).strip()
        if not text.strip() or raised == "%":
            text, raised = text + raised, ""
        code = "changed_text" if self.changed else ""
        if not code and number(text) is not None:
            digits = sum(c.isdigit() for c in raised)
            if self.mixed or digits > MARK or (digits and not {",", "."} & set(text)):
                code = "raised_text"
        return (f"{text} {UNSURE}" if code else text), code
