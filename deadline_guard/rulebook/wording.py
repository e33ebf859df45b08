"""The sentences of every problem, English and Chinese: what was found, what was expected, how to mend it."""

from __future__ import annotations

from typing import Final

from deadline_guard.rulebook.lint_wording import LINT, PEOPLE, Wording

_NONE: Final = ("", "")

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

SHAPE: Final[dict[str, Wording]] = {
    "unknown_key": (
        ('unknown field "{key}" in {where}', "{where}中有未知字段“{key}”"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "missing_key": (
        ('the field "{key}" is missing in {where}', "{where}缺少字段“{key}”"),
        _NONE,
        ("add it", "请补上"),
    ),
    "unknown_choice": (
        ("{value} is none of the choices", "{value} 不在可选值之中"),
        ("one of {choices}", "其中之一:{choices}"),
        ("{hint}", "{hint}"),
    ),
    "bad_name": (
        ("{value} is not a name", "{value} 不能作名称"),
        ("letters, digits, dots, dashes and underscores", "字母、汉字、数字、点、横线、下划线"),
        _NONE,
    ),
    "wrong_type": (
        ("{value}", "{value}"),
        ("{wanted}", "{wanted}"),
        ("{hint}", "{hint}"),
    ),
    "empty_text": (
        ("the text is empty", "文本为空"),
        ("at least one letter", "至少一个字"),
        _NONE,
    ),
    "too_small": (
        ("{value} is too small", "{value} 太小"),
        ("{least} or more", "不小于 {least}"),
        _NONE,
    ),
    "bad_value": (
        ("{value} cannot be used: {message}", "{value} 不能使用:{message}"),
        _NONE,
        _NONE,
    ),
    "unknown_file": (
        (
            "this file begins with {keys}, which no rule file does",
            "此文件以 {keys} 开头,规则文件没有这种写法",
        ),
        ("one of {known}", "其中之一:{known}"),
        ("{hint}", "{hint}"),
    ),
    "no_rule_files": (
        ("the folder holds no rule files", "文件夹里没有规则文件"),
        (
            "*.yaml with rules, events, profiles or case_types",
            "含 rules、events、profiles 或 case_types 的 *.yaml",
        ),
        _NONE,
    ),
    "no_folder": (
        ("the folder does not exist", "文件夹不存在"),
        ("a folder of rule files", "规则文件夹"),
        ("mend the path in config.yaml under rules", "请检查 config.yaml 的 rules"),
    ),
}

VALUES: Final[dict[str, Wording]] = {
    "not_a_threshold": (
        ("{value} is no threshold", "{value} 不是阈值"),
        (
            '"5 working days before", "7 days before at 09:00", "4 hours before", "2/3 of limit" or "due"',
            "“5 working days before”“7 days before at 09:00”“4 hours before”“2/3 of limit”或“due”",
        ),
        ("count, unit, then the word before", "先写数字、单位,再写 before"),
    ),
    "not_a_wait": (
        ("{value} is no waiting time", "{value} 不是等待时间"),
        ('"30 minutes", "4 hours" or "1 day"', "“30 minutes”“4 hours”或“1 day”"),
        ("write the number and its unit", "请写数字和单位"),
    ),
    "not_a_length": (
        ("{value} is no length", "{value} 不是期间"),
        (
            '"15 days", "2 working days", "6 months", "1 year" or "48 hours"',
            "“15 days”“2 working days”“6 months”等",
        ),
        ("{reason}", "{reason}"),
    ),
    "not_internal": (
        ("{value} is no internal limit", "{value} 不是内控时限"),
        (
            '"17:00 one working day before", "12:00 2 days before" or "17:00"',
            "“17:00 one working day before”“12:00 2 days before”或“17:00”",
        ),
        _NONE,
    ),
    "not_a_date": (
        ("{value} is no date", "{value} 不是日期"),
        ("a day that exists, such as 2026-02-28", "存在的日期,如 2026-02-28"),
        ("year-month-day with two digits each", "年-月-日,月日各两位"),
    ),
    "not_a_time": (
        ("{value} is no time of day", "{value} 不是一天中的时间"),
        ("a time from 00:00 to 23:59", "00:00 至 23:59"),
        _NONE,
    ),
    "policy_conflict": (
        ("{message}", "计数规定互相矛盾:{message}"),
        _NONE,
        _NONE,
    ),
    "limit_and_versions": (
        ("limit and versions both stand in rule {rule}", "规则 {rule} 同时写了 limit 和 versions"),
        ("one of the two", "二者之一"),
        ("move the limit into versions", "请把 limit 移入 versions"),
    ),
    "no_limit": (
        ("rule {rule} grants no limit", "规则 {rule} 没有期限"),
        ("limit, versions or date_from", "limit、versions 或 date_from"),
        ("write for example limit: 15 days", "例如 limit: 15 days"),
    ),
    "version_without_limit": (
        ("this version has no limit", "此版本没有期限"),
        ("limit: 15 days", "limit: 15 days"),
        _NONE,
    ),
    "no_trigger": (
        ("rule {rule} has no trigger", "规则 {rule} 没有触发事件"),
        ("the event that opens it", "使其开始的事件"),
        ("write trigger: EVENT", "请写 trigger: 事件"),
    ),
    "empty_trigger": (
        ("a trigger names neither an event nor a rule", "触发条件既没有事件也没有规则"),
        ("event: or rule:", "event: 或 rule:"),
        _NONE,
    ),
    "unused_trigger": (
        ("stage_time is opened by the stage, not by a trigger", "stage_time 由阶段开始,不用 trigger"),
        ("stage: NAME", "stage: 名称"),
        ("remove the trigger", "请删除 trigger"),
    ),
}

NAMES: Final[dict[str, Wording]] = {
    "unknown_event": (
        ("the event {name} is not in events.yaml", "events.yaml 中没有事件 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_profile": (
        ("there is no profile {name}", "没有名为 {name} 的 profile"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_rule": (
        ("there is no rule {name}", "没有规则 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_case_type": (
        ("there is no case type {name}", "没有案件类型 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_stage": (
        ("no case type of this rule has a stage {name}", "此规则的案件类型没有阶段 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_role": (
        ("nobody can be {name}: neither a role nor a person", "{name} 既不是角色也不是人员"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_calendar": (
        ("there is no calendar {name}", "没有日历 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_jurisdiction": (
        ("there is no jurisdiction {name}", "没有法域 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_indicator": (
        ("the indicator {name} is not supported", "不支持指标 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_attribute": (
        ("cases have no attribute {name}", "案件没有属性 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_attribute_value": (
        ("the attribute {attribute} never is {name}", "属性 {attribute} 没有取值 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_comparison": (
        ("a value is not compared by {name}", "{name} 不是比较方式"),
        ("conditions such as {{gte: 50000}} or a list of values", "如 {{gte: 50000}} 这样的条件,或取值列表"),
        ("{hint}", "{hint}"),
    ),
    "unknown_phase": (
        ("case type {case_type} has no phase {name}", "案件类型 {case_type} 没有 {name} 这一时段"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_field": (
        ("the event {event} records no field {name}", "事件 {event} 不记录字段 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_zone": (
        ("there is no time zone {name}", "没有时区 {name}"),
        ("an IANA zone such as Asia/Shanghai", "IANA 时区,如 Asia/Shanghai"),
        ("{hint}", "{hint}"),
    ),
    "defined_twice": (
        ("{kind} {name} stands here and at {other}", "{kind} {name} 在此处和 {other} 都有定义"),
        ("each name once", "每个名称只定义一次"),
        ("write override: true here to replace the other one", "要替换前者,请在此写 override: true"),
    ),
    "nothing_to_override": (
        ("override: true, but {kind} {name} stands nowhere before", "override: true,但之前没有{kind} {name}"),
        ("a name that was read before", "之前已有的名称"),
        ("{hint}", "{hint}"),
    ),
    "reserved_event": (
        ("{name} is an answer that every case has", "{name} 是每个案件都有的答复"),
        ("another name", "别的名称"),
        _NONE,
    ),
    "from_itself": (
        ("{kind} {name} goes back to itself: {path}", "{kind} {name} 循环引用:{path}"),
        ("an end", "有终点"),
        ("break the circle", "请断开循环"),
    ),
    "date_field_of_nothing": (
        ("date_from needs a trigger event that records the date", "date_from 需要记录该日期的触发事件"),
        _NONE,
        _NONE,
    ),
}

WORDING: Final[dict[str, Wording]] = {**SOURCE, **SHAPE, **VALUES, **NAMES, **LINT, **PEOPLE}
