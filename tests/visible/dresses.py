"""Clean HTML mails as mail programs write them: nothing in them is hidden, however odd it is written."""

from collections.abc import Callable, Mapping
from html import escape

Dress = Callable[[str], str]


def _paragraphs(text: str) -> list[str]:
    return [escape(part.strip()).replace("\n", "<br>\n") for part in text.split("\n\n") if part.strip()]


def _each(before: str, around: str, after: str) -> Dress:
    """`around` has the place of a paragraph as {}."""
    return lambda text: before + "\n".join(around.replace("{}", part) for part in _paragraphs(text)) + after


DRESSES: Mapping[str, Dress] = {
    "Gmail": _each('<div dir="ltr">', "<div>{}</div><div><br></div>", "</div>"),
    "Outlook": _each(
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!--\n@font-face {font-family:Calibri;}\n'
        "p.MsoNormal {margin:0cm; font-size:11.0pt; font-family:Calibri,sans-serif; color:windowtext;}\n"
        "a:link, span.MsoHyperlink {color:#0563C1;}\n--></style><!--[if gte mso 9]><xml><o:shapedefaults/></xml>"
        '<![endif]--></head><body lang="EN-GB" link="#0563C1"><div class="WordSection1">',
        '<p class="MsoNormal"><span style="mso-fareast-language:EN-US">{}<o:p></o:p></span></p>'
        '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>',
        "</div></body></html>",
    ),
    "Apple Mail": _each(
        '<html><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">',
        '<div class="">{}</div><br class="">',
        "</body></html>",
    ),
    "Thunderbird": _each('<html><body bgcolor="#FFFFFF" text="#000000">', "<p>{}</p>", "</body></html>"),
    "ticket system": _each(
        '<table width="100%" cellpadding="0" cellspacing="0" style="background-color:#f4f4f4"><tr><td align="center">'
        '<table width="600" style="max-width:600px;background:#ffffff;border:1px solid #ddd"><tr>'
        '<td style="padding:24px;font:14px/20px Arial,sans-serif;color:#333333">',
        '<p style="margin:0 0 16px">{}</p>',
        "</td></tr></table></td></tr></table>",
    ),
    "light on dark": _each(
        '<body style="background:#1f2933"><table bgcolor="#1f2933"><tr><td style="color:#ffffff">',
        '<p style="color:#fff">{}</p>',
        "</td></tr></table></body>",
    ),
    "button and grey print": _each(
        "<style>@media only screen and (max-width:480px){.w{width:100%!important}} .f{color:#8a8a8a;font-size:11px}"
        "@media print{.np{display:none}}</style>",
        '<table class="w"><tr><td class="np" style="background-color:#0a7d3c;border-radius:4px">'
        '<span style="color:#ffffff;font-weight:bold">{}</span></td></tr></table><p class="f">—</p>',
        "",
    ),
    "lists and quotes": _each("<ul>", "<li><b>{}</b></li>", '</ul><blockquote type="cite">Seller wrote</blockquote>'),
    "columns": _each(
        '<table style="table-layout:fixed;width:640px">',
        '<tr><th style="text-align:left">Re</th><td style="overflow:hidden;word-wrap:break-word">{}</td></tr>',
        "</table>",
    ),
    "dark mode sheet": _each(
        '<meta name="color-scheme" content="light dark"><style>:root{color-scheme:light dark}'
        "@media (prefers-color-scheme:dark){.t{color:#ffffff!important}.b{background:#000000!important}}</style>"
        '<div class="b"><div class="t" style="color:#111111;opacity:.95;position:relative;left:-2px">',
        "<p>{}</p>",
        "</div></div>",
    ),
}
