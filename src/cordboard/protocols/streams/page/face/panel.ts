// The agent panel, which is the face's main part, and what it stands on.

import "../../../../web/page/panel/panel";

export { PanelModel } from "../../../../web/page/panel/panel-model";
export { socketUrl } from "../../../../web/page/wire/http";
