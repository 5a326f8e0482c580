// The classic script. In a page it is the global `Cordboard`; in a SharedWorker it keeps the connection of the pages.

import { serveTabs, type WorkerScope } from "./ways.js";

export * from "./index.js";

declare const SharedWorkerGlobalScope: (new () => object) | undefined;

if (typeof SharedWorkerGlobalScope !== "undefined" && globalThis instanceof SharedWorkerGlobalScope) {
  serveTabs(globalThis as unknown as WorkerScope);
};
