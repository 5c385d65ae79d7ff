import { registry } from "@web/core/registry";
import { PivotModel } from "@web/views/pivot/pivot_model";
import { PivotRenderer } from "@web/views/pivot/pivot_renderer";
import { pivotView } from "@web/views/pivot/pivot_view";
import { isMany, TOP, TopNotice } from "./top_notice";

/**
 * A table of clients or projects opens on the ten with the largest first figure; a click on another
 * figure gives the ten of that one. The total is that of all, and so is what is exported.
 */
export class TopPivotModel extends PivotModel {
    setup(params) {
        const { metaData } = params;
        const defaultOrder = metaData.defaultOrder || `${metaData.activeMeasures[0]} desc`;
        super.setup({ ...params, metaData: { ...metaData, defaultOrder } });
    }

    getTable() {
        const table = super.getTable();
        const [first] = this.metaData.fullRowGroupBys;
        this.topOf = 0;
        if (!first || this.isShowingAll || !isMany(first)) {
            return table;
        }
        const tops = [...table.rows.keys()].filter((index) => table.rows[index].indent === 1);
        if (tops.length > TOP) {
            this.topOf = tops.length;
            table.rows.splice(tops[TOP]);
        }
        return table;
    }

    get isLowest() {
        return this.metaData.sortedColumn?.order === "asc";
    }

    exportData() {
        const { isShowingAll, topOf } = this;
        this.isShowingAll = true;
        try {
            return super.exportData();
        } finally {
            Object.assign(this, { isShowingAll, topOf });
        }
    }

    showAll() {
        this.isShowingAll = true;
        this.notify();
    }
}

export class TopPivotRenderer extends PivotRenderer {
    static template = "client_health.TopPivotRenderer";
    static components = { ...PivotRenderer.components, TopNotice };
}

registry.category("views").add("client_top_pivot", {
    ...pivotView,
    Model: TopPivotModel,
    Renderer: TopPivotRenderer,
});
