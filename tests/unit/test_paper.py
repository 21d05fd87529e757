"""Sheets of paper say what the state says, in both languages, whole, on numbered pages, the same way every time."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
import segno
from hypothesis import example, given
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import ContentStream

from hub.domain.model import Text, instant
from hub.paper import forms, furniture, gather, views
from hub.paper.face import MISSING, Face, _static
from hub.paper.flow import FULL, LEFT, PAD
from hub.paper.held import NotHeld, take
from hub.paper.known import Asked, Known
from hub.paper.lines import _NOT_FIRST, broken
from hub.paper.out import print_out
from hub.paper.page import HIGH, Words
from hub.paper.words import CUT, FORMS, PAGE_OF, PLAIN, PRIVACY, SMALL, WORDS
from layouts.texts import LABELS
from tests.unit.papers import (
    FONT,
    FREE,
    KNOWN,
    NOW,
    bare,
    call,
    every,
    history,
    operation,
    pages,
    picture,
    stamp,
    taken,
    task,
    usual,
)

NAMES = tuple(FORMS)


@pytest.fixture(scope="module")
def printed() -> dict[str, bytes]:
    return {name: print_out(view, FONT) for name, view in zip(NAMES, every(taken()), strict=True)}


def texts(value: Any) -> Iterator[Text]:
    """Every bilingual text in a view."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    elif isinstance(value, msgspec.Struct) and not isinstance(value, views.Sketch):
        for name in value.__struct_fields__:
            yield from texts(getattr(value, name))


@pytest.mark.parametrize("number", range(4), ids=NAMES)
def test_every_word_of_the_view_is_on_the_paper(printed: dict[str, bytes], number: int) -> None:
    name, view = NAMES[number], every(taken())[number]
    body = "".join(pages(printed[name]))
    case = view.case
    left_out = {
        "task_list": [
            case.kind,
            case.clue_title,
            *case.results,
            *(r.team for g in view_groups(view) for r in g.resources),
        ],
        "activity_log": [case.kind, case.clue_title, *case.results, case.place, *case.centres],
        "briefing": [],
        "planning_sheet": [case.kind, case.clue_title, *case.results, case.place, *case.centres],
    }[name]
    skipped = {text for text in left_out if text is not None}
    if name == "activity_log":
        assert isinstance(view, views.ActivityLog)
        skipped |= {text for r in view.resources for text in (r.status, r.notes) if text is not None}
    if name in ("planning_sheet",):
        skipped |= {text for g in view_groups(view) for r in g.resources for text in texts(r)}
        skipped |= {line.assignee for g in view_groups(view) for line in g.lines}
    found = set(texts(view)) - skipped
    assert len(found) > 10
    assert {text for text in found if bare(text.zh) not in body or bare(text.en) not in body} == set()


@pytest.mark.parametrize("number", range(4), ids=NAMES)
def test_there_is_nothing_on_the_paper_but_the_view_and_the_fixed_words(printed: dict[str, bytes], number: int) -> None:
    view = every(taken())[number]
    fixed = [*WORDS.values(), *(form.title for form in FORMS.values()), PRIVACY, CUT, PAGE_OF]
    known = {piece for text in (*texts(view), *fixed) for one in (text.zh, text.en) for piece in one.split("{0}")}
    known |= {piece.lower() for piece in known} | {"ICS", "UTC", "情指行中心", "command hub", "秒前", "s ago", "500 m"}
    known |= set(strings(view)) | {"页", "页共", "of", view.stamp.state_hash[:8]}
    body = "".join(pages(printed[NAMES[number]]))
    for piece in sorted(map(bare, known), key=len, reverse=True):
        body = body.replace(piece, "|") if piece else body
    assert [sign for sign in body if sign.isalpha()] == []


def strings(value: Any) -> Iterator[str]:
    """Every plain string in a view: ids, call signs, sources."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif isinstance(value, msgspec.Struct) and not isinstance(value, Text):
        for name in value.__struct_fields__:
            yield from strings(getattr(value, name))


def test_printing_from_many_threads_gives_the_same_sheets(printed: dict[str, bytes]) -> None:
    jobs = list(zip(NAMES, every(taken()), strict=True)) * 2
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda job: print_out(job[1], FONT), jobs))
    assert [body == printed[name] for (name, _), body in zip(jobs, made, strict=True)] == [True] * len(jobs)


def view_groups(view: views.View) -> tuple[views.Group, ...]:
    return () if isinstance(view, views.ActivityLog) else view.groups


def test_the_task_list_of_each_group_says_its_tasks(printed: dict[str, bytes]) -> None:
    held = taken()
    sheets = pages(printed["task_list"])
    assert len(sheets) == 2  # a page of its own for each group
    first, second = sheets
    assert bare("交警一组") in first
    assert bare("巡特警 Patrol") in second
    mine = ("T-01", "封控1号路口", "Close crossing 1", "已下发 Issued", "T-02", "已完成 Done", "路口已封控")
    for text in (*mine, "11-23 09:39"):
        assert bare(text) in first
    assert [text for text in mine if bare(text) in second] == []
    for text in (
        "T-03",
        "执行中 Doing",
        "超时 LATE",
        "40%",
        "TR-001",
        "交警",
        "到场 · 20 秒前",
        "时限 due 11-23 09:39",
    ):
        assert bare(text) in second
    assert bare("超时 LATE") not in first
    assert bare("时限 due 11-23 09:50") in first
    assert first.count(bare("反馈（手填）")) == 1
    assert held.state_hash in first


def test_a_change_of_state_is_a_change_on_paper() -> None:
    before = "".join(pages(print_out(every(taken())[0], FONT)))
    changed = taken([*usual([task(1, state="refused", cause=Text("装备不符", "wrong equipment"))])])
    after = "".join(pages(print_out(every(changed)[0], FONT)))
    assert bare("已拒绝 Refused") not in before
    assert bare("已拒绝 Refused") in after
    assert bare("装备不符 wrong equipment") in after
    assert changed.state_hash in after
    assert changed.state_hash not in before


@pytest.mark.parametrize("name", NAMES)
def test_every_page_says_what_it_is_of_which_state_and_who_printed_it(printed: dict[str, bytes], name: str) -> None:
    held = taken()
    sheets = pages(printed[name])
    for number, page in enumerate(sheets, start=1):
        for text in (
            f"第 {number} 页 共 {len(sheets)} 页 · page {number} of {len(sheets)}",
            FORMS[name].title.zh, FORMS[name].title.en, FORMS[name].ics, "26-018 东桥联合行动 East Bridge operation",
            "打印 printed 2025-11-23 09:40:00 UTC+8", "duty-1 值班员一 Duty officer 1", "演示 DEMO",
            f"{held.state_hash[:8]} · {held.state_hash}", "东桥区情指行中心", "East Bridge district command hub",
            "本表不印警情自由文本和个人信息 · Incidents' free text and persons' data are not printed",
        ):  # fmt: skip
            assert bare(text) in page, text


def test_real_data_carry_no_badge_and_an_exercise_says_so() -> None:
    held = taken()
    assert bare("演示 DEMO") not in "".join(pages(print_out(every(held, badge=None)[3], FONT)))
    assert bare("演练 EXERCISE") in pages(print_out(every(held, badge=LABELS["mode"]["exercise"])[3], FONT))[0]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_caller_said_is_never_printed(printed: dict[str, bytes], name: str) -> None:
    body = "".join(pages(printed[name]))
    assert bare(FREE.zh) not in body
    assert bare(FREE.en) not in body


def test_the_log_is_history_up_to_now_in_order(printed: dict[str, bytes]) -> None:
    body = "".join(pages(printed["activity_log"]))
    order = ["移交 Transferred", "派警 Units sent", "下发 Issued", "送达 Delivered", "拒绝 Refused", "结束 Closed"]
    places = [body.index(bare(text)) for text in order]
    assert places == sorted(places)
    assert body.count(bare("下发 Issued")) == 1  # the second is still to come
    for text in (
        "情指行中心 → 北区中心：属地管辖",
        "Command hub → North centre: theirs by place",
        "duty-2",
        "TR-001",
        "无可用警力",
    ):
        assert bare(text) in body


def test_a_briefing_leaves_deliveries_to_the_log(printed: dict[str, bytes]) -> None:
    body = "".join(pages(printed["briefing"]))
    assert bare("拒绝 Refused") in body
    assert bare("送达 Delivered") not in body


def test_a_long_log_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "LOG_MAX", 2)
    held = taken()
    view = gather.activity_log(held, stamp(held), KNOWN, history)
    assert (len(view.entries), view.cut) == (2, 4)
    assert bare("另有更早记录 4 条未印 4 older entries are not printed") in "".join(pages(print_out(view, FONT)))


def test_need_is_what_was_asked_less_what_is_there() -> None:
    asked = (
        Asked(title=Text("管制", "Traffic"), kinds=("traffic", "foot"), count=3),
        Asked(title=Text("空中", "Air"), kinds=("drone",), count=1),
    )
    held = taken()
    view = gather.planning_sheet(held, stamp(held), Known(labels=LABELS, asked=asked))
    assert [(n.title.en, n.required, n.have, n.more, n.free) for n in view.needs] == [
        ("Traffic", 3, 1, 2, 0),
        ("Air", 1, 1, 0, 0),
    ]
    unsaid = gather.planning_sheet(held, stamp(held), KNOWN).needs
    assert [(n.kinds[0].en, n.required, n.have, n.more) for n in unsaid] == [
        ("Drone", None, 1, None),
        ("Traffic", None, 1, None),
    ]


def test_a_unit_that_refused_is_not_counted_as_there() -> None:
    held = taken(usual([task(1, state="refused", assignee_id="U-2"), task(2, assignee_id="U-2")]))
    refused, stands = gather.planning_sheet(held, stamp(held), KNOWN).groups[0].lines
    assert (refused.dropped, stands.dropped) == (True, False)
    body = "".join(pages(print_out(every(held)[3], FONT)))
    assert bare("已拒绝 Refused PT-002 0") in body
    assert bare("已下发 Issued PT-002 1") in body


def test_forty_tasks_run_over_pages_under_repeated_heads_and_none_is_lost() -> None:
    held = taken(usual([task(n) for n in range(1, 41)]))
    sheets = pages(print_out(every(held)[0], FONT))
    assert len(sheets) >= 3
    body = "".join(sheets)
    for n in range(1, 41):
        assert body.count(f"T-{n:02d}") == 1
    for page in sheets:
        assert ("T-" in page) == (bare("反馈（手填）Result (by hand)") in page)
    assert sum("T-" in page for page in sheets) >= 3
    assert body.count(bare("签收 Received by")) == 1


@pytest.mark.parametrize("size", [60, 4000])
def test_long_text_wraps_and_nothing_of_it_is_lost(size: int) -> None:
    zh = "".join(chr(0x4E00 + n % 300) for n in range(size))
    en = " ".join(f"word{n}" for n in range(size // 4)) + " " + "x" * 90
    held = taken(usual([task(1, title=Text(zh, en), result=Text(zh[::-1], "done"), state="done")]))
    sheet, face = laid(every(held)[0])
    shown = [op for page in sheet.pages for op in page if isinstance(op, Words)]
    for op in shown:
        assert op.x >= LEFT
        assert op.x + face.width(op.text, op.style) <= LEFT + FULL + 0.01
        assert op.y < HIGH - 4
    column = [op for op in shown if op.x == LEFT + 9 + PAD]  # the tasks', on every page it runs over
    assert bare("".join(op.text for op in column if op.style == PLAIN)) == bare(zh)
    assert bare("".join(op.text for op in column if op.style == SMALL)) == bare(en)
    assert bare(zh[::-1]) in bare("".join(op.text for op in shown if op.style == SMALL and op not in column))
    assert (len(sheet.pages) == 1) == (size == 60)


def laid(view: views.View) -> tuple[Any, Face]:
    assert isinstance(view, views.TaskList)
    face = Face(FONT)
    sheet = furniture.flow(face)
    forms.task_list(sheet, view)
    furniture.furnish(sheet, face, "task_list", view.stamp, view.case)
    return sheet, face


def test_with_nothing_there_the_sheets_say_so() -> None:
    bleak = operation(centres=(), clue=None, incident=None, results=())
    for view, said in zip(every(taken([bleak])), ("暂无任务", "暂无登记力量", "没有位置数据", "暂无任务"), strict=True):
        view = msgspec.structs.replace(view, entries=()) if isinstance(view, views.ActivityLog) else view
        sheets = pages(print_out(view, FONT))
        assert said in "".join(sheets)
        assert "None" not in "".join(sheets)
        assert bare("page 1 of") in sheets[0]


def test_an_incident_without_an_operation_has_sheets_of_its_own() -> None:
    alone = taken([call(operation=None), task(1, operation="O-9", incident="I-1")], incident="I-1")
    view = every(alone)[0]
    assert (view.case.id, view.case.number, view.case.title.zh) == ("I-1", "I-1", "高处救援")
    body = "".join(pages(print_out(view, FONT)))
    assert "T-01" in body
    assert bare(FREE.zh) not in body
    assert taken(incident="I-1").operation is not None  # with one, it is the operation's


@pytest.mark.parametrize("which", [{"operation": "O-7"}, {"incident": "I-7"}])
def test_a_case_there_is_not_is_named(which: dict[str, str]) -> None:
    with pytest.raises(NotHeld, match=next(iter(which.values()))):
        take(picture(*usual()), **which)


def test_the_code_on_every_page_is_that_of_state_form_and_case(printed: dict[str, bytes]) -> None:
    held = taken()
    for name, body in printed.items():
        wanted = segno.make_qr(f"hub:{held.state_hash}:{name}:O-1", error="m").matrix
        for page in PdfReader(io.BytesIO(body)).pages:
            assert code_on(page, len(wanted)) == [list(map(bool, row)) for row in wanted]


def code_on(page: Any, size: int) -> list[list[bool]]:
    """The square code as it is drawn: black rectangles in its corner, looked at in the middle of each cell."""
    mm = 72 / 25.4
    left, top = (LEFT + FULL - furniture.CODE_MM) * mm, (HIGH - 9.0) * mm
    step = furniture.CODE_MM * mm / size
    boxes, path = [], []
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator in (b"m", b"l"):
            path.append((float(operands[0]), float(operands[1])))
        elif operator in (b"f", b"h f", b"f*", b"h", b"S", b"s", b"n"):
            if operator == b"f" and path:
                xs, ys = [x for x, _ in path], [y for _, y in path]
                boxes.append((min(xs), min(ys), max(xs), max(ys)))
            if operator != b"h":
                path = []
    return [
        [
            any(a <= left + (x + 0.5) * step <= c and b <= top - (y + 0.5) * step <= d for a, b, c, d in boxes)
            for x in range(size)
        ]
        for y in range(size)
    ]


def test_the_same_state_gives_the_same_bytes_whatever_came_first(printed: dict[str, bytes]) -> None:
    other = taken(usual()[::-1])
    for name, view in zip(NAMES, every(other), strict=True):
        assert print_out(view, FONT) == printed[name]


def test_the_file_says_when_and_what_and_brings_its_fonts(printed: dict[str, bytes]) -> None:
    for name, body in printed.items():
        reader = PdfReader(io.BytesIO(body))
        info = reader.metadata
        assert info is not None
        assert info.creation_date == instant(NOW)
        assert info.author == "duty-1"
        assert info.title == f"{FORMS[name].title.zh} {FORMS[name].title.en} 26-018"
        fonts: dict[str, Any] = {}
        for page in reader.pages:
            fonts.update(page["/Resources"]["/Font"])  # type: ignore[index]
        assert fonts
        for font in fonts.values():
            for below in font.get_object()["/DescendantFonts"]:
                assert "/FontFile2" in below.get_object()["/FontDescriptor"]
        assert len(body) < 300_000


def test_it_prints_with_the_network_down(monkeypatch: pytest.MonkeyPatch, printed: dict[str, bytes]) -> None:
    def down(*_: Any, **__: Any) -> Any:
        raise OSError("no network")

    monkeypatch.setattr(socket, "socket", down)
    monkeypatch.setattr(socket, "create_connection", down)
    monkeypatch.setattr(socket, "getaddrinfo", down)
    _static.cache_clear()
    assert print_out(every(taken())[0], FONT) == printed["task_list"]


def test_a_sign_the_font_does_not_have_leaves_a_mark() -> None:
    held = taken(usual([task(1, title=Text("救援\U0001f681开始\t就位", "go"))]))
    body = "".join(pages(print_out(every(held)[0], FONT)))
    assert f"救援{MISSING}开始就位" in body


def test_widths_are_those_of_the_fonts_that_are_embedded() -> None:
    from fontTools.ttLib import TTFont

    from hub.paper.page import POINT_MM, Style

    face = Face(FONT)
    for bold in (False, True):
        text = "任务清单 Assignment list 12:34"
        with TTFont(io.BytesIO(face.static(text)[bold])) as font:
            names, em = font.getBestCmap(), font["head"].unitsPerEm
            wide = sum(font["hmtx"][names[ord(sign)]][0] for sign in text) / em
            assert "fvar" not in font
        assert face.width(text, Style(size=10, bold=bold)) == pytest.approx(wide * 10 * POINT_MM)


def narrow(text: str) -> float:
    return float(sum(2 if ord(sign) >= 0x2E80 else 1 for sign in text))


@given(st.text("任务清单，。（）a bc,.\n-", max_size=80), st.integers(4, 30))
@example("aa） .", 4)  # a cut after a space
def test_lines_lose_nothing_and_fit(text: str, width: int) -> None:
    lines = broken(text, width, narrow)
    assert bare("".join(lines)) == bare(text)
    assert all(narrow(line) <= width for line in lines)
    assert len(lines) >= 1


def test_lines_break_where_a_reader_expects_it() -> None:
    assert broken("封控路口，疏散群众", 8, narrow) == ["封控路", "口，疏散", "群众"]
    assert broken("Close the crossing", 10, narrow) == ["Close the", "crossing"]
    assert broken("出动drone team支援", 12, narrow) == ["出动drone", "team支援"]
    assert not any(line[0] in _NOT_FIRST for line in broken("一二三四，五六七八。九十", 8, narrow))
    assert broken("", 8, narrow) == [""]
    assert broken("a\nb", 8, narrow) == ["a", "b"]


def test_taking_a_case_does_not_follow_later_changes() -> None:
    held = picture(*usual())
    before = taken()
    held.apply({"tasks": {}})
    assert before.state_hash == held.state_hash()
