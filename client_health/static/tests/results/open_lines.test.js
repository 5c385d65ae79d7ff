import { expect, test } from "@odoo/hoot";
import {
    contains,
    fields,
    getService,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { defineClientHealthModels } from "../client_health_test_helpers";

class Client extends models.Model {
    name = fields.Char();
    goal_ids = fields.One2many({ relation: "goal" });
    _records = [{ id: 1, name: "Fern", goal_ids: [7] }];
}

class Goal extends models.Model {
    name = fields.Char();
    _records = [{ id: 7, name: "More bookings" }];
}

defineClientHealthModels(Client, Goal);

test("a line opens its own form, after what was typed is saved", async () => {
    onRpc("client", "web_save", ({ args }) => {
        expect.step(`save ${args[1].name}`);
    });
    await mountView({
        type: "form",
        resModel: "client",
        resId: 1,
        arch: `<form>
            <field name="name"/>
            <field name="goal_ids" widget="client_open_lines" readonly="1">
                <list><field name="name"/></list>
            </field>
        </form>`,
    });
    patchWithCleanup(getService("action"), {
        doAction: (action) => expect.step(`${action.res_model} ${action.res_id}`),
    });
    await contains("[name=name] input").edit("Moss");
    await contains(".o_data_cell").click();
    expect.verifySteps(["save Moss", "goal 7"]);
    expect(".modal").toHaveCount(0);
});
