"""Which type of fact goes to which table. Must not know how rows are shown."""

from hub.picture.fold import Fold, keep

FOLDS: dict[str, Fold] = {
    "cn.hub.grid_patrol.reported.v1": keep("basic_patrols"),
    "cn.hub.community_device.reported.v1": keep("basic_devices"),
    "cn.hub.device_alarm.raised.v1": keep("basic_alarms"),
    "cn.hub.device_alarm.acknowledged.v1": keep("basic_alarms"),
    "cn.hub.device_alarm.cleared.v1": keep("basic_alarms"),
    "cn.hub.dispute.registered.v1": keep("basic_disputes"),
    "cn.hub.dispute.signed.v1": keep("basic_disputes"),
    "cn.hub.dispute.mediating.v1": keep("basic_disputes"),
    "cn.hub.dispute.settled.v1": keep("basic_disputes"),
    "cn.hub.dispute.followed_up.v1": keep("basic_disputes"),
    "cn.hub.dispute.referred.v1": keep("basic_disputes"),
    "cn.hub.qr_report.received.v1": keep("basic_reports"),
    "cn.hub.qr_report.assigned.v1": keep("basic_reports"),
    "cn.hub.qr_report.answered.v1": keep("basic_reports"),
    "cn.hub.industry_reading.reported.v1": keep("basic_readings"),
    "cn.hub.industry_reading.exceeded.v1": keep("basic_readings"),
    "cn.hub.inspection.planned.v1": keep("basic_inspections"),
    "cn.hub.inspection.started.v1": keep("basic_inspections"),
    "cn.hub.inspection.found.v1": keep("basic_inspections"),
    "cn.hub.inspection.closed.v1": keep("basic_inspections"),
    "cn.hub.service_request.received.v1": keep("basic_requests"),
    "cn.hub.service_request.accepted.v1": keep("basic_requests"),
    "cn.hub.service_request.answered.v1": keep("basic_requests"),
}
