"""The task lists to begin with: the shipped ones, and what is said of a wrong file."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import HubError
from hub.road.templates import DEFAULT, read, shipped

GOOD = """
[[template]]
key = "free"
title = { zh = "空白", en = "Empty" }
operation = { zh = "作战", en = "Operation" }
"""


def test_the_six_stories_have_a_list_each() -> None:
    lists = {template.key: template for template in shipped()}
    for key in ("rooftop", "data_trade", "wages", "missing", "lanes", "transfer"):
        assert lists[key].lines, key
    assert lists[DEFAULT].lines == ()


def test_data_trading_has_nine_lines_for_four_police_types() -> None:
    lines = next(template.lines for template in shipped() if template.key == "data_trade")
    assert len(lines) == 9
    assert len({line.group.zh for line in lines}) == 4


def test_every_word_is_there_in_both_languages_and_no_line_twice() -> None:
    for template in shipped():
        of_lines = [text for line in template.lines for text in (line.title, line.group)]
        for text in (template.title, template.operation, *of_lines):
            assert text.zh
            assert text.en not in ("", text.zh)
        titles = [line.title.zh for line in template.lines]
        assert len(set(titles)) == len(titles)


def one(key: str, more: str = "") -> str:
    words = '{ zh = "一", en = "a" }'
    return f'[[template]]\nkey = "{key}"\ntitle = {words}\noperation = {words}\n{more}\n'


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (one("free"), "two templates 'free'"),
        (one("x", 'kinds = ["ghost"]'), "'ghost'"),
        (one("x", 'kinds = ["fire"]') + one("y", 'kinds = ["fire"]'), "'fire' is taken by x"),
        ('[[template]]\nkey = "x"\ntitle = { zh = "一", en = "a" }', "operation"),
        ("[[template]", "line"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(tmp_path: Path, more: str, said: str) -> None:
    path = tmp_path / "templates.toml"
    path.write_text(GOOD + more, "utf-8")
    with pytest.raises(HubError) as error:
        read(path)
    assert "templates.toml" in str(error.value)
    assert said in str(error.value)


def test_without_the_one_for_everything_else_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "templates.toml"
    path.write_text(GOOD.replace('"free"', '"x"'), "utf-8")
    with pytest.raises(HubError, match="no template 'free'"):
        read(path)
