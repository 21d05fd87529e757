"""Basic control (基础管控): grid patrols, smart-community devices, disputes, QR reports, industries, enterprises.

Must not know any other centre.
"""

from hub.centre import Centre
from hub.domain.model import Text

from .events import EVENTS, NAME, TABLES
from .fold import FOLDS
from .panels import PANELS
from .protection import PROTECTION
from .samples import SAMPLES
from .simulate import simulate

CENTRE = Centre(
    name=NAME,
    title=Text("基础管控", "Basic control"),
    order=20,
    expected_s=15.0,
    events=EVENTS,
    folds=FOLDS,
    tables=TABLES,
    panels=PANELS,
    protection=PROTECTION,
    simulate=simulate,
    samples=SAMPLES,
)
