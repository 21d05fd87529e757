"""The duty desk by keyboard, as an officer uses it: open an item, fill in a form, start an operation, write a list."""

from __future__ import annotations

from tests.browser.pages import Watched

FORM = "document.querySelector('#desk-act form')"


def press(desk: Watched, *keys: str) -> None:
    """One key after the other."""
    for key in keys:
        desk.page.keyboard.press(key)


def find(desk: Watched, key: str, table: str = "clues") -> None:
    """Search for an item that is open and open it."""
    desk.until("hub.table(x[0]).has(x[1])", [table, key])
    search(desk, key)


def search(desk: Watched, key: str) -> None:
    """Search for an item, which may be over, and open it."""
    desk.until("hub.road && hub.acting && hub.desk.templates.length")
    desk.until("hub.desk.api('desk-queue-grid') && document.getElementById('desk-search')")
    press(desk, "Escape", "/")
    desk.page.keyboard.press("Control+a")
    desk.page.keyboard.type(key)
    desk.until("hub.desk.queue.shown?.length === 1 && hub.desk.queue.shown[0].id === x", key)
    press(desk, "Enter")
    desk.until("hub.desk.open?.id === x && document.getElementById('desk-open').innerText.includes(x)", key)
    press(desk, "2")


def said(desk: Watched) -> str:
    """What stands in the pane of the open item: its buttons, its form, what became of the last act."""
    return str(desk.ask("document.getElementById('desk-act').innerText"))


def form(desk: Watched, key: str, command: str) -> None:
    """Open a form of the open item by its key."""
    press(desk, key)
    desk.until(f"{FORM}?.dataset.command === x", command)


def send(desk: Watched) -> None:
    """Send the form of the open item; the hub must accept it."""
    press(desk, "Control+Enter")
    desk.until(f"!{FORM} && /已受理/.test(document.getElementById('desk-act').innerText)")


def line(desk: Watched, words: tuple[str, str, str, str]) -> None:
    """Type a line of the draft, cell by cell, as one types into a table."""
    for field, word in zip(("title", "group", "who", "due"), words, strict=True):
        desk.until(
            "document.activeElement.matches('input') &&"
            " document.activeElement.closest('.ag-row.is-draft .ag-cell')?.getAttribute('col-id') === x"
            " && !document.activeElement.value",
            field,
        )
        desk.page.keyboard.type(word)
        press(desk, "Tab")


def begin(desk: Watched, template: int | None = 10, tick: tuple[int, ...] = ()) -> str:
    """Start an operation on the open item; gives its id once its row has come. ``template``: its number in the list,
    ``None`` for the one that is proposed. ``tick``: centres to tick or to take the tick from, by their place.
    """
    press(desk, "o")
    desk.until(FORM)
    press(desk, "Enter")  # from the title to the first centre
    for place in range(6):
        press(desk, *(["Space"] if place in tick else []), "Tab")
    if template is not None:
        desk.page.keyboard.type(str(template))  # the numbers stand before the names
    press(desk, "Control+Enter")
    desk.until("hub.desk.row()?.operation && hub.desk.list.operation()?.id === hub.desk.row().operation")
    desk.until("document.activeElement.closest('#desk-list-grid input')")
    return str(desk.ask("hub.desk.list.operation().id"))
