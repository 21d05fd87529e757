"""A secret shows itself nowhere: not in text, not in what is printed or logged, not in an error."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import sys
import traceback
from urllib.parse import quote

import pytest

from hub.errors import HubError, LogDown
from hub.settings import Secret, hide, hushed

WORD = 'p@ss/w:rd 密"x'
SECRET = Secret(WORD)
SPELT = [WORD, quote(WORD), quote(WORD, safe=""), json.dumps(WORD), json.dumps(WORD, ensure_ascii=False), repr(WORD)]


def clean(text: str) -> bool:
    return not any(form.strip("'\"") in text for form in SPELT)


def test_a_secret_is_shown_as_stars() -> None:
    assert str(SECRET) == "***"
    assert repr(SECRET) == "Secret(***)"
    assert f"{SECRET:>5} {SECRET!r} {SECRET!s}" == "  *** Secret(***) ***"
    assert f"{[SECRET]}" == "[Secret(***)]"
    assert not hasattr(SECRET, "__dict__")
    assert bool(SECRET)
    assert not Secret()
    assert SECRET.reveal() == WORD
    assert len({SECRET, Secret(WORD), Secret("other")}) == 2


@pytest.mark.parametrize("write", [pickle.dumps, json.dumps, copy.deepcopy])
def test_a_secret_is_written_nowhere(write: object) -> None:
    with pytest.raises(TypeError):
        write(SECRET)  # type: ignore[operator]


@pytest.mark.parametrize("spelt", SPELT)
def test_every_spelling_is_hidden(spelt: str) -> None:
    assert clean(hide(f"could not open x:{spelt}@host", [SECRET]))
    assert hide("nothing of it", [SECRET]) == "nothing of it"


def test_a_short_secret_does_not_give_itself_away() -> None:
    assert hide("a banana", [Secret("a"), Secret("")]) == "a banana"


def test_what_is_printed_and_logged_is_hushed(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err, before = io.StringIO(), io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    root, log = logging.getLogger(), logging.getLogger("test.hushed")
    handler = logging.StreamHandler(before)
    root.addHandler(handler)
    try:
        with hushed([SECRET]):
            print("password", WORD)
            sys.stdout.writelines(["x ", WORD, "\n"])
            sys.stderr.write(f"{quote(WORD)}\n")
            log.error("cannot use %s", WORD)
            late = logging.StreamHandler()
            late.emit(logging.LogRecord("x", 40, "", 1, "late %s", (WORD,), None))
            try:
                raise ValueError(f"bad {WORD}")
            except ValueError:
                log.exception("it said")
                traceback.print_exc()
        assert sys.stdout is out
        assert handler.stream is before
    finally:
        root.removeHandler(handler)
    for stream in (out, err, before):
        assert "***" in stream.getvalue()
        assert clean(stream.getvalue())
    print("after", WORD)
    assert WORD in out.getvalue()


def test_an_error_for_a_person_leaves_without_the_secret() -> None:
    with pytest.raises(HubError, match=r"^store x:\*\*\*@db: cannot be opened$"), hushed([SECRET]):
        raise HubError(f"store x:{WORD}@db: cannot be opened")
    with pytest.raises(LogDown, match="as it was"), hushed([SECRET]):
        raise LogDown("as it was")


def test_a_traceback_after_a_crash_is_hushed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    with pytest.raises(ValueError, match="bad"), hushed([SECRET]):
        raise ValueError(f"bad {WORD}")
    try:
        raise ValueError(f"bad {WORD}")
    except ValueError:
        traceback.print_exc()
    assert "ValueError" in err.getvalue()
    assert clean(err.getvalue())
