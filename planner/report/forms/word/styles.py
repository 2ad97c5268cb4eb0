"""The styles of a report. A document that has a style of the same name keeps its own; missing ones are added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from planner.report.forms.word.markup import NAMES

SERIF, SANS, FIXED = "Times New Roman", "Arial", "Courier New"
SONG, HEI = "SimSun", "SimHei"
INK, MUTED, ACCENT, WARN, GOOD = "1B2330", "5A6472", "0B3C73", "8A4B00", "17603C"
BULLETS, CHAPTERS = 71, 72


@dataclass(frozen=True)
class Style:
    """Name, kind, the style it is based on, properties of paragraphs, runs, tables."""

    name: str
    kind: str = "paragraph"
    based: str = "Normal"
    paragraph: str = ""
    run: str = ""
    table: str = ""


def _space(before: float, after: float, line: float = 1.0) -> str:
    apart = f'w:before="{before * 20:.0f}" w:after="{after * 20:.0f}"'
    return f'<w:spacing {apart} w:line="{line * 240:.0f}" w:lineRule="auto"/>'


def _fonts(latin: str, chinese: str) -> str:
    return f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{chinese}" w:cs="{latin}"/>'


def _letters(size: float, colour: str = "", *, bold: bool = False) -> str:
    paint = f'<w:color w:val="{colour}"/>' if colour else ""
    half = round(2 * size)
    return f'{"<w:b/>" if bold else ""}{paint}<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'


def _rule(side: str, size: int, colour: str, space: int = 0) -> str:
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="{space}" w:color="{colour}"/>'


BOLD = _fonts(SERIF, HEI)
KEEP = "<w:keepNext/><w:keepLines/>"
CONTENTS = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9638"/></w:tabs>'
TABLE = (
    f"<w:tblPr><w:tblBorders>{_rule('top', 8, INK)}{_rule('bottom', 8, INK)}"
    f"{_rule('insideH', 2, 'DFE3E8')}</w:tblBorders>"
    '<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:bottom w:w="40" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    f'<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:color w:val="{MUTED}"/></w:rPr><w:tcPr><w:tcBorders>'
    f'{_rule("bottom", 4, "B9C0C9")}</w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr>'
    '<w:tblStylePr w:type="lastRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>'
    f"{_rule('top', 6, INK)}</w:tcBorders></w:tcPr></w:tblStylePr>"
)
FIGURES = (
    '<w:tblPr><w:tblCellMar><w:top w:w="60" w:type="dxa"/><w:bottom w:w="160" w:type="dxa"/></w:tblCellMar></w:tblPr>'
)
STYLES = (
    Style("Normal", based="", paragraph=_space(0, 7, 1.2), run=_fonts(SERIF, SONG) + _letters(10.5, INK)),
    Style("Default Paragraph Font", "character", ""),
    Style("Normal Table", "table", "", table='<w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr>'),
    Style("Report Kicker", paragraph=_space(60, 4), run=BOLD + _letters(10, ACCENT, bold=True)),
    Style(
        "Title",
        paragraph=f"<w:pBdr>{_rule('bottom', 8, INK, 6)}</w:pBdr>" + _space(0, 8),
        run=BOLD + _letters(25, INK, bold=True),
    ),
    Style("Subtitle", paragraph=_space(0, 44), run=_letters(9.5, MUTED)),
    Style(
        "heading 1",
        paragraph=KEEP + _space(26, 9) + '<w:outlineLvl w:val="0"/>',
        run=BOLD + _letters(16, ACCENT, bold=True),
    ),
    Style(
        "heading 2",
        paragraph=KEEP + _space(16, 7) + '<w:outlineLvl w:val="1"/>',
        run=BOLD + _letters(12, INK, bold=True),
    ),
    Style(
        "heading 3",
        paragraph=KEEP + _space(12, 5) + '<w:outlineLvl w:val="2"/>',
        run=BOLD + _letters(10.5, INK, bold=True),
    ),
    Style("TOC Heading", paragraph=KEEP + _space(0, 8), run=BOLD + _letters(13, ACCENT, bold=True)),
    Style("toc 1", paragraph=CONTENTS + _space(0, 6)),
    Style("toc 2", paragraph=CONTENTS + _space(0, 4) + '<w:ind w:left="240"/>'),
    Style("Lead", paragraph="<w:keepNext/>" + _space(0, 10, 1.2), run=_letters(11, MUTED)),
    Style("caption", paragraph=KEEP + _space(14, 5), run=BOLD + _letters(10, INK, bold=True)),
    Style("List Bullet", paragraph=f'<w:numPr><w:numId w:val="{BULLETS}"/></w:numPr>' + _space(0, 3, 1.15)),
    Style(
        "Note",
        paragraph=f'<w:pBdr>{_rule("left", 16, WARN, 8)}</w:pBdr><w:shd w:val="clear" w:color="auto" w:fill="FDF6EC"/>'
        + _space(10, 10, 1.15)
        + '<w:ind w:left="200" w:right="100"/>',
        run=_letters(10),
    ),
    Style(
        "Code",
        paragraph='<w:shd w:val="clear" w:color="auto" w:fill="F5F7F9"/>' + _space(0, 0, 1.1),
        run=_fonts(FIXED, SONG) + _letters(8.5),
    ),
    Style("Figure", paragraph=KEEP + _space(0, 4)),
    Style("Figure Heading", paragraph=KEEP + _space(0, 3), run=_letters(8, MUTED, bold=True)),
    Style("Figure Legend", paragraph=KEEP + _space(0, 4), run=_letters(8, MUTED)),
    Style(
        "Conclusion",
        paragraph=f"<w:pBdr>{_rule('left', 10, 'DFE3E8', 6)}</w:pBdr>" + _space(4, 4, 1.15) + '<w:ind w:left="160"/>',
        run=_letters(9),
    ),
    Style("Remark", paragraph=_space(4, 10), run=_letters(8, MUTED)),
    Style("Pointer", paragraph=_space(6, 8), run=_letters(9, ACCENT)),
    Style("Key Value", paragraph=KEEP + _space(0, 2), run=BOLD + _letters(15, INK, bold=True)),
    Style("Key Name", paragraph=KEEP + _space(0, 1), run=_letters(8.5)),
    Style("Key Remark", paragraph=KEEP + _space(0, 0), run=_letters(7.5, MUTED)),
    Style("Table Text", paragraph=_space(0, 0), run=_letters(8.5)),
    Style("Table Number", paragraph=_space(0, 0) + '<w:jc w:val="right"/>', run=_letters(8.5)),
    Style("Section End", paragraph=_space(0, 0), run=_letters(1)),
    Style(
        "Colophon", paragraph=f"<w:pBdr>{_rule('top', 4, 'B9C0C9', 6)}</w:pBdr>" + _space(24, 0), run=_letters(8, MUTED)
    ),
    Style("header", paragraph=CONTENTS.replace(' w:leader="dot"', "") + _space(0, 0), run=_letters(8, MUTED)),
    Style("footer", paragraph=_space(0, 0) + '<w:jc w:val="center"/>', run=_letters(8, MUTED)),
    Style("Label", "character", "", run=f'<w:color w:val="{ACCENT}"/>'),
    Style("Hint", "character", "", run=f'<w:color w:val="{MUTED}"/>'),
    Style("Mark", "character", "", run=f'<w:i/><w:color w:val="{MUTED}"/>'),
    Style("Mark estimated", "character", "", run=f'<w:i/><w:color w:val="{WARN}"/>'),
    Style("Mark measured", "character", "", run=f'<w:i/><w:color w:val="{GOOD}"/>'),
    Style("Mark published", "character", "", run=f'<w:i/><w:color w:val="{ACCENT}"/>'),
    Style("Report Table", "table", "Normal Table", table=TABLE),
    Style("Report Layout", "table", "Normal Table", table=FIGURES),
)
LEVEL = (
    '<w:abstractNum {names} w:abstractNumId="{id}"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
    '<w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:ind w:left="{left}" w:hanging="{hanging}"/></w:pPr></w:lvl></w:abstractNum>'
)
LISTS = (
    LEVEL.format(names=NAMES, id=BULLETS, form="bullet", text="•", left=300, hanging=240),
    LEVEL.format(names=NAMES, id=CHAPTERS, form="decimal", text="%1", left=440, hanging=440),
)
NUMBERING = "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"
DEFAULTS = (
    f'<w:docDefaults {NAMES}><w:rPrDefault><w:rPr>{_fonts(SERIF, SONG)}<w:lang w:val="{{latin}}" w:eastAsia="zh-CN"/>'
    "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
)


class Names(dict[str, str]):
    """Name of a style in small letters -> its id in the document."""

    def __missing__(self, name: str) -> str:
        return self[name.lower()] if name != name.lower() else name.replace(" ", "").title()


def xml_of(style: Style, names: Names) -> str:
    """The style as the document holds it."""
    default = ' w:default="1"' if style.name in ("Normal", "Default Paragraph Font", "Normal Table") else ""
    based = f'<w:basedOn w:val="{names[style.based]}"/>' if style.based else ""
    above = f"<w:pPr>{style.paragraph}</w:pPr>" if style.paragraph else ""
    run = f"<w:rPr>{style.run}</w:rPr>" if style.run else ""
    return (
        f'<w:style {NAMES} w:type="{style.kind}" w:styleId="{names[style.name]}"{default}>'
        f'<w:name w:val="{escape(style.name)}"/>{based}<w:qFormat/>{above}{run}{style.table}</w:style>'
    )


def ensure(document: Any) -> Names:
    """Add the styles that a document lacks."""
    from docx.oxml import parse_xml

    root = document.styles.element
    names = Names({one.name_val.lower(): one.styleId for one in root.style_lst if one.name_val})
    added = [style for style in STYLES if style.name.lower() not in names]
    taken = {one.styleId for one in root.style_lst}
    for style in added:
        id = style.name.title().replace(" ", "")
        names[style.name.lower()] = f"{id}-report" if id in taken else id
    for style in added:
        root.append(parse_xml(xml_of(style, names)))
    return names


def sized(document: Any, names: Names, name: str, size: float) -> str:
    """Id of a style of tables in letters of a size in pt, added where it is missing."""
    from docx.oxml import parse_xml

    whole = f"{name} {size:g} pt"
    if whole.lower() not in names:
        names[whole.lower()] = whole.title().replace(" ", "").replace(".", "-")
        document.styles.element.append(parse_xml(xml_of(Style(whole, based=name, run=_letters(size)), names)))
    return names[whole.lower()]


def bare(document: Any, lang: str) -> None:
    """Take all styles of a new document away, so that all of ours are added, and say what language it is in."""
    from docx.oxml import parse_xml

    root = document.styles.element
    for child in list(root):
        root.remove(child)
    root.append(parse_xml(DEFAULTS.format(latin="zh-CN" if lang == "zh" else "en-GB")))


def lists(document: Any) -> None:
    """Add the bullets and the numbers of chapters."""
    from docx.oxml import parse_xml

    root = _numbering(document)
    for at, level in enumerate(LISTS):
        root.insert(at, parse_xml(level))
    for id in (BULLETS, CHAPTERS):
        root.append(parse_xml(f'<w:num {NAMES} w:numId="{id}"><w:abstractNumId w:val="{id}"/></w:num>'))


def _numbering(document: Any) -> Any:
    """The list definitions of a document; a template may have none yet."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.oxml import parse_xml
    from docx.parts.numbering import NumberingPart

    part = document.part
    try:
        return part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element
    except KeyError:
        root = parse_xml(f"<w:numbering {NAMES}/>")
        made = NumberingPart(PackURI("/word/numbering.xml"), NUMBERING, root, part.package)
        part.relate_to(made, RELATIONSHIP_TYPE.NUMBERING)
        return root
