"""The sentences of every problem, English and Chinese: what was found, what was expected, how to mend it."""

from __future__ import annotations

from typing import Final

_Pair = tuple[str, str]
_NONE: Final[_Pair] = ("", "")

Wording = tuple[_Pair, _Pair, _Pair]

SOURCE: Final[dict[str, Wording]] = {
    "unreadable": (
        ("the file cannot be read: {reason}", "无法读取文件:{reason}"),
        ("a readable file", "可读取的文件"),
        _NONE,
    ),
    "too_big": (
        ("the file has {size} KiB", "文件有 {size} KiB"),
        ("at most {most} KiB", "不超过 {most} KiB"),
        ("split it into several files", "请拆分成几个文件"),
    ),
    "undecodable": (
        ("the text is not UTF-8 from here on", "从这里起不是 UTF-8 编码"),
        ("a UTF-8 text file", "UTF-8 文本文件"),
        (
            "save it again as UTF-8; Windows editors may offer GB18030 or UTF-16",
            "请另存为 UTF-8,不要用 GB18030(ANSI)或 UTF-16",
        ),
    ),
    "empty": (
        ("the file holds nothing", "文件是空的"),
        ("at least one key", "至少一个键"),
        ("delete the file or fill it in", "请删除该文件或填写内容"),
    ),
    "two_documents": (
        ("a second document begins here (---)", "这里开始了第二个文档(---)"),
        ("one document a file", "每个文件一个文档"),
        ("move it to a file of its own", "请移到单独的文件"),
    ),
    "tag": (
        ("the tag {tag} is not allowed", "不允许使用标签 {tag}"),
        ("a plain value", "普通的值"),
        ("remove it; quote the value to make it text", "请删除;要作文本就加引号"),
    ),
    "merge_key": (
        ("the merge key << is not read", "不支持合并键 <<"),
        ("ordinary keys", "普通的键"),
        ("in a rule write profile: {{from: NAME, …}}", "在规则里请写 profile: {{from: 名称, …}}"),
    ),
    "alias_of_itself": (
        ("*{name} stands inside &{name} itself", "*{name} 用在了 &{name} 自身里面"),
        ("an alias of something complete", "已经完整的锚点"),
        _NONE,
    ),
    "unknown_alias": (
        ("nothing above is marked &{name}", "上文没有标记 &{name}"),
        ("the name of an anchor above", "上文中的锚点名"),
        ("quote the value if the * is meant as text", "若 * 是文本,请加引号"),
    ),
    "too_many_aliases": (
        ("more than {most} aliases", "别名超过 {most} 个"),
        ("at most {most}", "不超过 {most} 个"),
        ("use a profile instead of repeating by alias", "请改用 profile,不要用别名重复"),
    ),
    "too_many_nodes": (
        ("more than {most} values, aliases expanded", "展开别名后超过 {most} 个值"),
        ("a smaller file", "更小的文件"),
        ("split the file; do not nest aliases", "请拆分文件,不要嵌套别名"),
    ),
    "too_deep": (
        ("nested more than {most} deep", "嵌套超过 {most} 层"),
        ("at most {most} levels", "不超过 {most} 层"),
        _NONE,
    ),
    "key_not_text": (
        ("the key {value} is a list, a mapping or no text", "键 {value} 不是文本"),
        ("a word as the key", "用一个词作键"),
        ("a {{ or [ at the start of a value needs quotes", "值以 {{ 或 [ 开头时请加引号"),
    ),
    "duplicate_key": (
        ("the key {key} stands here twice, first on line {line}", "键 {key} 重复,第 {line} 行已有"),
        ("each key once", "每个键只写一次"),
        ("remove one of the two", "请删除其中一个"),
    ),
    "tab": (
        ("a tab indents this line", "此行用制表符(Tab)缩进"),
        ("spaces", "空格"),
        ("replace the tab by two spaces", "请把 Tab 换成两个空格"),
    ),
    "full_width_colon": (
        ("the full-width colon ： makes this plain text", "全角冒号 ： 会使这里变成普通文本"),
        ('":" and a space', "半角“:”加一个空格"),
        ("switch the input method to half-width", "请切换到半角输入"),
    ),
    "control_character": (
        ("the control character U+{char} is not allowed", "不允许控制字符 U+{char}"),
        ("printable text", "可见字符"),
        ("delete it", "请删除"),
    ),
    "no_yaml": (
        ("this cannot be read: {said}", "无法读取:{said}"),
        _NONE,
        (
            "look at the indentation and the quotes here and on the line above",
            "请检查此行和上一行的缩进与引号",
        ),
    ),
}

WORDING: Final[dict[str, Wording]] = {**SOURCE}
