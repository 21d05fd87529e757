"""A centre to copy: street lamps and their faults. It does real work in the contract tests and is never on the wall.

To make a new centre, copy this folder to ``centres/<name>/`` and change the copy, nothing else:

1. ``events.py``    facts (what may be stored, and what can never be), type strings, topic, tables;
2. ``fold.py``      which type goes to which table;
3. ``panels.py``    tiles, grids, charts and map layers, in both languages;
4. ``simulate.py``  a plausible day as a pure function of a window of time;
5. ``samples.py``   golden records: good ones, and bad ones that must be refused;
6. this file        the declaration, with a purpose and a retention for every table.

The quickest way: replace the word ``template`` by the new name in every file of the copy (it is in the name, the
topic, the table names ``<name>_<thing>`` and the event types), see it run, then change lamps into what you watch.
Imports inside the folder are relative, so none of them changes. Then run ``pytest tests/contract``: it finds the
folder and says what is missing. Must not know any other centre.
"""

from hub.centre import Centre, Protection
from hub.domain.model import Text

from .events import EVENTS, NAME, TABLES
from .fold import FOLDS
from .panels import PANELS
from .samples import SAMPLES
from .simulate import simulate

CENTRE = Centre(
    name=NAME,
    title=Text("样例", "Template centre"),
    order=1000,  # where it stands on the strip; lower is further left
    expected_s=20.0,  # how often the topic normally speaks: twice or three times the longest gap in simulate.py
    events=EVENTS,
    folds=FOLDS,
    tables=TABLES,
    panels=PANELS,
    protection={  # one entry for each table
        "template_lamps": Protection(
            purpose=Text("掌握路灯是否完好", "To know which lamps work"), level="public", keep_days=30
        ),
        "template_faults": Protection(
            purpose=Text("跟踪故障修复", "To see each fault repaired"), level="internal", keep_days=180
        ),
    },
    simulate=simulate,
    samples=SAMPLES,
)
