"""Fixed lists of reasons, and the refusal of a command in words an officer understands."""

from __future__ import annotations

from collections.abc import Mapping

from hub.domain.model import Text
from hub.errors import HubError

REFUSALS: Mapping[str, tuple[Text, str]] = {
    "no_asset": (Text("无可用力量", "nobody and nothing available"), "y-c-f-a"),
    "insufficient": (Text("信息不足", "not enough information"), "y-c-f-i"),
    "violates": (Text("与规定或管控区冲突", "against a rule or a zone"), "y-c-f-b-v"),
    "not_authorised": (Text("无权执行", "not authorised"), "y-c-f-b-a"),
    "not_understood": (Text("任务不明确", "not understood"), "y-c-f-b-n"),
    "impossible": (Text("条件不具备，无法执行", "physically impossible"), "y-c-f-b-p"),
    "stale": (Text("任务已过时", "came too late"), "y-c-f-s"),
    "rejected": (Text("带队领导不同意", "rejected by the unit's lead"), "y-c-f-r-c"),
}
"""Why a task is refused: code → (words, the Cursor-on-Target reply type that says the same)."""

RETURNS: Mapping[str, Text] = {
    "incomplete": Text("材料不全，退回补充", "material incomplete"),
    "wrong_centre": Text("不属本中心职责", "not this centre's business"),
    "duplicate": Text("已在办理，重复移交", "already being dealt with"),
    "unfounded": Text("核查不实", "checked and not confirmed"),
}
"""Why a transfer is returned."""

CLOSINGS: Mapping[str, Text] = {
    "done": Text("处置完毕", "dealt with"),
    "duplicate": Text("重复，并案", "duplicate, merged"),
    "unfounded": Text("核查不实", "checked and not confirmed"),
    "settled": Text("当事各方达成一致", "settled between the parties"),
    "referred": Text("移送其他部门", "referred to another authority"),
    "no_basis": Text("无处置依据", "no legal basis to act"),
    "stood_down": Text("情况解除", "stood down"),
}
"""Why something is closed."""


class Refused(HubError):
    """Why a command was not carried out. ``code`` for programs, ``reason`` for the officer. ``store``: not the rules
    but the store is why.
    """

    def __init__(self, code: str, reason: Text, *, store: bool = False) -> None:
        super().__init__(reason.en)
        self.code, self.reason, self.store = code, reason, store


def refused(code: str, zh: str, en: str) -> Refused:
    """Short for ``Refused`` with both languages."""
    return Refused(code, Text(zh, en))


def chosen(reasons: Mapping[str, Text], code: str, words: str | None) -> Text:
    """The words of a reason's code, with what the officer added. Raises ``Refused`` for a code that is not listed."""
    found = reasons.get(code)
    if found is None:
        listed = "，".join(f"{key} {text.zh}" for key, text in reasons.items())
        raise refused("no_reason", f"原因须从列表选择：{listed}", f"choose one of the reasons: {', '.join(reasons)}")
    return found if not words else Text(f"{found.zh}：{words}", f"{found.en}: {words}")
