"""Which type of fact goes to which table. Must not know how rows are shown."""

from hub.picture.fold import Fold, keep

FOLDS: dict[str, Fold] = {
    "cn.hub.protected_event.planned.v1": keep("protective_events"),
    "cn.hub.protected_event.readied.v1": keep("protective_events"),
    "cn.hub.protected_event.started.v1": keep("protective_events"),
    "cn.hub.protected_event.closed.v1": keep("protective_events"),
    "cn.hub.duty_post.reported.v1": keep("protective_posts"),
    "cn.hub.crowd_zone.counted.v1": keep("protective_zones"),
    "cn.hub.site_alarm.raised.v1": keep("protective_alarms"),
    "cn.hub.site_alarm.acknowledged.v1": keep("protective_alarms"),
    "cn.hub.site_alarm.cleared.v1": keep("protective_alarms"),
    "cn.hub.protection_level.raised.v1": keep("protective_levels"),
    "cn.hub.protection_level.lowered.v1": keep("protective_levels"),
    "cn.hub.protection_level.stated.v1": keep("protective_levels"),
}
