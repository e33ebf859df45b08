"""The sentences of what is written correctly and yet cannot be meant."""

from __future__ import annotations

from typing import Final

_Pair = tuple[str, str]
_NONE: Final[_Pair] = ("", "")

Wording = tuple[_Pair, _Pair, _Pair]  # found, expected, hint

LINT: Final[dict[str, Wording]] = {
    "level_twice": (
        ("the level {level} begins at two places", "级别 {level} 有两个阈值"),
        ("each level once", "每个级别一个阈值"),
        ("remove one of the two", "请删除其中一个"),
    ),
    "thresholds_not_in_order": (
        ("{higher} begins before {lower}", "{higher} 早于 {lower}"),
        ("the worse level nearer to the due date", "越严重的级别越接近届满日"),
        ("exchange the two", "请互换"),
    ),
    "buckets_and_thresholds": (
        ("both thresholds and buckets", "同时写了 thresholds 与 buckets"),
        ("one of the two: buckets for overdue_age, thresholds for clocks", "二者之一:账龄用 buckets,期限用 thresholds"),
        ("remove one of the two", "请删除其中一个"),
    ),
    "buckets_not_in_order": (
        ("a bucket from day {first} after one from day {before}", "第 {first} 天起的账龄档排在第 {before} 天起的之后"),
        ("buckets by age, each from a later day", "按账龄排列,逐档更晚"),
        ("exchange the two, or mend the day", "请互换,或改正天数"),
    ),
    "bucket_better_with_age": (
        ("this bucket is {level}, the younger one {before}", "本档为 {level},前一档为 {before}"),
        ("a level that does not fall with age", "级别不随账龄降低"),
        ("write level: {before} or worse", "请写 level: {before} 或更严重的级别"),
    ),
    "bucket_without_label": (
        ("the bucket from day {first} has no name in {language}", "第 {first} 天起的账龄档没有 {language} 名称"),
        ("both languages", "两种语言"),
        ("write label: {{zh: …, en: …}}", "请写 label: {{zh: …, en: …}}"),
    ),
    "buckets_on_clock": (
        ("{indicator} measures no arrears", "{indicator} 不计量账龄"),
        ("buckets on a rule with the indicator overdue_age", "buckets 只用于指标 overdue_age 的规则"),
        ("choose another profile", "请选用其他 profile"),
    ),
    "threshold_after_due": (
        ("{value} lies after the due date", "{value} 在届满日之后"),
        ("a place before it", "届满日之前"),
        ("write before; the level overdue follows by itself", "请写 before;逾期级别会自动产生"),
    ),
    "internal_after_due": (
        ("{value} lies after the legal limit", "{value} 在法定期限之后"),
        ("a time on the due day or before", "届满当日或之前"),
        ("write before", "请写 before"),
    ),
    "nobody_told": (
        ("at the level {level} of {name} nobody is told", "{name} 的级别 {level} 不通知任何人"),
        ("at least one role in tell", "tell 中至少一个角色"),
        ("write tell: {{{level}: [owner]}}", "请写 tell: {{{level}: [owner]}}"),
    ),
    "overdue_without_tell": (
        ("when {name} is overdue only those warned before are told", "{name} 逾期时只通知此前已提醒的人"),
        ("somebody above the owner", "承办人以上的人"),
        (
            "write tell: {{overdue: [partner]}}, or overdue: false",
            "请写 tell: {{overdue: [partner]}},或 overdue: false",
        ),
    ),
    "rung_tells_owner": (
        ("step {step} tells the owner, whose silence it answers", "第 {step} 级通知的是没有回应的承办人本人"),
        ("somebody else", "其他人"),
        ("name lead or partner; repeat tells the owner again", "请写 lead 或 partner;重复提醒承办人用 repeat"),
    ),
    "repeat_without_end": (
        ("{level} is repeated without end", "{level} 会无限重复"),
        ("a cap", "上限"),
        ("write at_most: 30", "请写 at_most: 30"),
    ),
    "almost_midnight": (
        ("23:59 leaves out the last minute of the day", "23:59 漏掉当天最后一分钟"),
        ('"due" for the end of the day, or an hour at which somebody reads it', "日终请写“due”,或写有人阅读的时间"),
        _NONE,
    ),
    "value_on_clock": (
        ("{indicator} measures time, not a number", "{indicator} 计量时间,不是数值"),
        ("a threshold in time, such as 5 working days before", "时间阈值,如 5 working days before"),
        (
            "below and above belong to value, event_count and overdue_age",
            "below、above 只用于 value、event_count、overdue_age",
        ),
    ),
    "gauge_without_line": (
        ("no threshold of rule {rule} has a number for {indicator}", "规则 {rule} 没有用于 {indicator} 的数值阈值"),
        ("a threshold such as below 600 or above 3", "如 below 600 或 above 3 的阈值"),
        ("write profile: {{from: NAME, thresholds: […]}}", "请写 profile: {{from: 名称, thresholds: […]}}"),
    ),
    "unknown_parameter": (
        ("no indicator reads the parameter {name}", "没有指标读取参数 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "threshold_beyond_limit": (
        (
            "{level} of rule {rule} begins before its limit of {limit} does",
            "规则 {rule} 的 {level} 早于其期限({limit})的开始",
        ),
        ("a threshold inside the limit", "期限之内的阈值"),
        ("choose a profile for shorter limits", "请选用适合较短期限的 profile"),
    ),
    "internal_before_start": (
        ("the internal limit lies before the limit of {limit} begins", "内控时限早于期限({limit})的开始"),
        ("fewer days before", "更少的提前天数"),
        _NONE,
    ),
    "chain_longer_than_limit": (
        (
            "the chain of rule {rule} takes {hours} hours, longer than the limit of {limit}",
            "规则 {rule} 的升级链需 {hours} 小时,比期限({limit})还长",
        ),
        ("a chain that ends before the limit", "在期限内走完的升级链"),
        ("choose the profile hours, or shorten the waits", "请选用 profile hours,或缩短等待"),
    ),
    "chain_on_watched": (
        ("rule {rule} escalates a clock of the {acts}", "规则 {rule} 会升级不由本方行动的期限({acts})"),
        ("a profile without chain", "没有升级链的 profile"),
        ("write profile: watch", "请写 profile: watch"),
    ),
    "no_citation": (
        ("rule {rule} is statutory and cites no article", "规则 {rule} 是法定期限,但没有法条"),
        ("basis: the article", "basis: 法条"),
        ("or write nature: internal, agreed or court_set", "或写 nature: internal、agreed、court_set"),
    ),
    "ends_before_it_begins": (
        ("this text ends before it begins", "此文本的终止早于起始"),
        ("until after since", "until 晚于 since"),
        _NONE,
    ),
    "versions_overlap": (
        ("the texts {older} and {newer} are in force at the same time", "文本 {older} 与 {newer} 同时有效"),
        ("until of the older one before since of the newer one", "旧文本的 until 早于新文本的 since"),
        ("give the older text its last day", "请给旧文本写上最后一日"),
    ),
    "versions_gap": (
        ("no text is in force between {older} and {newer}", "{older} 与 {newer} 之间没有有效文本"),
        ("texts without a gap", "前后相接的文本"),
        ("a trigger in the gap opens nothing", "期间内的事件不会产生期限"),
    ),
    "no_text_in_force": (
        ("no text follows the one that ends on {until}", "{until} 之后没有有效文本"),
        ("a further version", "后续版本"),
        (
            "later triggers open nothing; add the new text or enabled: false",
            "之后的事件不会产生期限;请补新文本或写 enabled: false",
        ),
    ),
    "nothing_completes": (
        ("no event completes rule {rule}", "规则 {rule} 没有完成事件"),
        ("done_by: the event that shows it was done", "done_by: 表明已完成的事件"),
        ("until then only an answer ends it", "否则只能由人答复结束"),
    ),
    "title_missing": (
        ("{name} has no title in {language}", "{name} 缺少 {language} 标题"),
        ("{{zh: …, en: …}}", "{{zh: …, en: …}}"),
        _NONE,
    ),
    "applies_to_nothing": (
        ("{name} of rule {rule} is an empty list and fits no case", "规则 {rule} 的 {name} 是空列表,不适用任何案件"),
        ("at least one value", "至少一个值"),
        ("remove the line to mean every case", "要适用所有案件请删除此行"),
    ),
    "doubtful_but_enabled": (
        ("rule {rule} has confidence L and is enabled", "规则 {rule} 的可信度为 L 却已启用"),
        ("a source that somebody read", "有人核对过的来源"),
        ("check it and write M or H", "核对后改为 M 或 H"),
    ),
    "cancelled_by_its_trigger": (
        ("{event} both opens and cancels the rule", "{event} 既使规则开始又使其取消"),
        ("another event", "别的事件"),
        _NONE,
    ),
    "case_type_without_rules": (
        ("no rule covers the case type {name}", "没有规则覆盖案件类型 {name}"),
        ("at least one rule", "至少一条规则"),
        ("its cases would be silent", "此类案件不会有任何预警"),
    ),
    "stage_without_owner": (
        ("the stage {stage} of {case_type} names no responsible role", "{case_type} 的阶段 {stage} 没有责任角色"),
        ("owner: ROLE", "owner: 角色"),
        ("the case's owner answers for it", "将由案件承办人负责"),
    ),
    "stage_twice": (
        ("the case type {case_type} has two stages {stage}", "案件类型 {case_type} 有两个阶段 {stage}"),
        ("each id once", "每个 id 一次"),
        _NONE,
    ),
    "enters_two_stages": (
        ("the event {event} enters the stages {first} and {second}", "事件 {event} 同时进入阶段 {first} 和 {second}"),
        ("one stage an event", "每个事件进入一个阶段"),
        ("the first one wins", "以前者为准"),
    ),
    "pair_mismatch": (
        ("{opens} is ended by {found}", "{opens} 以 {found} 结束"),
        ("{closes}, as events.yaml pairs them", "events.yaml 中配对的 {closes}"),
        _NONE,
    ),
    "day_starts_late": (
        ("the day starts at {at}", "day_starts_at 为 {at}"),
        ("a time in the morning", "早上的时间"),
        ("warnings of whole days are told then", "以天计的预警在此时发出"),
    ),
    "role_without_person": (
        ("nobody holds the role {role}", "没有人担任 {role}"),
        ("a person for it in people.yaml under roles", "people.yaml 的 roles 中指定人员"),
        ("until then {fallback} is told instead", "目前会改为通知 {fallback}"),
    ),
    "channel_nobody_has": (
        ("nobody has the channel {channel}", "没有人有通知渠道 {channel}"),
        ("a channel of people.yaml", "people.yaml 中的渠道"),
        _NONE,
    ),
}
PEOPLE: Final[dict[str, Wording]] = {
    "unknown_person": (
        ("{name} is not among the persons", "人员中没有 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "unknown_custodian": (
        ("the custodian {name} is not among the persons", "人员中没有保管人 {name}"),
        ("an id of people.yaml or a mail address", "people.yaml 中的标识或邮箱地址"),
        ("{hint}", "{hint}"),
    ),
    "unknown_signer": (
        (
            "{name}, who is to sign the daily list, is neither a person nor a role",
            "日清单签字人 {name} 既不是人员也不是角色",
        ),
        ("an id of people.yaml, a role of the firm, or leads", "people.yaml 中的标识、律所角色,或 leads"),
        ("{hint}", "{hint}"),
    ),
    "has_left": (
        ("{name} has left the firm (active: false)", "{name} 已离职(active: false)"),
        ("somebody who is here", "在职人员"),
        _NONE,
    ),
    "unknown_team": (
        ("{name} is not among the teams", "团队中没有 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "no_channel": (
        ("{name} can be told by no channel", "{name} 没有任何通知渠道"),
        ("channels: {{email: NAME@FIRM}}", "channels: {{email: 姓名@单位}}"),
        ("write active: false if the person has left", "若已离职请写 active: false"),
    ),
    "unknown_channel": (
        ("the channel {name} does not exist", "没有通知渠道 {name}"),
        _NONE,
        ("{hint}", "{hint}"),
    ),
    "bad_address": (
        ("{value} is no mail address", "{value} 不是邮箱地址"),
        ("name@firm.example", "name@firm.example"),
        _NONE,
    ),
    "not_hours": (
        ("{value} are no hours of a day", "{value} 不是一天中的时段"),
        ('from and to, such as ["22:00", "07:00"]', '起止时间,如 ["22:00", "07:00"]'),
        _NONE,
    ),
    "not_a_week": (
        ("no working hours: {value}", "不是工作时间：{value}"),
        ('{{mon: [["09:00", "12:00"], ["13:00", "18:00"]]}}', '{{mon: [["09:00", "12:00"], ["13:00", "18:00"]]}}'),
        _NONE,
    ),
    "never_at_work": (
        ("nobody works in a week without hours", "一周之内没有任何工作时间"),
        ("at least one day with hours", "至少一天有工作时间"),
        _NONE,
    ),
    "not_an_effort": (
        ("{value} is no effort", "{value} 不是工作量"),
        ('hours: 40, or "40 hours"', "小时数:40,或“40 hours”"),
        _NONE,
    ),
    "not_a_share": (
        ("{value} is no share of a capacity", "{value} 不是承办上限的比例"),
        ('"at 90 percent" or "above 100 percent"', "“at 90 percent”或“above 100 percent”"),
        _NONE,
    ),
    "own_manager": (
        ("{name} is the manager of {name}", "{name} 的上级是自己"),
        ("another person, or nothing", "另一人,或不写"),
        _NONE,
    ),
    "own_deputy": (
        ("{name} stands in for {name}", "{name} 的代理人是自己"),
        ("another person, or nothing", "另一人,或不写"),
        _NONE,
    ),
    "deputy_circle": (
        ("the deputies go round: {path}", "代理人循环:{path}"),
        ("an end", "有终点"),
        ("when all are away {fallback} is told", "全部不在时将通知 {fallback}"),
    ),
    "fallback_inactive": (
        ("the last resort {name} is not active", "最后负责人 {name} 已停用"),
        ("somebody who works here", "在职人员"),
        _NONE,
    ),
}
