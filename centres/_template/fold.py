"""Which type of fact goes to which table: all of it visible here. Must not know how rows are shown.

``keep(table)`` stores the newest revision of an entity and is nearly always enough. Write a fold of your own
(picture, event → delta, pure) only when one fact must touch two tables.
"""

from hub.picture.fold import Fold, keep

FOLDS: dict[str, Fold] = {
    "cn.hub.template_lamp.reported.v1": keep("template_lamps"),
    "cn.hub.template_fault.opened.v1": keep("template_faults"),
    "cn.hub.template_fault.assigned.v1": keep("template_faults"),
    "cn.hub.template_fault.fixed.v1": keep("template_faults"),
}
