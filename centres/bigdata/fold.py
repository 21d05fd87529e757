"""Which type of fact goes to which table: all of it visible here. Must not know how rows are shown."""

from hub.picture.fold import Fold, keep

FOLDS: dict[str, Fold] = {
    "cn.hub.model.ran.v1": keep("bigdata_models"),
    "cn.hub.model.stated.v1": keep("bigdata_models"),
    "cn.hub.finding.found.v1": keep("bigdata_findings"),
    "cn.hub.finding.reviewed.v1": keep("bigdata_findings"),
    "cn.hub.finding.reported.v1": keep("bigdata_findings"),
    "cn.hub.data_source.counted.v1": keep("bigdata_sources"),
    "cn.hub.hot_spot.counted.v1": keep("bigdata_hotspots"),
}
