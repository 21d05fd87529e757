"""Which type of fact goes to which table. Must not know how rows are shown."""

from hub.picture.fold import Fold, keep

FOLDS: dict[str, Fold] = {
    "cn.hub.case.opened.v1": keep("criminal_cases"),
    "cn.hub.case.updated.v1": keep("criminal_cases"),
    "cn.hub.case.solved.v1": keep("criminal_cases"),
    "cn.hub.fraud_warning.issued.v1": keep("criminal_warnings"),
    "cn.hub.fraud_warning.called.v1": keep("criminal_warnings"),
    "cn.hub.fraud_warning.unanswered.v1": keep("criminal_warnings"),
    "cn.hub.fraud_warning.officer_sent.v1": keep("criminal_warnings"),
    "cn.hub.fraud_warning.dissuaded.v1": keep("criminal_warnings"),
    "cn.hub.fraud_warning.closed.v1": keep("criminal_warnings"),
    "cn.hub.payment_stop.requested.v1": keep("criminal_payments"),
    "cn.hub.payment_stop.stopped.v1": keep("criminal_payments"),
    "cn.hub.payment_stop.frozen.v1": keep("criminal_payments"),
    "cn.hub.payment_stop.recovered.v1": keep("criminal_payments"),
    "cn.hub.payment_stop.refused.v1": keep("criminal_payments"),
    "cn.hub.joint_analysis.requested.v1": keep("criminal_analyses"),
    "cn.hub.joint_analysis.started.v1": keep("criminal_analyses"),
    "cn.hub.joint_analysis.answered.v1": keep("criminal_analyses"),
    "cn.hub.referral.sent.v1": keep("criminal_referrals"),
    "cn.hub.referral.received.v1": keep("criminal_referrals"),
    "cn.hub.referral.answered.v1": keep("criminal_referrals"),
    "cn.hub.linked_desk.reported.v1": keep("criminal_levels"),
}
