// What the relay shares with our own client of the hub.

export { mayBeDemo } from "../../../../web/page/wire/account";
export { delay, returnAfter } from "../../../../web/page/wire/backoff";
export { ServerClock } from "../../../../web/page/wire/clock";
export { BROWSER, type Channel, type Environment } from "../../../../web/page/wire/environment";
export { called, Refusal } from "../../../../web/page/wire/http";
export { origins, type Origins } from "../../../../web/page/parts/origins";
export { jsonText } from "../../../../web/page/wire/text";
