import { registry } from "@web/core/registry";
import { SEQUENTIAL_TYPES } from "@web/views/graph/graph_model";
import { graphView } from "@web/views/graph/graph_view";
import { TopGraphModel, TopGraphRenderer } from "./top_graph";

/** Of many clients, those whose last score is the lowest: whom to look at. */
class HealthGraphModel extends TopGraphModel {
    isLowestFirst = true;

    /** By date, whatever the columns are sorted by. */
    _getRank(group) {
        const points = new Set(group);
        return super._getRank(this.dataPoints.filter((point) => points.has(point)));
    }

    /** Over time, the last reading; what was low a year ago and has mended is no reason to look. */
    _getFigure(values) {
        const [first] = this.metaData.groupBy;
        const { type } = this.metaData.fields[first.fieldName];
        return SEQUENTIAL_TYPES.includes(type) ? values.at(-1) : super._getFigure(values);
    }
}

registry.category("views").add("client_health_graph", {
    ...graphView,
    Model: HealthGraphModel,
    Renderer: TopGraphRenderer,
});
