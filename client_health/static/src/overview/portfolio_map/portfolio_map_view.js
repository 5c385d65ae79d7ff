import { Component, useRef } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Model, useModel } from "@web/model/model";
import { useSetupAction } from "@web/search/action_hook";
import { CogMenu } from "@web/search/cog_menu/cog_menu";
import { Layout } from "@web/search/layout";
import { SearchBar } from "@web/search/search_bar/search_bar";
import { useSearchBarToggler } from "@web/search/search_bar/search_bar_toggler";
import { ActionHelper } from "@web/views/action_helper";
import { standardViewProps } from "@web/views/standard_view_props";
import { PortfolioMap } from "./portfolio_map";
import { addDomain } from "./portfolio_map_data";

class PortfolioMapModel extends Model {
    setup({ resModel }) {
        this.resModel = resModel;
        this.keepLast = new KeepLast();
    }

    async load({ domain, context }) {
        this.domain = domain;
        this.portfolio = await this.keepLast.add(
            this.orm.call(this.resModel, "get_portfolio", [], { domain, context })
        );
    }
}

/** A view of clients with the search of their list: filters and favourites, nothing to group by. */
export class PortfolioMapController extends Component {
    static template = "client_health.PortfolioMapView";
    static components = { ActionHelper, CogMenu, Layout, PortfolioMap, SearchBar };
    static props = { ...standardViewProps };

    setup() {
        this.action = useService("action");
        this.model = useModel(PortfolioMapModel, { resModel: this.props.resModel });
        this.searchBarToggler = useSearchBarToggler();
        useSetupAction({ rootRef: useRef("root") });
    }

    openClient(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.props.resModel,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openClients(domain, name) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: this.props.resModel,
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: addDomain(this.model.domain, domain),
        });
    }
}

registry.category("views").add("client_portfolio_map", {
    type: "graph",
    Controller: PortfolioMapController,
    searchMenuTypes: ["filter", "favorite"],
});
